"""Lays out YAML that has a comment on every value: behind it where there is room, above it where there is not."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bpcli.spec.resolved import inline

ROOM = 116  # columns of a line
COMMENT_AT = 25  # where comments begin behind short values


@dataclass(frozen=True)
class Line:
    """A key with its value, and what to know of it; one that is only suggested is a comment itself."""

    text: str  # may go over several lines
    comment: str = ""
    suggested: bool = False


def laid_out(lines: Iterable[Line], indent: str = "") -> Iterator[str]:
    """The lines of a block with its comments."""
    for line in lines:
        text = indent + ("# " if line.suggested else "") + line.text
        gap = max(COMMENT_AT - len(text), 4 if len(text) > COMMENT_AT else 1)
        behind = f"{text}{' ' * gap}# {line.comment}"
        if not line.comment:
            yield text
        elif "\n" not in text and len(behind) <= ROOM:
            yield behind
        else:
            yield from comment(line.comment, indent)
            yield text


def comment(text: str, indent: str = "") -> Iterator[str]:
    """A comment over as many lines as it takes."""
    yield from textwrap.wrap(text, ROOM, initial_indent=f"{indent}# ", subsequent_indent=f"{indent}# ")


def one_or_list(values: tuple[str, ...]) -> str:
    """One text, or a list of them, cut into lines between two of them where it is long."""
    if len(values) == 1:
        return inline(values[0])
    lines = [""]
    for value in map(inline, values):
        if len(lines[-1]) + len(value) + 2 > ROOM - 20:
            lines.append("")
        lines[-1] += f"{value}, "
    return "[" + "\n      ".join(line.rstrip() for line in lines).rstrip(",") + "]"
