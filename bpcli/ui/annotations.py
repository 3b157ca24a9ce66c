"""Problems as annotations of GitHub Actions: workflow commands that it shows beside the lines of a file.

Light, since the edge of the program imports it to tell any error at all.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import Literal

END_OF_PLACE = re.compile(r"(?::(\d+))?(?::(\d+))?: ")


def annotated(kind: Literal["error", "warning"], title: str, lines: Iterable[str]) -> list[str]:
    """One workflow command for each line of a message; none outside GitHub Actions."""
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return []
    return [_command(kind, title, line) for line in lines]


def _command(kind: str, title: str, line: str) -> str:
    properties, message = _placed(line)
    written = ",".join(f"{name}={_escaped(value, ':,')}" for name, value in (properties | {"title": title}).items())
    return f"::{kind} {written}::{_escaped(message)}"


def _placed(line: str) -> tuple[dict[str, str], str]:
    """The place that a line begins with, and what it says of it; only what is a file is taken for one."""
    for found in END_OF_PLACE.finditer(line):
        file = line[: found.start()]
        if os.path.isfile(file):
            place = {"file": _from_the_root(file), "line": found[1], "col": found[2]}
            return {name: value for name, value in place.items() if value}, line[found.end() :]
    return {}, line


def _from_the_root(file: str) -> str:
    """The path as GitHub wants it, from the root of the checkout, when the file lies in it."""
    root = os.path.realpath(os.environ.get("GITHUB_WORKSPACE") or os.curdir)
    path = os.path.join(os.path.realpath(os.path.dirname(file)), os.path.basename(file))
    return os.path.relpath(path, root) if path.startswith(os.path.join(root, "")) else file


def _escaped(text: str, more: str = "") -> str:
    for character in "%\r\n" + more:  # the percent sign first: it is what escapes begin with
        text = text.replace(character, f"%{ord(character):02X}")
    return text
