"""Step after step: a batch is gathered, goes forward and back, and the parameters move."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from bpcli.core.descent import Descent
from bpcli.core.parameters import Parameters
from bpcli.core.schedules import Progress, Schedule
from bpcli.data.batches import Batches, Rows
from bpcli.data.loading import Examples
from bpcli.jit.descent import CompiledDescent
from bpcli.streams import stream
from bpcli.training import diagnosis
from bpcli.training.diagnosis import Diverged, largest
from bpcli.training.events import Cause, Growth
from bpcli.training.state import Position, all_finite

FADING = 64  # steps after which a memory is seen to, before it has faded too far


class Steps:
    """Moves theta, and knows where it stands: `at` counts, `rows` are the training rows met in the pass at hand."""

    def __init__(
        self,
        descent: Descent,
        theta: Parameters,
        schedule: Schedule,
        eta: float,
        epochs: int,
        batches: Batches,
        train: Examples,
        dropout: tuple[float, ...],
        seed: int,
    ) -> None:
        self.descent = descent
        self.theta = theta
        self.schedule = schedule
        self.eta = eta
        self.epochs = epochs
        self.batches = batches
        self.train = train
        self.dropout = dropout
        self.seed = seed
        self._together = descent if isinstance(descent, CompiledDescent) else None
        self._growth: Growth | None = None
        self._lay_out(careful=False)
        descent.start(theta)
        self.begin(Position())

    def begin(self, at: Position, careful: bool = False) -> None:
        """Gets ready for a pass, or for what is left of one.

        `careful` steps look at all parameters, and say what went wrong.
        """
        self.at = at
        self.rows = self.batches.rows_in(at.batch)
        self.masks = stream(self.seed, "dropout", at.epoch)
        if careful:
            self._lay_out(careful=True)

    def queue(self, pause: int | None = None) -> Iterator[Rows]:
        """The rows that are left of the pass, in pieces to `take`.

        A piece is a batch; or as many as are taken together, but none after a step that `pause` divides.
        """
        at, count = self.at, self.batches.count
        seen = at.epoch * self.batches.rows_in(count)
        self._start = Progress(at.epoch, at.epoch * count, seen, self.epochs, count)
        if at.batch == 0:
            at.learning_rate = self.eta * self.schedule.factor(self._start)
        return self.batches.of(at.epoch, at.batch) if self._together is None else self._pieces(self._together, pause)

    def _pieces(self, descent: CompiledDescent, pause: int | None) -> Iterator[Rows]:
        order, size, count = self.batches.order(self.at.epoch), self.batches.size, self.batches.count
        most = 1 if self._careful else descent.steps_at_once(size)
        while (first := self.at.batch) < count:
            some = most if pause is None else min(most, pause - self.at.step % pause)
            yield order[first * size : min(first + some, count) * size]

    def take(self, rows: Rows) -> None:
        """Forward, cost, backward, update, on one batch, or on batch after batch of those that are taken together.

        Raises Diverged on a cost that is not finite, and leaves the parameters as they are.
        """
        if self._together is not None and not self._careful:
            self._take_many(self._together, rows)
            return
        theta, network, at, m = self.theta, self.descent.network, self.at, len(rows)
        work = self._work.first(m)
        self.train.x.take(rows, 0, work.a[0], "clip")  # the default mode would gather twice
        self.train.y.take(rows, 0, work.y, "clip")
        if work.w is not None and self.train.weight is not None:
            np.take(self.train.weight, rows, out=work.w[:, 0], mode="clip")
        if self.dropout:
            work.draw_masks(self.masks)
        if self.schedule.per_step:
            at.learning_rate = self._rate(at.step)
        network.forward(theta, work)
        C = float(network.batch_cost(theta, work))
        if not math.isfinite(C) or (self._careful and not all(map(all_finite, work.z[1:]))):
            raise self._diverged(f"the cost is {C} in step {at.step + 1}", rows, at.step + 1)
        before = largest(theta.flat) if self._careful else 0.0
        try:
            self.descent.step(theta, work, at.learning_rate)
        except FloatingPointError as error:  # compiled sums may overflow in another order
            raise self._diverged(f"{error} in step {at.step + 1}", rows, at.step + 1) from None
        self._count(1, at.cost + C * m, m)
        if at.step % FADING == 0 and self._together is None:
            self.descent.optimizer.drop_faded()
        if self._careful:
            self.demand_finite(rows)
            self._note_growth(before, rows)

    def _take_many(self, descent: CompiledDescent, rows: Rows) -> None:
        at, size = self.at, self.batches.size
        steps = range(at.step, at.step + -(-len(rows) // size))
        rates = [self._rate(step) for step in steps] if self.schedule.per_step else [at.learning_rate] * len(steps)
        source = self.train.x, self.train.y, self.train.weight
        *costs, newest = descent.steps(self.theta, source, rows, size, rates)
        done, total = len(costs), at.cost
        for C in costs:
            total += C * size
        self._count(done, total, done * size)
        at.learning_rate = rates[done]
        if not math.isfinite(newest):
            raise self._diverged(f"the cost is {newest} in step {at.step + 1}", None, at.step + 1)
        m = min(size, len(rows) - done * size)
        self._count(1, at.cost + newest * m, m)

    def _count(self, steps: int, cost: float, rows: int) -> None:
        """So many steps were taken on so many rows, and `cost` is the sum since."""
        self.at.step += steps
        self.at.batch += steps
        self.at.cost = cost
        self.rows += rows

    def _rate(self, step: int) -> float:
        """η of a step, counted from 0, where each has its own."""
        return self.eta * self.schedule.factor(replace(self._start, step=step))

    def demand_finite(self, rows: Rows | None = None) -> None:
        """Raises Diverged unless all that moves is finite; `rows` are those of the newest step."""
        if not all(all_finite(one.flat) for one in (self.theta, *self.descent.optimizer.state.values())):
            raise self._diverged(f"a parameter is not finite after step {self.at.step}", rows, self.at.step)

    def _note_growth(self, before: float, rows: Rows) -> None:
        """Keeps the step in which the largest parameter grew by the largest factor."""
        after = largest(self.theta.flat)
        if before == 0:
            return
        if self._growth is None or after * self._growth.before > self._growth.after * before:
            inputs = np.abs(self.train.x[rows]).max(axis=1)
            row = int(self.train.rows[rows][inputs.argmax()])
            self._growth = Growth(self.at.step, before, after, row, float(inputs.max()))

    def _lay_out(self, careful: bool) -> None:
        """Makes room for a batch; careful steps keep z to be looked at."""
        self._careful = careful
        dtype = self.theta.flat.dtype
        self._work = self.descent.network.workspace(self.batches.size, dtype, self.dropout, keep_z=careful)
        if self.train.weight is not None:
            self._work.w = np.ones((self.batches.size, 1), dtype)

    def _diverged(self, what: str, rows: Rows | None, step: int) -> Diverged:
        """What to raise for a step; with its cause where that is looked for."""
        epoch = self.at.epoch + 1
        detail = f"{what} (epoch {epoch}, learning rate {self.at.learning_rate:g})"
        if rows is None or not self._careful:
            return Diverged(detail)
        at = Cause("", None, epoch, step, self.at.learning_rate, "train", (), 0.0, growth=self._growth)
        find = diagnosis.of_update if step == self.at.step else diagnosis.of_forward
        work = self._work.first(len(rows))
        return Diverged(detail, find(self.descent, self.theta, work, self.train.rows[rows], at))
