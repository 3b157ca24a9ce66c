"""`bpcli train`: config in, run directory out, the epochs shown as they end."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bpcli.cli.reports import add_to_summary, begin_report
from bpcli.cli.signals import Signals
from bpcli.errors import DivergedError, ExitStatus
from bpcli.runs.directory import RunDirectory
from bpcli.runs.gates import demand
from bpcli.runs.objects import event_object
from bpcli.runs.recorder import Recorder
from bpcli.runs.training_run import TrainingRun
from bpcli.spec.reading import read_config
from bpcli.spec.resolved import to_yaml
from bpcli.training.events import Ended, EpochEnded, Event, Started
from bpcli.ui import markdown
from bpcli.ui.closing import closing
from bpcli.ui.console import open_console, room, write
from bpcli.ui.tables import network
from bpcli.ui.views import choose_view


def train(
    config: str, out: Path | None, force: bool, junit: Path | None, overrides: list[str], json: bool, quiet: bool
) -> ExitStatus:
    """Trains as the config says; raises what reading, training and writing raise."""
    console = open_console(sys.stdout)
    signals = Signals()
    run = TrainingRun(read_config(config, overrides), signals.received)
    spec = run.config.spec
    stem = "stdin" if config == "-" else Path(config).stem

    with RunDirectory.create(out, stem, force) as directory:
        gates = [f"{metric} {condition}" for metric, condition in spec.expect.items()]
        report = begin_report(junit, "bpcli train", config, gates)

        def describe(event: Event) -> Mapping[str, Any] | None:
            described = event_object(event)
            if isinstance(event, Ended) and described is not None:
                saved = str(directory.weights) if run.trainer.kept else None
                return described | {"weights": saved, "expect": run.expected}
            return described

        text = to_yaml(spec, relative_to=spec.folder)
        view = choose_view(console, quiet=quiet, describe=describe if json else None)
        with signals, Recorder(directory, text, sys.argv, spec.folder, run.digests) as recorder:
            with view:
                best: EpochEnded | None = None
                for event in run.run(directory, recorder):
                    if isinstance(event, EpochEnded) and event.best:
                        best = event
                    if isinstance(event, Started):
                        about = summary(run, event)
                        if not (json or quiet):
                            write(console, network(about, room(console)))
                    view.show(event)
            assert isinstance(event, Ended)
            weights = directory.weights if run.trainer.kept else None
            if not (json or quiet):
                write(console, closing(event, best, directory.path, weights, run.expected))
        if event.reason in ("interrupted", "diverged"):
            report.leave(f"not judged: {event.reason} {event.detail}".rstrip(), event.seconds)
        else:
            report.judge(run.expected, event.seconds, weights=weights, seed=spec.seed)
        following = weights and f"bpcli eval {shlex.quote(str(weights))}"
        add_to_summary(markdown.training, config, about, event, run.meta.get("metrics", {}), run.expected, following)
    if event.reason == "diverged":
        raise DivergedError(f"{config}: {event.detail}; try a lower learning_rate")
    if signals.status is not None:
        return signals.status
    demand(run.expected)
    return ExitStatus.OK


def summary(run: TrainingRun, started: Started) -> dict[str, Any]:
    """What is about to be trained and how, for the table of the network."""
    spec = run.config.spec
    assert spec.output is not None
    assert spec.cost is not None
    steps, batch = started.steps_per_epoch, run.trainer.batches.size
    training = {
        "optimizer": f"{spec.optimizer.in_words}, learning rate {spec.learning_rate:g}",
        "schedule": spec.schedule.in_words,
        "epochs": f"{started.epochs:,}, {'' if started.epochs == 1 else 'each '}of {_count(steps, 'step')} of "
        f"{_count(batch, 'example')}, seed {spec.seed}",
    }
    if training["schedule"] == "constant":
        del training["schedule"]
    return {
        "layers": list(started.layers),
        "activations": [*(named.name for named in spec.activations), spec.output.name],
        "cost": spec.cost.name,
        "target": run.prepared.preparation.target_in_words,
        "examples": started.examples,
        "training": training,
    }


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
