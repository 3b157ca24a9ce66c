"""What a training run says of itself while it goes on: frozen facts, for views and recorders to use."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Measures = dict[str, float]
"""Named figures of one pass over some rows: cost, and accuracy, or mae, rmse and r2."""

Reason = Literal["epochs", "early_stopping", "interrupted", "diverged"]


@dataclass(frozen=True)
class Started:
    """The network and the data are ready; no step has been made."""

    layers: tuple[int, ...]
    parameters: int
    examples: dict[str, int]  # rows of each split there is: train, validation, test
    epochs: int
    steps_per_epoch: int
    step: int = 0  # updates made in an earlier part of this training


@dataclass(frozen=True)
class Progressed:
    """Some steps further; said a few times a second, for progress bars."""

    epoch: int  # from 1
    steps_done: int  # within this epoch
    cost: float  # running cost of this epoch so far


@dataclass(frozen=True)
class EpochEnded:
    """One pass over the training rows is done and what was asked for is measured."""

    epoch: int  # from 1
    step: int  # updates made since the start
    learning_rate: float  # the one this epoch ended with
    seconds: float  # since training started
    running: Measures  # cost: average of the batch costs met, weighted by rows, penalties included
    train: Measures | None
    validation: Measures | None
    best: bool  # the best value of the monitored figure so far


@dataclass(frozen=True)
class LayerSizes:
    """The largest magnitudes of a layer in a step that diverged; they may be infinite, or no number."""

    layer: int  # from 1
    z: float
    gradient: float | None  # None where the step did not come to it
    parameters: float


@dataclass(frozen=True)
class Growth:
    """The step in which the largest parameter grew most, on the way to where something was not finite."""

    step: int  # from 1
    before: float  # largest magnitude of a parameter
    after: float
    row: int  # of its batch, the one with the largest input: where it stands in its file, from 0
    input: float  # that input's magnitude


@dataclass(frozen=True)
class Cause:
    """The first that was not finite, and what was around it."""

    what: str  # such as "z" or "gradient"
    layer: int | None
    epoch: int  # from 1
    step: int  # from 1
    learning_rate: float
    split: str  # train or validation
    rows: tuple[int, ...]  # in which it was, or all of the batch: where they stand in their file, from 0
    inputs: float  # largest magnitude of an input of those rows
    layers: tuple[LayerSizes, ...] = ()
    growth: Growth | None = None


@dataclass(frozen=True)
class Ended:
    """The last event of every run."""

    reason: Reason
    epochs: int
    seconds: float
    best_epoch: int | None
    test: Measures | None = None
    detail: str = field(default="")  # where and why, when diverged
    cause: Cause | None = None  # of the same in full, where it was looked for


Event = Started | Progressed | EpochEnded | Ended
