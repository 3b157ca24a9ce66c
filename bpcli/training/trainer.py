"""The training loop: a generator of events that changes the parameters between them."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from bpcli.core.network import Network
from bpcli.core.optimizers import Optimizer
from bpcli.core.parameters import Parameters
from bpcli.core.schedules import Schedule
from bpcli.data.batches import Batches, Rows
from bpcli.data.loading import Examples
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

    network: Network
    theta: Parameters
    optimizer: Optimizer
    schedule: Schedule
    eta: float
    epochs: int
    batches: Batches
    train: Examples
    validation: Examples | None
    test: Examples | None
    evaluator: Evaluator
    watch: Watch
    train_biases: bool = True
    evaluate_train: bool = False
    stop: Callable[[], bool] = lambda: False
    clock: Callable[[], float] = time.perf_counter
    kept: Parameters | None = field(default=None, init=False)
    best_epoch: int | None = field(default=None, init=False)

    def run(self) -> Iterator[Event]:
        """Trains to the end; the last event is always Ended."""
        self._began = self.clock()
        self._step = self._seen = 0  # updates made, and training rows met
        self._cost, self._rows = 0.0, 0  # of this epoch: Σ over batches of rows · cost, and rows
        self._work = self.network.workspace(self.batches.size, self.theta.flat.dtype)
        if self.train.weight is not None:
            self._work.w = np.ones((self.batches.size, 1), self.theta.flat.dtype)
        self.optimizer.start(self.theta, self.network.lmbda, self.train_biases)
        splits = {"train": self.train, "validation": self.validation, "test": self.test}
        yield Started(
            layers=self.network.n,
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
        if reason == "interrupted" and self.validation is None:
            self._keep()
        test = self.evaluator.measure(self.kept, self.test) if self.test is not None and self.kept else None
        yield Ended(reason, epoch, self._seconds(), self.best_epoch, test, detail)

    def _pass(self, epoch: int) -> Iterator[Event]:
        """One pass over the training rows, up to the moment when `stop` says so."""
        self._cost, self._rows, steps_before = 0.0, 0, self._step
        self._rate = self.schedule.rate(self.eta, self._seen)
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
        np.take(self.train.x, rows, axis=0, out=work.a[0], mode="clip")  # the default mode would gather twice
        np.take(self.train.y, rows, axis=0, out=work.y, mode="clip")
        if work.w is not None and self.train.weight is not None:
            np.take(self.train.weight, rows, out=work.w[:, 0], mode="clip")
        self.network.forward(self.theta, work)
        C = float(self.network.batch_cost(self.theta, work))
        self.optimizer.step(self.theta, self.network.backward(self.theta, work), work.ones, self._rate)
        self._step += 1
        self._seen += len(rows)
        self._rows += len(rows)
        self._cost += C * len(rows)
        return C

    def _measure(self, epoch: int) -> EpochEnded:
        """The figures at the end of an epoch, and whether they are the best."""
        if not (math.isfinite(self.theta.flat.min()) and math.isfinite(self.theta.flat.max())):
            raise _Diverged(f"a parameter is not finite after step {self._step} (epoch {epoch})")
        with np.errstate(all="ignore"):
            measured: dict[str, Measures | None] = {
                "running": {"cost": self._cost / self._rows},
                "train": self.evaluator.measure(self.theta, self.train) if self.evaluate_train else None,
                "validation": self.evaluator.measure(self.theta, self.validation) if self.validation else None,
            }
        split, figure = self.watch.monitor.split(".")
        best = self.watch.improves((measured[split] or {})[figure]) if measured[split] else False
        if best and self.validation is not None:
            self.best_epoch = epoch
        if best or self.validation is None:
            self._keep()
        return EpochEnded(
            epoch,
            self._step,
            self._rate,
            self._seconds(),
            {"cost": self._cost / self._rows},
            measured["train"],
            measured["validation"],
            best and self.validation is not None,
        )

    def _keep(self) -> None:
        if self.kept is None:
            self.kept = self.theta.copy()
        else:
            self.kept.flat[:] = self.theta.flat

    def _seconds(self) -> float:
        return self.clock() - self._began
