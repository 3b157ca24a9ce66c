"""The training loop: a generator of events that changes the parameters between them."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import asdict, dataclass, replace

import numpy as np

from bpcli.core.descent import Descent
from bpcli.core.linalg import Array
from bpcli.core.parameters import Parameters
from bpcli.core.schedules import Schedule
from bpcli.data.batches import Batches, Rows
from bpcli.data.loading import Examples
from bpcli.training import diagnosis
from bpcli.training.diagnosis import Diverged
from bpcli.training.evaluate import Evaluator
from bpcli.training.events import Cause, Ended, EpochEnded, Event, Measures, Progressed, Reason, Started
from bpcli.training.state import (
    Position,
    State,
    copy_arrays,
    demand_keys,
    learnt,
    masks_state,
    remind,
    set_masks_state,
    whole,
)
from bpcli.training.steps import Steps
from bpcli.training.stopping import Watch

REPORT_EVERY = 0.1  # seconds between two Progressed events
LAST_LOOK = 1.0  # seconds that measuring may take when training is over and was asked to stop


class _Stopped(Exception):
    """Asked to stop."""


@dataclass
class Trainer:
    """Trains theta on the training rows; afterwards `kept` holds what is worth keeping.

    With validation rows that is the best epoch by the watched figure, without them the newest finite state; None as
    long as there is neither. `stop` is asked after each step, or after those taken together, and while measuring,
    whether to end early.
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
    report_steps: int | None = None  # a Progressed event after every so many steps too
    stop: Callable[[], bool] = lambda: False
    clock: Callable[[], float] = time.perf_counter

    def __post_init__(self) -> None:
        self.steps = Steps(
            self.descent,
            self.theta,
            self.schedule,
            self.eta,
            self.epochs,
            self.batches,
            self.train,
            self.dropout,
            self.seed,
        )
        self._began = self.clock()
        self._kept: Parameters | None = None
        self.gave_up = False  # whether measuring, when training was over, was cut short
        self._until = math.inf  # when that happens
        self._as_it_stands = False  # whether theta is what is worth keeping, whatever the epoch

    @property
    def at(self) -> Position:
        """Where training stands."""
        return self.steps.at

    @property
    def kept(self) -> Parameters | None:
        return self.theta if self._as_it_stands else self._kept

    @property
    def is_complete(self) -> bool:
        """Whether no step is left to make."""
        return self.at.epoch >= self.epochs or self.watch.exhausted

    def run(self) -> Iterator[Event]:
        """Trains to the end, once, from the start or from the state that was restored; the last event is Ended."""
        self._began = self.clock() - self.at.seconds
        splits = {"train": self.train, "validation": self.validation, "test": self.test}
        yield Started(
            layers=self.theta.n,
            parameters=len(self.theta.flat),
            examples={name: len(rows) for name, rows in splits.items() if rows is not None},
            epochs=self.epochs,
            steps_per_epoch=self.batches.count,
            step=self.at.step,
        )
        reason: Reason = "diverged"
        detail, cause = "", None
        try:
            reason = yield from self._epochs()
        except Diverged as where:
            detail, cause = str(where), where.cause
        test = self.last_look(self.test)
        if self.gave_up and reason != "diverged":
            reason = "interrupted"
        yield Ended(reason, self.at.epoch, self._seconds(), self.at.best_epoch, test, detail, cause)

    def state(self) -> State:
        """All that the rest of the training depends on; to be asked for between two events."""
        values = {
            **asdict(self.at),
            "seconds": self._seconds(),
            "optimizer_steps": self.descent.optimizer.t,
            "watch": learnt(self.watch),
            "schedule": learnt(self.schedule),
            "dropout": masks_state(self.steps.masks) if self.dropout else None,
        }
        return State(self._arrays(), values)

    def restore(self, state: State, careful: bool = False) -> None:
        """Take over a state, before `run`; raises ValueError, and must not be used then, where it does not fit."""
        values = state.values
        demand_keys(values, self.state().values)
        self.steps.begin(Position.read(values, self.batches.count), careful)
        self.descent.optimizer.t = whole(values, "optimizer_steps")
        remind(self.watch, values["watch"])
        remind(self.schedule, values["schedule"])
        if self.dropout:
            set_masks_state(self.steps.masks, values["dropout"])
        self._kept = self.theta.like() if "kept" in state.arrays else None
        copy_arrays(state.arrays, self._arrays())

    def replay(self, state: State) -> Cause | None:
        """What was the first to be no finite number after a state, found by training again and looking everywhere.

        None when nothing was, or when asked to stop on the way. The trainer is of no use any more.
        """
        self.restore(state, careful=True)
        self.test = None
        *_, ended = self.run()
        assert isinstance(ended, Ended)
        return ended.cause

    def _arrays(self) -> dict[str, Array]:
        """All the memory that moves."""
        memories = self.descent.optimizer.state
        arrays = {"parameters": self.theta, **{f"optimizer.{name}": memory for name, memory in memories.items()}}
        if self._kept is not None:
            arrays["kept"] = self._kept
        return {name: parameters.flat for name, parameters in arrays.items()}

    def _epochs(self) -> Generator[Event, None, Reason]:
        """Epoch after epoch; gives why they end. Raises Diverged."""
        try:
            while not self.is_complete:
                yield from self._pass()
                yield self._measure()
        except _Stopped:
            self.steps.demand_finite()
            self._as_it_stands = self.validation is None
            return "interrupted"
        return "early_stopping" if self.watch.exhausted else "epochs"

    def _pass(self) -> Iterator[Event]:
        """What is left of a pass over the training rows; raises _Stopped as soon as `stop` says so."""
        queue = self.steps.queue(self.report_steps)
        self._heed_stop()
        while self._advance(queue):
            yield Progressed(self.at.epoch + 1, self.at.batch, self.at.cost / self.steps.rows)
            self._heed_stop()

    def _advance(self, queue: Iterator[Rows]) -> bool:
        """Takes steps until it is time to report (True), or until there are no more batches (False)."""
        until = self.clock() + REPORT_EVERY
        with np.errstate(all="ignore"):  # what is not finite is found by looking, which threads cannot hide
            for rows in queue:
                self.steps.take(rows)
                due = self.report_steps is not None and self.at.step % self.report_steps == 0
                if due or self.stop() or self.clock() > until:
                    return True
        return False

    def _measure(self) -> EpochEnded:
        """The figures at the end of an epoch, and whether they are the best."""
        at = replace(self.at, epoch=self.at.epoch + 1)
        self.steps.demand_finite()
        running = {"cost": at.cost / self.steps.rows}
        train = self._figures("train", self.measured_train)
        validation = self._figures("validation", self.validation)
        split, figure = self.watch.monitor.split(".")
        seen: dict[str, Measures | None] = {"running": running, "train": train, "validation": validation}
        better = self.watch.improves((seen[split] or {})[figure])
        self.schedule.measured(self.watch.value)
        best = better and validation is not None
        if best:
            at.best_epoch = at.epoch
        if best or validation is None:
            self._keep()
        self.steps.begin(replace(at, batch=0, cost=0.0))
        return EpochEnded(at.epoch, at.step, at.learning_rate, self._seconds(), running, train, validation, best)

    def _figures(self, name: str, rows: Examples | None) -> Measures | None:
        """The measures on a set of rows, if there is one, after an epoch."""
        if rows is None:
            return None
        with np.errstate(all="ignore"):
            measures = self.evaluator.measure(self.theta, rows, self._heed_stop)
            if math.isfinite(measures["cost"]):
                return measures
            epoch = self.at.epoch + 1
            at = Cause("", None, epoch, self.at.step, self.at.learning_rate, name, (), 0.0)
            costs = self.evaluator.run(self.theta, rows.x, rows.y)[1]
            cause = diagnosis.of_measuring(self.descent, self.theta, rows, costs, at)
        raise Diverged(f"the {name} cost is {measures['cost']} after step {self.at.step} (epoch {epoch})", cause)

    def last_look(self, rows: Examples | None) -> Measures | None:
        """The figures of what is kept, on rows, when training is over; None where there are not both.

        Asked to stop, all last looks together take no longer than LAST_LOOK: then it has given up, and is None too.
        """
        if self.kept is None or rows is None:
            return None
        with np.errstate(all="ignore"):
            try:
                return self.evaluator.measure(self.kept, rows, self._heed_haste)
            except _Stopped:
                self.gave_up = True
                return None

    def _heed_haste(self) -> None:
        if self._until == math.inf and self.stop():
            self._until = self.clock() + LAST_LOOK
        if self.clock() > self._until:
            raise _Stopped

    def _heed_stop(self) -> None:
        if self.stop():
            raise _Stopped

    def _keep(self) -> None:
        if self._kept is None:
            self._kept = self.theta.copy()
        else:
            self._kept.flat[:] = self.theta.flat

    def _seconds(self) -> float:
        return self.clock() - self._began
