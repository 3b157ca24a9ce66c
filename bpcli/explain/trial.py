"""The first steps of a training, taken on copies: what they cost, and how long all of it is going to take."""

from __future__ import annotations

import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from itertools import count
from statistics import median

import numpy as np

from bpcli.data.loading import Examples
from bpcli.explain.memory import array_bytes
from bpcli.training.evaluate import BLOCK
from bpcli.training.events import Ended, EpochEnded, Progressed
from bpcli.training.stopping import Watch
from bpcli.training.trainer import REPORT_EVERY, Trainer

MOST_STEPS = 200
TOGETHER = 20  # steps at most, where some are taken together
LONGEST = 0.5  # seconds of steps, once there are LEAST_STEPS of them
LEAST_STEPS = 3
SAMPLE = 4 * BLOCK  # rows that measuring is timed on
REPEATS = 3  # of them the quickest counts, as the first also warms up


@dataclass(frozen=True)
class Trial:
    """What some real steps showed."""

    steps: int  # so many
    costs: tuple[float, ...]  # running cost of the epoch after each of them, or of those taken together
    diverged: str  # where and why a cost or a parameter was no longer finite; empty when all were
    step: float  # seconds of one step
    measuring: float  # seconds of all that is done between two epochs
    closing: float  # seconds to measure the test rows at the end
    total: float  # seconds of the whole training, if no epoch is saved by stopping early
    optimizer: int  # bytes of what the optimizer remembers and works in


def try_out(trainer: Trainer, clock: Callable[[], float] = time.perf_counter) -> Trial:
    """Takes up to MOST_STEPS steps as `trainer` would, and times them; the trainer itself stays at its beginning."""
    twin = _twin(trainer)
    costs: list[float] = []
    steps: list[float] = []
    pauses: list[float] = []  # from the last step of an epoch to the first of the next
    taken, diverged = 0, ""
    began = before = clock()
    for event in twin.run():
        now = clock()
        match event:
            case Progressed(cost=cost):
                costs.append(cost)
                steps.append((now - before) / (twin.at.step - taken))
                taken = twin.at.step
            case EpochEnded():
                pauses.append(now - before)
            case Ended(detail=detail):
                diverged = detail
        before = now
        if taken >= MOST_STEPS or (now - began > LONGEST and len(steps) >= LEAST_STEPS):
            break
    step = median(steps) if steps else 0.0
    measuring = _seconds(trainer, trainer.validation, clock) + _seconds(trainer, trainer.measured_train, clock)
    measuring += median(pauses) if pauses else 0.0
    closing = _seconds(trainer, trainer.test, clock)
    total = trainer.epochs * (trainer.batches.count * step + measuring) + closing
    remembered = array_bytes(twin.descent)
    return Trial(taken, tuple(costs), diverged, step, measuring, closing, total, remembered)


def _twin(trainer: Trainer) -> Trainer:
    """The same training with a state of its own, which reports every step and measures nothing."""
    tick = count(step=2 * REPORT_EVERY)  # a clock by which every step is due to be reported
    return replace(
        trainer,
        descent=deepcopy(trainer.descent),
        theta=trainer.theta.copy(),
        schedule=deepcopy(trainer.schedule),
        watch=Watch("running.cost"),
        validation=None,
        test=None,
        measured_train=None,
        report_steps=TOGETHER,
        clock=lambda: next(tick),
    )


def _seconds(trainer: Trainer, examples: Examples | None, clock: Callable[[], float]) -> float:
    """What one measuring pass over some rows takes, by a part of them."""
    if examples is None:
        return 0.0
    weight = None if examples.weight is None else examples.weight[:SAMPLE]
    some = Examples(examples.x[:SAMPLE], examples.y[:SAMPLE], weight, examples.rows[:SAMPLE])
    spans = []
    with np.errstate(all="ignore"):
        for _ in range(REPEATS):
            began = clock()
            trainer.evaluator.measure(trainer.theta, some)
            spans.append(clock() - began)
    return min(spans) * _blocks(examples) / _blocks(some)


def _blocks(examples: Examples) -> int:
    """In how many blocks they go forward; each takes as long as a full one."""
    return -(-len(examples) // BLOCK)
