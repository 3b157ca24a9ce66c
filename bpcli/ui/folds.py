"""The views of a training on folds: a row for each as it ends, then mean and deviation over all of them.

They take the objects that `train --folds --json` prints.
"""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.text import Text

from bpcli.errors import printable
from bpcli.training.events import EpochEnded, Event, Progressed, Started
from bpcli.ui.blocks import progress
from bpcli.ui.closing import said, verdicts
from bpcli.ui.columns import Column, fitting, heading, line
from bpcli.ui.console import can_animate, room, write
from bpcli.ui.figures import measure, places_for
from bpcli.ui.json_lines import json_line
from bpcli.ui.live import INTERVAL
from bpcli.ui.view import Sink

IN_A_ROW = {"cost": 0, "accuracy": 0, "macro_f1": 3, "mae": 2, "rmse": 1, "r2": 0}  # and the rank of each


class FoldsView(Sink):
    """A sink for what happens on the folds; this one shows nothing, as `--quiet` asks."""

    def follow(self, number: int, event: Event) -> None:
        """Takes the next event of the training on fold `number`, from 1."""

    def result(self, result: Mapping[str, Any]) -> None:
        """Takes the object of a fold that is done."""

    def summary(self, summary: Mapping[str, Any]) -> None:
        """Takes the object of all folds together, after the `with` block."""


class JsonFolds(FoldsView):
    """One JSON object for each fold, and one for all."""

    def __init__(self, console: Console) -> None:
        self._stream = console.file

    def result(self, result: Mapping[str, Any]) -> None:
        self._stream.write(json_line(result))
        self._stream.flush()

    def summary(self, summary: Mapping[str, Any]) -> None:
        self.result(summary)


class PlainFolds(FoldsView):
    """One line for each fold under a heading."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._places: dict[str, int] = {}  # decimals of each figure in the rows; the first fold settles them
        self._columns: list[Column] = []

    def result(self, result: Mapping[str, Any]) -> None:
        figures = result["test"]
        if not self._columns:
            self._places = {name: places_for(figures[name] or 0.0) for name in IN_A_ROW if name in figures}
            self._columns = [
                Column("fold", 4),
                Column("train\nexamples", 8, rank=6),
                Column("test\nexamples", 8, rank=5),
                Column("epochs", 6),
                *(Column(f"test\n{name}", 10, rank=IN_A_ROW[name]) for name in self._places),
                Column("seconds", 8, rank=4),
            ]
            write(self._console, [Text(text, style="bold") for text in heading(self._kept())])
        cells = [
            str(result["fold"]),
            *(str(result["examples"][split]) for split in ("train", "test")),
            str(result["epochs"]),
            *(measure(name, figures[name], places) for name, places in self._places.items()),
            f"{result['seconds']:.2f}",
        ]
        fit = fitting(self._columns, room(self._console))
        write(self._console, [Text(line(self._kept(), [cells[i] for i in fit]))])

    def _kept(self) -> list[Column]:
        return [self._columns[i] for i in fitting(self._columns, room(self._console))]

    def summary(self, summary: Mapping[str, Any]) -> None:
        write(self._console, together(summary))


class LiveFolds(PlainFolds):
    """The same lines on a terminal, and below them, while it runs, how far the folds have come."""

    def __init__(self, console: Console, folds: int, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(console)
        self._folds = folds
        self._clock = clock
        self._due = 0.0
        self._plan: Started | None = None
        self._live = Live(console=console, auto_refresh=False, transient=True, redirect_stderr=sys.stderr.isatty())

    def follow(self, number: int, event: Event) -> None:
        if isinstance(event, Started):
            self._plan = event
            self._live.start()
        elif isinstance(event, Progressed | EpochEnded) and self._plan and self._clock() >= self._due:
            within = event.steps_done / self._plan.steps_per_epoch if isinstance(event, Progressed) else 1.0
            share = (event.epoch - 1 + within) / self._plan.epochs
            words = f"  fold {number} of {self._folds} · epoch {event.epoch} of {self._plan.epochs}"
            bar = max(10, min(self._console.width - len(words) - 1, 40))
            line = progress((number - 1 + share) / self._folds, bar).append(words)
            line.no_wrap = True
            line.truncate(self._console.width - 1)
            self._live.update(line, refresh=True)
            self._due = self._clock() + INTERVAL

    def close(self) -> None:
        self._live.stop()


def together(summary: Mapping[str, Any]) -> list[Text]:
    """Mean and deviation of each figure, the verdicts on the means, and where it all lies."""
    mean, deviation = summary["mean"], summary["deviation"]
    wide = max(map(len, mean))
    run = printable(str(summary["run"]))
    return [
        Text(),
        Text(f"mean and sample deviation over {summary['folds']} folds", style="dim"),
        *(Text(f"{name:{wide}}  {measure(name, mean[name]):>10}  ± {measure(name, deviation[name])}") for name in mean),
        Text(),
        *verdicts("expect", summary["expect"]),
        said("run", run),
        said("next", f"bpcli eval {shlex.quote(run + '/fold-1/weights.npz')}", style="bold"),
    ]


def choose_folds_view(console: Console, folds: int, *, json: bool = False, quiet: bool = False) -> FoldsView:
    """The view for stdout's `console`."""
    if json:
        return JsonFolds(console)
    if quiet:
        return FoldsView()
    return LiveFolds(console, folds) if can_animate(console) else PlainFolds(console)
