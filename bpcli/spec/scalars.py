"""How a scalar is read by the type its key wants: YAML 1.2, and a hint where a look-alike was written."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, ValidationInfo

from bpcli.spec.problems import quoted, refusal
from bpcli.spec.tree import MappingNode, Place, ScalarNode, SequenceNode

_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]*)")
FINITE = r"[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?"
NUMBER = rf"{FINITE}|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
_FLAGS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_LONGEST_WHOLE = 20  # digits; every whole number that a key allows is shorter
_MOST_WRITTEN = 1e15  # whole numbers below it are written without a power of ten


def as_number(node: Any, wanted: str = "a number") -> float:
    """A float out of what YAML 1.2 calls a number."""
    if isinstance(node, ScalarNode) and node.plain and re.fullmatch(NUMBER, node.text):
        value = float(re.sub(r"\.(?=[a-zA-Z])", "", node.text))  # Python writes .inf as inf
        if _is_lost(value, node.text):
            raise refusal(f"{quoted(node.text)} is too {'large' if value else 'close to 0'}")
        return value
    raise refusal(f"expected {wanted}, not {described(node)}{_number_hint(node)}")


def as_whole(node: Any, wanted: str = "a whole number") -> int:
    """An int; 1e3 and 32.0 are refused with the digits to write."""
    if isinstance(node, ScalarNode) and node.plain and _WHOLE.fullmatch(node.text):
        if len(node.text) > _LONGEST_WHOLE:
            raise refusal(f"{quoted(node.text)} is too large")
        return int(node.text)
    raise refusal(f"expected {wanted}, not {described(node)}{_number_hint(node, whole=True)}")


def as_flag(node: Any) -> bool:
    """True or false; on and yes are words."""
    if isinstance(node, ScalarNode) and node.plain and node.text in _FLAGS:
        return _FLAGS[node.text]
    word = node.text.lower() if isinstance(node, ScalarNode) else ""
    meant = {"yes": "true", "on": "true", "1": "true", "no": "false", "off": "false", "0": "false"}.get(word, word)
    hint = f" (write {meant})" if meant in {"true", "false"} else ""
    raise refusal(f"expected true or false, not {described(node)}{hint}")


def as_text(node: Any, wanted: str = "text") -> str:
    """The text as written, whatever it looks like: a column may be called 2020."""
    if isinstance(node, ScalarNode) and not node.is_null:
        return node.text
    raise refusal(f"expected {wanted}, not {described(node)}")


def only(word: str, wanted: str) -> BeforeValidator:
    """Reads one word; the refusal of anything else says what is wanted."""

    def read(node: Any) -> str:
        text = as_text(node, wanted)
        if text != word:
            raise refusal(f"expected {wanted}, not {described(node)}")
        return text

    return BeforeValidator(read)


@dataclass(frozen=True)
class Folders:
    """Where relative paths start: the config's, and those of the configs that it extends, by the file as shown."""

    own: Path
    parents: Mapping[str, Path] = field(default_factory=dict)

    def of(self, place: Place) -> Path:
        """For what was written here; what stands on the command line starts from the current folder."""
        return Path() if place.override else self.parents.get(place.file, self.own)


def as_path(node: Any, info: ValidationInfo[Folders]) -> str:
    """A path as written; one that was written elsewhere is led there from the config's folder (`context`: Folders)."""
    text = as_text(node, "a path")
    if not text:
        raise refusal("expected a path, not an empty text")
    try:
        encoded = os.fsencode(text)
    except UnicodeEncodeError:  # half of a surrogate pair, which YAML can write
        encoded = b"\0"
    if b"\0" in encoded:
        raise refusal(f"{quoted(text)} is no path")
    start = info.context.of(node.place)
    if start == info.context.own or Path(text).is_absolute():
        return text
    return os.path.relpath(start / text, info.context.own)


def whole_or(word: str) -> BeforeValidator:
    """Reads a whole number, or one word that stands for one."""

    def read(node: Any) -> int | str:
        if isinstance(node, ScalarNode) and node.text == word:
            return word
        return as_whole(node, f"a whole number or '{word}'")

    return BeforeValidator(read)


