"""A made-up run whose figures behave as a real one's do: falling, then overfitting a little."""

from __future__ import annotations

from collections.abc import Callable
from math import exp

import pytest

from bpcli.training.events import Ended, EpochEnded, Event, Progressed, Started

Run = Callable[..., list[Event]]


def _measures(cost: float, numbers: bool) -> dict[str, float]:
    if numbers:
        return {"cost": 3000 * cost, "mae": 80 * cost, "rmse": 100 * cost, "r2": 1 - cost}
    return {"cost": cost, "accuracy": 1 - cost / 2.5}


@pytest.fixture
def run() -> Run:
    def events(epochs: int, numbers: bool = False, train: bool = False, validation: bool = True) -> list[Event]:
        told: list[Event] = [Started((64, 32, 10), 2410, {"train": 1437, "validation": 180}, epochs, 45)]
        best, best_epoch = 2.0, 0
        for epoch in range(1, epochs + 1):
            running, cost = 2 * exp(-epoch / 4) + 0.02, 2 * exp(-epoch / 4) + 0.09 + 0.002 * epoch
            if better := cost < best:
                best, best_epoch = cost, epoch
            told.append(Progressed(epoch, 20, running))
            told.append(
                EpochEnded(
                    epoch=epoch,
                    step=45 * epoch,
                    learning_rate=0.1 * 0.97**epoch,
                    seconds=0.0731 * epoch,
                    running={"cost": running * (3000 if numbers else 1)},
                    train=_measures(running, numbers) if train else None,
                    validation=_measures(cost, numbers) if validation else None,
                    best=better,
                )
            )
        told.append(Ended("epochs", epochs, 0.0731 * epochs, best_epoch, _measures(0.11234, numbers)))
        return told

    return events
