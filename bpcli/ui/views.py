"""The views of a training run other than the live one, and the choice between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import IO, Any

from rich.console import Console

from bpcli.training.events import EpochEnded, Event
from bpcli.ui.columns import heading, line
from bpcli.ui.console import can_animate
from bpcli.ui.epochs import EpochRows
from bpcli.ui.json_lines import json_line
from bpcli.ui.live import LiveView
from bpcli.ui.view import View


class PlainView(View):
    """One line an epoch under a heading, for files, pipes and logs: no colour, no animation, no wrapping."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._rows: EpochRows | None = None

    def show(self, event: Event) -> None:
        if not isinstance(event, EpochEnded):
            return
        if self._rows is None:
            self._rows = EpochRows(event)
            self._stream.writelines(f"{text}\n" for text in heading(self._rows.columns))
        self._stream.write(line(self._rows.columns, self._rows.cells(event)) + "\n")
        self._stream.flush()


class JsonView(View):
    """One JSON object a line, as soon as its event comes.

    `describe` gives the object of an event, or None for one that scripts are not told of.
    """

    def __init__(self, stream: IO[str], describe: Callable[[Event], Mapping[str, Any] | None]) -> None:
        self._stream = stream
        self._describe = describe

    def show(self, event: Event) -> None:
        if (described := self._describe(event)) is not None:
            self._stream.write(json_line(described))
            self._stream.flush()


def choose_view(
    console: Console,
    *,
    quiet: bool = False,
    describe: Callable[[Event], Mapping[str, Any] | None] | None = None,
) -> View:
    """The view for stdout's `console`: JSON lines when `describe` is given, else the best it can show."""
    if describe is not None:
        return JsonView(console.file, describe)
    if quiet:
        return View()
    return LiveView(console) if can_animate(console) else PlainView(console.file)
