"""One config as it was written: a file or stdin, read into a tree and not checked yet."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from bpcli.registry import nearest
from bpcli.spec.problems import Problem
from bpcli.spec.scalars import described
from bpcli.spec.tree import MappingNode, Place, ScalarNode
from bpcli.spec.yaml_reader import MOST_BYTES, NotReadable, YamlReader

STDIN = "<stdin>"


@dataclass(frozen=True)
class Document:
    """A tree of keys and values, and what is wrong with the text itself."""

    shown: str  # the file as messages call it
    folder: Path  # it lies in; the current one for stdin
    tree: MappingNode
    problems: list[Problem]


def read_document(path: str) -> Document:
    """Reads a config file, or stdin for "-". Raises NotReadable for what is not there, or no keys and values."""
    shown = STDIN if path == "-" else path
    reader = YamlReader(shown)
    tree = reader.read(_content(path, shown))
    if isinstance(tree, ScalarNode) and tree.is_null:
        tree = MappingNode(tree.place)  # an empty file: all that is required is missing
    if not isinstance(tree, MappingNode):
        colon = isinstance(tree, ScalarNode) and tree.plain and ":" in tree.text
        hint = " (a ':' needs a blank behind it)" if colon else ""
        raise NotReadable(tree.place, f"expected keys and values, not {described(tree)}{hint}")
    return Document(shown, Path() if path == "-" else Path(path).parent, tree, reader.problems)


def _content(path: str, shown: str) -> bytes:
    """The config's bytes, one more at most than a config may have."""
    place = Place(shown)
    if path == "-":
        if sys.stdin is None:
            raise NotReadable(place, "is closed")
        try:
            return sys.stdin.buffer.read(MOST_BYTES + 1)
        except OSError as error:
            raise NotReadable(place, f"cannot be read: {error.strerror}") from None
    try:
        with Path(path).open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise NotReadable(place, f"no such file{_similar_file(Path(path))}") from None
    except IsADirectoryError:
        raise NotReadable(place, "is a folder, not a config file") from None
    except (OSError, ValueError) as error:
        raise NotReadable(place, f"cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _similar_file(path: Path) -> str:
    """The config nearby that was probably meant."""
    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        return f" (nor a folder '{path.parent}')"
    near = nearest(path.name, names) or nearest(f"{path.name}.yaml", names)
    return f" (did you mean '{path.parent / near}'?)" if near else ""
