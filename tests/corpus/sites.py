"""Finds every place of the code that makes a message for the user, and which of them a run has come through."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any
from unittest.mock import patch

from bpcli.data import csv_reader
from bpcli.spec import yaml_reader

PACKAGE = Path(yaml_reader.__file__).parents[1]
FILES = [
    *sorted((PACKAGE / "spec").glob("*.py")),
    *sorted((PACKAGE / "data").glob("*.py")),
    PACKAGE / "runs" / "training_run.py",
]

MAKERS = {"refusal", "_refused", "line_error", "Problem", "NotReadable", "ConfigError", "DataError", "UsageError"}
"""Whoever calls one of these tells the user something, and so does whoever calls `config.error`."""
TABLES = {"_SENTENCES", "_HINTS"}
"""Tables of messages: each entry is a place of its own."""
ANSWERS = {"rules.py", "memory.py"}
"""Files whose functions give a message, or None when there is nothing to say."""
SPOKEN = {yaml_reader: yaml_reader._SENTENCES, csv_reader: csv_reader._SENTENCES}
"""Tables of texts, of which no line is ever run: which entries are taken is seen by another way."""


@dataclass(frozen=True)
class Site:
    """A place that makes a message."""

    file: str
    first: int
    last: int
    text: str
    entry: str | None = None  # the key in a table of texts
    answer: bool = False  # a return that counts when it gives more than None

    def __str__(self) -> str:
        return f"{Path(self.file).relative_to(PACKAGE)}:{self.first}: {self.text}"


def sites_of(path: Path) -> Iterator[Site]:
    """Every site of a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))

    def site(node: ast.expr | ast.stmt, **more: Any) -> Site:
        text = ast.unparse(node)
        return Site(str(path), node.lineno, node.end_lineno or node.lineno, text[:90], **more)

    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _is_maker(node.func):
            yield site(node)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and _target(node) in TABLES and node.value is not None:
            yield from _entries(node.value, site)
        elif isinstance(node, ast.FunctionDef) and path.name in ANSWERS and _answers(node):
            yield from (site(inner, answer=True) for inner in ast.walk(node) if _gives_a_message(inner))


def _is_maker(called: ast.expr) -> bool:
    match called:
        case ast.Name(id=name):
            return name in MAKERS
        case ast.Attribute(value=ast.Name(id="config"), attr="error") | ast.Attribute(value=ast.Name(id="ConfigError")):
            return True
    return False


def _target(node: ast.Assign | ast.AnnAssign) -> str:
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    return target.id if isinstance(target, ast.Name) else ""


def _entries(table: ast.expr, site: Any) -> Iterator[Site]:
    """The entries of a table: functions, whose lines are run, or texts, each under its key."""
    for node in ast.walk(table):
        if isinstance(node, ast.Lambda):
            yield site(node)
    if isinstance(table, ast.Dict):
        for key, value in zip(table.keys, table.values):
            if isinstance(key, ast.Constant) and not isinstance(value, ast.Lambda | ast.Name):
                yield site(value, entry=key.value)


def _answers(function: ast.FunctionDef) -> bool:
    return function.returns is not None and ast.unparse(function.returns) == "str | None"


def _gives_a_message(node: ast.AST) -> bool:
    """Whether a node returns more than None; what another function of this kind gives is a message of that one."""
    if not isinstance(node, ast.Return) or node.value is None or isinstance(node.value, ast.Call):
        return False
    return not (isinstance(node.value, ast.Constant) and node.value.value is None)


@dataclass
class Trail:
    """Which lines, answers and entries have been come through."""

    lines: set[tuple[str, int]] = field(default_factory=set)
    answers: set[tuple[str, int]] = field(default_factory=set)  # lines of returns that gave something
    entries: set[str] = field(default_factory=set)

    def passed(self, site: Site) -> bool:
        """Whether a site has made its message."""
        if site.entry is not None:
            return site.entry in self.entries
        seen = self.answers if site.answer else self.lines
        return any((site.file, line) in seen for line in range(site.first, site.last + 1))


class _Listening(dict[str, str]):
    """A table of texts that notes which entry a search through it ended with."""

    def __init__(self, table: dict[str, str], entries: set[str]) -> None:
        super().__init__(table)
        self._entries = entries

    def items(self) -> Any:
        for key, value in super().items():
            try:
                yield key, value
            except GeneratorExit:
                self._entries.add(key)
                raise


@contextmanager
def followed(files: Iterable[Path] = FILES) -> Iterator[Trail]:
    """Notes what is run of some files, until the block ends."""
    trail = Trail()
    wanted = {str(path) for path in files}

    def follow(frame: FrameType, event: str, given: Any) -> Any:
        name = frame.f_code.co_filename
        if event == "call":
            return follow if name in wanted and frame.f_code.co_name != "<module>" else None
        (trail.answers if event == "return" and given is not None else trail.lines).add((name, frame.f_lineno))
        return follow

    before = sys.gettrace()
    patches = [patch.object(m, "_SENTENCES", _Listening(table, trail.entries)) for m, table in SPOKEN.items()]
    for one in patches:
        one.start()
    sys.settrace(follow)
    try:
        yield trail
    finally:
        sys.settrace(before)
        for one in patches:
            one.stop()