def or_none(node: Any) -> Any:
    """None for what YAML calls null: nothing at all, ~ or null."""
    return None if isinstance(node, ScalarNode) and node.is_null else node


def as_items(node: Any) -> Any:
    """One scalar stands for a list of one."""
    return SequenceNode.at(node.place, [node]) if isinstance(node, ScalarNode) else node


def looks_like_number(node: Any) -> bool:
    """Whether a number was meant where a name might stand as well."""
    return isinstance(node, ScalarNode) and node.plain and bool(re.fullmatch(NUMBER, node.text) or _number_hint(node))


AS_NUMBER = BeforeValidator(as_number)
Number = Annotated[float, AS_NUMBER]
AS_WHOLE = BeforeValidator(as_whole)
Whole = Annotated[int, AS_WHOLE]
Flag = Annotated[bool, BeforeValidator(as_flag)]
Text = Annotated[str, BeforeValidator(as_text)]
FilePath = Annotated[str, BeforeValidator(as_path)]
AS_TEXT = BeforeValidator(as_text)
OR_NONE = BeforeValidator(or_none)
AS_ITEMS = BeforeValidator(as_items)


def described(node: Any) -> str:
    """What was found, in a few words."""
    match node:
        case MappingNode():
            return "a mapping"
        case SequenceNode():
            return "a list"
        case ScalarNode() if node.is_null:
            return "nothing"
        case ScalarNode(plain=False):
            return f"the text {quoted(node.text)} in quotes"
        case _:
            return quoted(node.text)


_HINTS: list[tuple[str, Callable[[str], float]]] = [
    (r"[-+]?0x[0-9a-fA-F]+|[-+]?0o[0-7]+|[-+]?0b[01]+", lambda text: int(text, 0)),
    (r"[-+]?[0-9]{1,3}([_,][0-9]{3})+", lambda text: int(re.sub("[_,]", "", text))),
    (r"[-+]?[0-9][0-9_]*", lambda text: int(text.replace("_", ""))),
    (r"[-+]?([0-9][0-9_]*)?\.?[0-9][0-9_]*([eE][-+]?[0-9]+)?", lambda text: float(text.replace("_", ""))),
    (r"[-+]?[0-9]+\.", float),
    (r"[0-9]+,[0-9]+", lambda text: float(text.replace(",", "."))),
    (r"[0-9]+(\.[0-9]+)? ?%", lambda text: float(text.rstrip(" %")) / 100),
    (r"[0-9]{1,9}/[1-9][0-9]{0,8}", lambda text: int(text.split("/")[0]) / int(text.split("/")[1])),
]


def _number_hint(node: Any, whole: bool = False) -> str:
    """How the number that was probably meant is written."""
    if not isinstance(node, ScalarNode) or len(node.text) > _LONGEST_WHOLE:
        return ""
    if re.fullmatch(r"[0-9]+(:[0-5]?[0-9])+", node.text):
        return " (a colon makes no number: write one in plain digits)"
    for pattern, read in _HINTS:
        if re.fullmatch(pattern, node.text):
            value = read(node.text)
            lost = re.fullmatch(NUMBER, node.text) and _is_lost(value, node.text)
            return "" if lost else _written(value, whole)
    return ""


def _is_lost(value: float, text: str) -> bool:
    """Whether a computer has nothing but infinity or 0 for the number that is written."""
    digits = re.split("[eE]", text)[0]
    return bool(math.isinf(value) and digits[-1].isdigit()) or bool(value == 0 and re.search("[1-9]", digits))


def _written(value: float, whole: bool) -> str:
    return f" (write {plain(value)})" if not whole or (value == value // 1 and abs(value) < _MOST_WRITTEN) else ""


def plain(value: float) -> str:
    """A number as one would write it: 20, not 20.0."""
    return str(int(value)) if abs(value) < _MOST_WRITTEN and value == int(value) else repr(value)
