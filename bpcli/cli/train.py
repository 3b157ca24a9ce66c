"""`bpcli train`: config in, run directory out, the epochs shown as they end."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bpcli.cli.reports import add_to_summary, begin_report
from bpcli.cli.signals import Signals
from bpcli.core.metrics import METRICS
from bpcli.errors import DivergedError, ExitStatus, UsageError
from bpcli.runs.directory import RunDirectory, checkpoints_in
from bpcli.runs.divergence import explanation
from bpcli.runs.gates import demand
from bpcli.runs.objects import event_object
from bpcli.runs.recorder import Recorder
from bpcli.runs.resuming import resume
from bpcli.runs.training_run import TrainingRun
from bpcli.spec.reading import read_config
from bpcli.spec.resolved import to_yaml
from bpcli.training.events import Ended, Event, Started
from bpcli.ui import markdown
from bpcli.ui.closing import closing
from bpcli.ui.console import open_console, room, warn, write
from bpcli.ui.tables import network
from bpcli.ui.views import choose_view


def train(
    config: str | None,
    out: Path | None,
    force: bool,
    resumed: Path | None,
    junit: Path | None,
    overrides: list[str],
    json: bool,
    quiet: bool,
) -> ExitStatus:
    """Trains as the config says, or goes on with a run; raises what reading, training and writing raise."""
    console = open_console(sys.stdout)
    signals = Signals()
    directory = record = going_on_from = None
    if resumed is not None:
        if out is not None or force:
            raise UsageError("bpcli train: --resume goes on in its own directory, without --out and --force")
        resumption = resume(resumed, config, overrides, signals.received)
        run, directory, record = resumption.run, resumption.directory, resumption.record
        going_on_from = str(resumption.checkpoint)
        if resumption.warning and not quiet:
            warn(open_console(sys.stderr), resumption.warning)
        if resumption.is_complete:
            if not quiet:
                warn(open_console(sys.stderr), f"{resumed}: is complete; with --set epochs=N it goes on")
            if not run.config.spec.expect:  # which may be another one now, and is judged in any case
                return ExitStatus.OK
    else:
        if config is None:
            raise UsageError("bpcli train: give a CONFIG, or --resume RUN (see: bpcli train --help)")
        run = TrainingRun(read_config(config, overrides), signals.received)
    spec = run.config.spec

    subject = str(config or resumed)
    gates = [f"{metric} {condition}" for metric, condition in spec.expect.items()]
    report = begin_report(junit, "bpcli train", subject, gates, quiet)  # first: where it cannot be, no run begins

    with directory or RunDirectory.create(out, "stdin" if subject == "-" else Path(subject).stem, force) as directory:

        def describe(event: Event) -> Mapping[str, Any] | None:
            described = event_object(event)
            if isinstance(event, Ended) and described is not None:
                saved = str(directory.weights) if run.meta else None
                last = next(iter(map(str, checkpoints_in(directory.path).values())), None)
                return described | {"weights": saved, "checkpoint": last, "expect": run.expected}
            return described

        text = to_yaml(spec, relative_to=spec.folder)
        view = choose_view(console, quiet=quiet, describe=describe if json else None)
        with signals, Recorder(directory, text, sys.argv, spec.folder, run.digests, run.numerics, record) as recorder:
            with view:
                for event in run.run(directory, recorder):
                    if isinstance(event, Started):
                        about = summary(run, event, going_on_from)
                        if not (json or quiet):
                            write(console, network(about, room(console)))
                    view.show(event)
            assert isinstance(event, Ended)
            weights = directory.weights if run.meta else None
            if not (json or quiet):
                kept = run.meta.get("metrics", {}).get("validation", {})  # out of a file, they are in another order
                validation = {name: kept[name] for name in METRICS if name in kept}
                write(console, closing(event, validation, directory.path, weights, run.expected))
        if event.reason in ("interrupted", "diverged"):
            report.leave(f"not judged: {event.reason} {event.detail}".rstrip(), event.seconds)
        else:
            report.judge(run.expected, event.seconds, weights=weights, seed=spec.seed)
        following = weights and f"bpcli eval {shlex.quote(str(weights))}"
        add_to_summary(markdown.training, subject, about, event, run.meta.get("metrics", {}), run.expected, following)
    if event.reason == "diverged":
        raise DivergedError(*explanation(subject, event, directory, spec))
    if signals.status is not None and event.reason == "interrupted":
        return signals.status
    demand(run.expected)
    return ExitStatus.OK


def summary(run: TrainingRun, started: Started, resumed: str | None) -> dict[str, Any]:
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
    if resumed is not None:
        training["resumed"] = f"from {resumed}"
    if spec.engine != "numpy":
        training["engine"] = spec.engine
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
