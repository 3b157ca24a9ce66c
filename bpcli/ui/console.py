"""Where text goes: a console for each stream, judged by itself, and warnings on the right one."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TextIO

from rich.console import Console
from rich.text import Text

from bpcli.errors import printable
from bpcli.ui import stand_ins
from bpcli.ui.annotations import annotated

Screen = Callable[[Mapping[str, Any], int | None], list[Text]]
"""Makes lines of a result, for a terminal of that width or, when it is None, for a file."""


def open_console(stream: TextIO) -> Console:
    """The console of `stream` (sys.stdout or sys.stderr); NO_COLOR, TERM and COLUMNS have their say.

    Only a real terminal counts as one, whatever FORCE_COLOR says, because it also decides on animation.
    A character that the stream cannot encode is replaced rather than ending the run: a drawn one by a plain one
    that looks like it, another by question marks.
    """
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors=stand_ins.ERRORS)
    size = shutil.get_terminal_size() if os.environ.get("TERM") in ("dumb", "unknown") else None  # rich would not look
    console = Console(
        width=size and size.columns,
        height=size and size.lines,
        file=stream,
        force_terminal=stream.isatty(),
        no_color=bool(os.environ.get("NO_COLOR")),
        highlight=False,
        markup=False,
        emoji=False,
    )
    if console.width < 1:  # COLUMNS=0, or a terminal that was never told its size
        console.width = shutil.get_terminal_size().columns
    return console


def can_animate(console: Console) -> bool:
    """Whether lines that are already written can be drawn again."""
    return console.is_terminal and not console.is_dumb_terminal


def room(console: Console) -> int | None:
    """The cells that a line has on a terminal; None off it, where lines are as long as they need."""
    return console.width if console.is_terminal else None


def write(console: Console, lines: Iterable[Text]) -> None:
    """Writes whole lines at once; off a terminal they reach the reader without rich touching them.

    On one, a line that is too long goes on below its own beginning, unless its Text has `no_wrap`: a command or a
    path is left to the terminal, so that it can be copied in one piece.
    """
    if console.is_terminal:
        for line in lines:
            for piece in [line] if line.no_wrap else _wrapped(line, console):
                console.print(piece, soft_wrap=True)
    else:
        console.file.write("".join(f"{line.plain}\n" for line in lines))
        console.file.flush()


def _wrapped(line: Text, console: Console) -> list[Text]:
    """The line in as many as its words need, all indented as it is."""
    indent = len(line.plain) - len(line.plain.lstrip(" "))
    if line.cell_len <= console.width or indent >= console.width:
        return [line]
    return [Text(" " * indent).append_text(piece) for piece in line[indent:].wrap(console, console.width - indent)]


def warn(console: Console, message: str) -> None:
    """A line that starts with `warning:`, and in GitHub Actions its annotation; `console` is that of stderr."""
    told = printable(message)
    lines = [Text.assemble(("warning:", "yellow"), " ", told), *map(Text, annotated("warning", "bpcli", [told]))]
    for line in lines:
        line.no_wrap = True  # one line a message, also for who searches it
    write(console, lines)


def note(console: Console, label: str, words: str) -> None:
    """A line that tells, behind its label, what was concluded or comes next; `console` is that of stderr."""
    write(console, [Text.assemble((f"{label:6}", "dim"), "  ", printable(words), no_wrap=label == "next")])
