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
from bpcli.ui.epochs import EpochRows, thinned
from bpcli.ui.figures import duration, figure
from bpcli.ui.view import View

INTERVAL = 0.1  # seconds between two drawings: calm to the eye, and cheap beside the training
TALLEST = 20  # rows while it runs
LONGEST = 40  # rows that stay on the screen after it
MARGIN = 4  # cells between the table and the curve
CURVE = (36, 60)  # cells: the narrowest learning curve worth drawing, and the widest


class LiveView(View):
    """Redraws at most ten times a second, whatever the number of events; leaves the whole run's table.

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
        self._plan: Started | None = None
        self._latest: Progressed | EpochEnded | None = None
        self._epochs: list[EpochEnded] = []
        self._rows: EpochRows | None = None
        self._curve = Curve()
        self._best: int | None = None  # index into _epochs
        self._began = self._due = 0.0

    def show(self, event: Event) -> None:
        if isinstance(event, EpochEnded):
            self._latest = event
            self._note(event)
        elif isinstance(event, Progressed):
            self._latest = event
        elif isinstance(event, Started):
            self._plan = event
            self._began = self._clock()
            self._live.start()
        if self._clock() >= self._due:
            self._draw()
            self._due = self._clock() + INTERVAL

    def close(self) -> None:
        """Leaves the table of the run in place of the moving one; long runs thinned."""
        if self._plan is None:
            return
        count = len(self._epochs)
        lines = self._table(thinned(count, self._best, LONGEST))
        if count > LONGEST:
            lines.append(Text(f"{len(lines) - 3} of {count:,} epochs shown", style="dim"))
        self._live.update(Group(*lines), refresh=False)
        self._live.stop()

    def _note(self, epoch: EpochEnded) -> None:
        if self._rows is None:
            self._rows = EpochRows(epoch)
        if epoch.best:
            self._best = len(self._epochs)
        self._epochs.append(epoch)
        self._curve.note(epoch)

    def _draw(self) -> None:
        if self._plan is None:
            return
        visible = max(1, min(TALLEST, self._console.height - 6))
        count = len(self._epochs)
        lines = self._table(list(range(max(0, count - visible), count)))
        lines += [Text(), self._progress(self._plan)]
        self._live.update(Group(*lines), refresh=True)

    def _table(self, indices: list[int]) -> list[Text]:
        """The heading, a rule and these epochs, in as many columns as the terminal is wide."""
        if self._rows is None:
            return []
        kept = fitting(self._rows.columns, self._console.width)
        columns = [self._rows.columns[i] for i in kept]
        wide = total(columns)
        beside = min(self._console.width - wide - MARGIN, CURVE[1])
        curve = beside >= CURVE[0]

        def row(text: str, dots: str, style: str) -> Text:
            aside = " " * (wide + MARGIN - len(text)) + dots if curve else ""
            return Text.assemble((text, style), (aside, style or "cyan"), no_wrap=True)

        lines = [row(*both, "bold") for both in zip(heading(columns), self._curve.heading(beside))]
        lines.append(Text("─" * (wide + MARGIN + beside if curve else wide), style="dim", no_wrap=True))
        for index in indices:
            epoch = self._epochs[index]
            cells = self._rows.cells(epoch)
            if index != self._best:
                cells[-1] = ""
            style = "bold green" if index == self._best else ""
            text = line(columns, [cells[i] for i in kept])
            lines.append(row(text, self._curve.row(epoch, beside) if curve else "", style))
        return lines

    def _progress(self, plan: Started) -> Text:
        """A bar over all steps of the run, the epoch it is in, the time left, the best so far."""
        epoch = self._latest.epoch if self._latest else 1 + plan.step // max(plan.steps_per_epoch, 1)
        within = self._latest.steps_done if isinstance(self._latest, Progressed) else plan.steps_per_epoch
        done = (epoch - 1) * plan.steps_per_epoch + within if self._latest else plan.step
        steps = max(plan.epochs * plan.steps_per_epoch, 1)
        share, before = min(done / steps, 1.0), plan.step / steps
        bar = max(10, min(self._console.width - 56, 40))  # of one length, or it would jump with the words
        full = round(bar * share)
        words = f"epoch {epoch:{len(str(plan.epochs))}} of {plan.epochs}"
        if before < share < 1:
            left = (self._clock() - self._began) * (1 - share) / (share - before)
            words += f" · {duration(round(left))} left"
        if self._best is not None:
            words += f" · best {self._epochs[self._best].epoch}"
        if isinstance(self._latest, Progressed):
            words += f" · cost {figure(self._latest.cost)}"
        parts = ("━" * full, "green"), ("━" * (bar - full), "dim"), f"  {words}"
        progress = Text.assemble(*parts, no_wrap=True)
        progress.truncate(self._console.width - 1)
        return progress
