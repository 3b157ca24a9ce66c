"""Trainings for the tests of resuming: a small data set, configs of every kind, and ways to stop them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from bpcli.runs.directory import RunDirectory
from bpcli.runs.recorder import Recorder
from bpcli.runs.resuming import resume
from bpcli.runs.training_run import TrainingRun
from bpcli.spec.reading import read_config
from bpcli.spec.resolved import to_yaml
from bpcli.training.events import Ended, Event

COMMON = """\
layers: [3, 5, 2]
activation: tanh
epochs: 6
batch_size: 8
learning_rate: 0.05
data: {train: d.csv, target: y, validation: 0.25, test: 0.2}
checkpoint: {seconds: 1e9}
"""

CONFIGS = {  # 6 epochs of 4 steps each, the last batch short, unless a config says otherwise
    "sgd": "",
    "momentum": "optimizer: {name: sgd, momentum: 0.9}\nl2: 0.01\nclip_norm: 0.5",
    "nesterov": "optimizer: {name: sgd, momentum: 0.9, nesterov: true}\nmax_norm: 1.0\ndrop_last: true",
    "adam": "optimizer: adam\ndropout: 0.3\nschedule: {name: one_cycle, warmup: 1}",
    "adamw": "optimizer: adamw\ninput_dropout: 0.2\ndtype: float64\ndropout: [0.4]\nschedule: cosine",
    "rmsprop": "optimizer: {name: rmsprop, momentum: 0.5}\nclass_weight: balanced\nschedule: {name: step, every: 2}",
    "adagrad": "optimizer: adagrad\nshuffle: {order: order.npy}\nl1: 0.001",
    "rprop": "optimizer: rprop\nbatch_size: all\nepochs: 24",
    "plateau": "schedule: {name: plateau, patience: 0, gamma: 0.5, warmup: 2}\nlearning_rate: 2\nevaluate_train: true",
    "early stopping": "early_stopping: {monitor: validation.accuracy, patience: 3}\nlearning_rate: 1\nepochs: 50",
    "no validation": "data: {train: d.csv, target: y}\nbatch_size: 10\nexpect: {train.cost: < 9}\ndropout: 0.5",
    "numbers": "data: {train: d.csv, target: a, validation: 0.25}\nlayers: [auto, 4, 1]\nschedule: inverse_scaling",
}


def lay_out(folder: Path) -> None:
    """Puts the data into a folder: 50 rows of two classes that overlap, and orders for the rows trained on."""
    rng = np.random.default_rng(3)
    x = rng.standard_normal((50, 3))
    y = x[:, 0] + x[:, 1] ** 2 + rng.standard_normal(50) / 2 > 0.7
    lines = ["a,b,c,y", *(",".join(f"{value:.6f}" for value in row) + f",{'pq'[int(c)]}" for row, c in zip(x, y))]
    (folder / "d.csv").write_text("\n".join(lines) + "\n")
    np.save(folder / "order.npy", np.array([rng.integers(0, 28, 28) for _ in range(6)]))


def write_config(folder: Path, name: str) -> str:
    """A config in a folder; the keys of CONFIGS take the place of the common ones."""
    own = CONFIGS[name].splitlines()
    keys = {line.partition(":")[0] for line in own}
    kept = [line for line in COMMON.splitlines() if line.partition(":")[0] not in keys]
    path = folder / "c.yaml"
    path.write_text("\n".join([*kept, *own]) + "\n")
    return str(path)


def train(config: str, out: Path, stop: Callable[[TrainingRun], bool] = lambda run: False) -> Iterator[Event]:
    """Trains from the start into a new run directory, until `stop` says so of the run."""
    run = TrainingRun(read_config(config))
    run.trainer.stop = lambda: stop(run)
    with RunDirectory.create(out, "any") as directory:
        text = to_yaml(run.config.spec, relative_to=run.config.spec.folder)
        with Recorder(directory, text, ["test"], run.config.spec.folder, run.digests, run.numerics) as recorder:
            yield from run.run(directory, recorder)


def go_on(
    path: Path, stop: Callable[[TrainingRun], bool] = lambda run: False, overrides: Sequence[str] = ()
) -> Iterator[Event]:
    """Goes on from the newest checkpoint of a run, until `stop` says so."""
    resumption = resume(path, None, overrides)
    run = resumption.run
    run.trainer.stop = lambda: stop(run)
    with resumption.directory as directory:
        text = to_yaml(run.config.spec, relative_to=run.config.spec.folder)
        folder = run.config.spec.folder
        with Recorder(directory, text, ["test"], folder, run.digests, run.numerics, resumption.record) as recorder:
            yield from run.run(directory, recorder)


def last(events: Iterator[Event]) -> Ended:
    """The end of a training that is carried to it."""
    *_, ended = events
    assert isinstance(ended, Ended)
    return ended


def at_step(step: int) -> Callable[[TrainingRun], bool]:
    return lambda run: run.trainer.at.step >= step


def products(out: Path) -> tuple[bytes, list[dict[str, object]]]:
    """What must not depend on stops: the weights file, and the epochs but for their seconds."""
    lines = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
    for line in lines:
        del line["seconds"]
    weights = out / "weights.npz"  # there is none before the first epoch
    return weights.read_bytes() if weights.exists() else b"", lines
