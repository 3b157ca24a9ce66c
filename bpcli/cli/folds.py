"""`bpcli train --folds`: config in, a run for each fold out, and what they say together."""

from __future__ import annotations

import shlex
import sys
import time
from pathlib import Path

from bpcli.cli.reports import add_to_summary, begin_report
from bpcli.cli.signals import Signals
from bpcli.errors import DivergedError, ExitStatus
from bpcli.runs.directory import WEIGHTS, RunDirectory
from bpcli.runs.folds import FoldRuns
from bpcli.runs.gates import demand
from bpcli.spec.reading import read_config
from bpcli.training.events import Ended
from bpcli.ui import markdown
from bpcli.ui.console import open_console, warn
from bpcli.ui.folds import choose_folds_view


def train_folds(
    config: str,
    folds: int,
    out: Path | None,
    force: bool,
    junit: Path | None,
    overrides: list[str],
    json: bool,
    quiet: bool,
) -> ExitStatus:
    """Trains once for each fold; raises what reading, training and writing raise."""
    signals = Signals()
    # set before the config is checked: where it expects something of test rows, here they are
    read = read_config(config, [*overrides, f"data.test={{fold: 1/{folds}}}"])
    runs = FoldRuns(read, folds, signals.received)
    stem = "stdin" if config == "-" else Path(config).stem
    gates = [f"{metric} {condition}" for metric, condition in read.spec.expect.items()]
    report, began = begin_report(junit, "bpcli train --folds", config, gates, quiet), time.monotonic()
    with RunDirectory.create(out, stem, force) as directory:
        with signals, choose_folds_view(open_console(sys.stdout), folds, json=json, quiet=quiet) as view:
            for number, event in runs.run(directory, sys.argv):
                view.follow(number, event)
                if isinstance(event, Ended) and len(runs.results) == number:
                    result = runs.results[-1]
                    weights = str(directory.path / result["weights"])
                    view.result({"event": "fold", **result, "seconds": event.seconds, "weights": weights})
        assert isinstance(event, Ended)
        if event.reason in ("diverged", "interrupted"):
            report.leave(f"not judged: {event.reason} {event.detail}".rstrip(), time.monotonic() - began)
        if event.reason == "diverged":
            raise DivergedError(f"{config}: fold {number} of {folds}: {event.detail}; try a lower learning_rate")
        if signals.status is not None and event.reason == "interrupted":
            if not quiet:
                done = f"the folds that are done: {directory.folds}"
                warn(open_console(sys.stderr), f"interrupted on fold {number} of {folds}: no mean is taken ({done})")
            return signals.status
        summary = {"event": "end", "run": str(directory.path), **runs.summary()}
        view.summary(summary)
        report.judge(summary["expect"], time.monotonic() - began, run=directory.path, seed=read.spec.seed)
        following = f"bpcli eval {shlex.quote(str(directory.path / 'fold-1' / WEIGHTS))}"
        add_to_summary(markdown.folds, config, summary, runs.results, following)
    demand(summary["expect"])
    return ExitStatus.OK
