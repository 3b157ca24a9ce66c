"""The view for terminals: the last epochs, a progress bar and the time left, drawn over itself in place."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from bpcli.training.events import EpochEnded, Event, Progressed, Started
from bpcli.ui.columns import fitting, heading, line, total
from bpcli.ui.curve import Curve
from bpcli.ui.epochs import EpochRows
from bpcli.ui.footer import Footer
from bpcli.ui.history import History
from bpcli.ui.view import View

INTERVAL = 0.1  # seconds between two drawings: calm to the eye, and cheap beside the training
REST = 100  # times as long as a drawing took does none follow, on however slow a terminal
TALLEST = 20  # rows while it runs
LONGEST = 40  # rows that stay on the screen after it
COURSE = 5  # epochs: fewer make no course worth leaving
MARGIN = 4  # cells between the table and the curve
CURVE = (36, 60)  # cells: the narrowest learning curve worth drawing, and the widest


class LiveView(View):
    """Redraws at most ten times a second and in a hundredth of the time; leaves the table of the whole run.

    It has no thread: events drive it, and an event that comes too early only takes a note.
    """

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._live = Live(
            console=console,
            auto_refresh=False,
            vertical_overflow="crop",
            redirect_stderr=sys.stderr.isatty(),
        )
        self._footer: Footer | None = None  # from the first event on
        self._latest: Progressed | EpochEnded | None = None
        self._history = History(TALLEST)
        self._rows: EpochRows | None = None
        self._curve = Curve()
        self._began = self._due = 0.0

    def show(self, event: Event) -> None:
        if isinstance(event, EpochEnded):
            self._latest = event
            self._note(event)
        elif isinstance(event, Progressed):
            self._latest = event
        elif isinstance(event, Started):
            self._footer = Footer(event)
            self._began = self._clock()
            self._live.start()
        began = self._clock()
        if began >= self._due:
            self._draw()
            ended = self._clock()
            self._due = ended + max(INTERVAL, REST * (ended - began))

    def close(self) -> None:
        """Leaves the table of the run in place of the moving one; long runs thinned."""
        if self._footer is None:
            return
        count, width = self._history.count, self._console.width
        shown = self._history.thinned(LONGEST)
        lines = self._table(shown)
        if count > len(shown):
            lines.append(Text(f"{len(shown)} of {count:,} epochs shown", style="dim"))
        if count >= COURSE and not self._beside():
            lines += [Text(), *self._footer.costs(width)]
        self._live.update(Group(*lines), refresh=False)
        self._live.stop()

    def _note(self, epoch: EpochEnded) -> None:
        if self._rows is None:
            self._rows = EpochRows(epoch)
        self._history.note(epoch)
        self._curve.note(epoch)
        if self._footer is not None:
            self._footer.note(epoch)

    def _draw(self) -> None:
        if self._footer is None:
            return
        width, seconds = self._console.width, self._clock() - self._began
        visible = list(self._history.recent)[-max(1, self._console.height - 8) :]
        lines = [*self._table(visible), Text()]
        whole = self._beside() and len(visible) == self._history.count  # the curve beside the rows has every epoch
        if not whole:
            lines += self._footer.costs(width, self._latest if isinstance(self._latest, Progressed) else None)
        lines.append(self._footer.progress(self._latest, seconds, width))
        self._live.update(Group(*lines), refresh=True)

    def _beside(self) -> int:
        """The cells of the curve beside the rows; 0 where there is no room for one."""
        if self._rows is None:
            return 0
        wide = total([self._rows.columns[i] for i in fitting(self._rows.columns, self._console.width)])
        room = min(self._console.width - wide - MARGIN, CURVE[1])
        return room if room >= CURVE[0] else 0

    def _table(self, epochs: list[EpochEnded]) -> list[Text]:
        """The heading, a rule and these epochs, in as many columns as the terminal is wide."""
        if self._rows is None:
            return []
        kept = fitting(self._rows.columns, self._console.width)
        columns = [self._rows.columns[i] for i in kept]
        wide, beside = total(columns), self._beside()

        def row(text: str, dots: str, style: str) -> Text:
            aside = " " * (wide + MARGIN - len(text)) + dots if beside else ""
            return Text.assemble((text, style), (aside, style or "cyan"), no_wrap=True)

        lines = [row(*both, "bold") for both in zip(heading(columns), self._curve.heading(beside))]
        lines.append(Text("─" * (wide + MARGIN + beside if beside else wide), style="dim", no_wrap=True))
        for epoch in epochs:
            best = epoch is self._history.best
            cells = self._rows.cells(epoch)
            if not best:
                cells[-1] = ""
            style = "bold green" if best else ""
            text = line(columns, [cells[i] for i in kept])
            lines.append(row(text, self._curve.row(epoch, beside) if beside else "", style))
        return lines
