"""Where text goes: a console for each stream, judged by itself, and error lines on the right one."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterable
from typing import TextIO

from rich.console import Console
from rich.text import Text

from bpcli.errors import BpcliError

PLACE = re.compile(r"\S+?:\d+(:\d+)?: ")  # file:line:column at the start of a problem


def open_console(stream: TextIO) -> Console:
    """The console of `stream` (sys.stdout or sys.stderr); NO_COLOR, TERM and COLUMNS have their say.

    Only a real terminal counts as one, whatever FORCE_COLOR says, because it also decides on animation.
    A character that the stream cannot encode is replaced rather than ending the run.
    """
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")
    return Console(
        file=stream,
        force_terminal=stream.isatty(),
        no_color=bool(os.environ.get("NO_COLOR")),
        highlight=False,
        markup=False,
        emoji=False,
    )


def can_animate(console: Console) -> bool:
    """Whether lines that are already written can be drawn again."""
    return console.is_terminal and not console.is_dumb_terminal


def room(console: Console) -> int | None:
    """The cells that a line has on a terminal; None off it, where lines are as long as they need."""
    return console.width if console.is_terminal else None


def write(console: Console, lines: Iterable[Text]) -> None:
    """Writes whole lines at once; off a terminal they reach the reader without rich touching them."""
    if console.is_terminal:
        for line in lines:
            console.print(line, soft_wrap=True)
    else:
        console.file.write("".join(f"{line.plain}\n" for line in lines))
        console.file.flush()


def printable(text: str) -> str:
    """`text` on one line and without control characters, which data files and paths may hold."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def report(console: Console, error: BpcliError) -> None:
    """Every line of `error` as it stands, the place at its start in bold; `console` is that of stderr."""
    write(console, [_problem(printable(line)) for line in error.lines])


def warn(console: Console, message: str) -> None:
    """A line that starts with `warning:`; `console` is that of stderr."""
    write(console, [Text.assemble(("warning:", "yellow"), " ", printable(message))])


def note(console: Console, message: str) -> None:
    """A line that tells what was concluded or comes next; `console` is that of stderr."""
    write(console, [Text(printable(message))])


def _problem(line: str) -> Text:
    text = Text(line)
    if place := PLACE.match(line):
        text.stylize("bold", 0, place.end())
    return text
