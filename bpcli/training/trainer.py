"""The training loop: a generator of events that changes the parameters between them."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from bpcli.core.descent import Descent
from bpcli.core.parameters import Parameters
from bpcli.core.schedules import Progress, Schedule
from bpcli.data.batches import Batches, Rows
from bpcli.data.loading import Examples
from bpcli.streams import stream
from bpcli.training.evaluate import Evaluator
from bpcli.training.events import Ended, EpochEnded, Event, Measures, Progressed, Reason, Started
from bpcli.training.stopping import Watch

REPORT_EVERY = 0.1  # seconds between two Progressed events


class _Diverged(Exception):
    """The cost or a parameter is no longer finite."""


@dataclass
class Trainer:
    """Trains theta on the training rows; afterwards `kept` holds what is worth keeping.

    With validation rows that is the best epoch by the watched figure, without them the newest finite state; None as
    long as there is neither. `stop` is asked after each step whether to end early.
    """

    descent: Descent
    theta: Parameters
    schedule: Schedule
    eta: float
    epochs: int
    batches: Batches
    train: Examples
    validation: Examples | None
    test: Examples | None
    evaluator: Evaluator
    watch: Watch
    dropout: tuple[float, ...] = ()  # share of the units of each layer 0 … L-1 that a step leaves out
    seed: int = 0  # of what is dropped
    measured_train: Examples | None = None  # training rows to measure after each epoch, without weights of classes
    stop: Callable[[], bool] = lambda: False
    clock: Callable[[], float] = time.perf_counter
    kept: Parameters | None = field(default=None, init=False)
    best_epoch: int | None = field(default=None, init=False)

    def run(self) -> Iterator[Event]:
        """Trains to the end, once; the last event is always Ended."""
        self._began = self.clock()
        self._step = self._seen = 0  # updates made, and training rows met
        self._cost, self._rows = 0.0, 0  # of this epoch: Σ over batches of rows · cost, and rows
        self._work = self.descent.network.workspace(self.batches.size, self.theta.flat.dtype, self.dropout)
        if self.train.weight is not None:
            self._work.w = np.ones((self.batches.size, 1), self.theta.flat.dtype)
        self.descent.start(self.theta)
        splits = {"train": self.train, "validation": self.validation, "test": self.test}
        yield Started(
            layers=self.theta.n,
            parameters=len(self.theta.flat),
            examples={name: len(rows) for name, rows in splits.items() if rows is not None},
            epochs=self.epochs,
            steps_per_epoch=self.batches.count,
        )
        reason: Reason = "epochs"
        detail = ""
        epoch = 0
        try:
            while reason == "epochs" and epoch < self.epochs:
                yield from self._pass(epoch)
                if self.stop():
                    reason = "interrupted"
                    break
                epoch += 1
                yield self._measure(epoch)
                if self.watch.exhausted:
                    reason = "early_stopping"
        except _Diverged as where:
            reason, detail = "diverged", str(where)
        if reason == "interrupted" and self.validation is None and self._is_finite():
            self._keep()
        test = self._figures(self.kept, self.test) if self.kept else None
        yield Ended(reason, epoch, self._seconds(), self.best_epoch, test, detail)

    def _pass(self, epoch: int) -> Iterator[Event]:
        """One pass over the training rows, up to the moment when `stop` says so."""
        self._cost, self._rows, steps_before = 0.0, 0, self._step
        self._at = Progress(epoch, self._step, self._seen, self.epochs, self.batches.count)
        self._rate = self.eta * self.schedule.factor(self._at)
        self._masks = stream(self.seed, "dropout", epoch)
        queue = self.batches.of(epoch)
        while self._advance(queue, epoch):
            yield Progressed(epoch + 1, self._step - steps_before, self._cost / self._rows)
            if self.stop():
                break

    def _advance(self, queue: Iterator[Rows], epoch: int) -> bool:
        """Takes steps until it is time to report (True), or until there are no more batches (False)."""
        until = self.clock() + REPORT_EVERY
        with np.errstate(all="ignore"):  # what is not finite is found by looking, which threads cannot hide
            for rows in queue:
                C = self._take_step(rows)
                if not math.isfinite(C):
                    raise _Diverged(
                        f"the cost is {C} in step {self._step} (epoch {epoch + 1}, learning rate {self._rate:g})"
                    )
                if self.stop() or self.clock() > until:
                    return True
        return False

    def _take_step(self, rows: Rows) -> float:
        """Forward, cost, backward, update, on one batch; gives the cost it had before the update."""
        work = self._work.first(len(rows))
        self.train.x.take(rows, 0, work.a[0], "clip")  # the default mode would gather twice
        self.train.y.take(rows, 0, work.y, "clip")
        if work.w is not None and self.train.weight is not None:
            np.take(self.train.weight, rows, out=work.w[:, 0], mode="clip")
        if self.dropout:
            work.draw_masks(self._masks)
        if self.schedule.per_step:
            self._rate = self.eta * self.schedule.factor(replace(self._at, step=self._step))
        self.descent.network.forward(self.theta, work)
        C = float(self.descent.network.batch_cost(self.theta, work))
        self.descent.step(self.theta, work, self._rate)
        self._step += 1
        self._seen += len(rows)
        self._rows += len(rows)
        self._cost += C * len(rows)
        return C

    def _measure(self, epoch: int) -> EpochEnded:
        """The figures at the end of an epoch, and whether they are the best."""
        if not self._is_finite():
            raise _Diverged(f"a parameter is not finite after step {self._step} (epoch {epoch})")
        running = {"cost": self._cost / self._rows}
        train = self._figures(self.theta, self.measured_train)
        validation = self._figures(self.theta, self.validation)
        for name, measures in (("train", train), ("validation", validation)):
            if measures is not None and not math.isfinite(measures["cost"]):
                raise _Diverged(f"the {name} cost is {measures['cost']} after step {self._step} (epoch {epoch})")
        split, figure = self.watch.monitor.split(".")
        seen: dict[str, Measures | None] = {"running": running, "train": train, "validation": validation}
        better = self.watch.improves((seen[split] or {})[figure])
        self.schedule.measured(self.watch.value)
        best = better and validation is not None
        if best:
            self.best_epoch = epoch
        if best or validation is None:
            self._keep()
        return EpochEnded(epoch, self._step, self._rate, self._seconds(), running, train, validation, best)

    def _figures(self, theta: Parameters, rows: Examples | None) -> Measures | None:
        """The measures on a set of rows, if there is one."""
        if rows is None:
            return None
        with np.errstate(all="ignore"):
            return self.evaluator.measure(theta, rows)

    def _is_finite(self) -> bool:
        return math.isfinite(self.theta.flat.min()) and math.isfinite(self.theta.flat.max())

    def _keep(self) -> None:
        if self.kept is None:
            self.kept = self.theta.copy()
        else:
            self.kept.flat[:] = self.theta.flat

    def _seconds(self) -> float:
        return self.clock() - self._began
