"""Measuring a network on rows that it does not learn from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from bpcli.core.linalg import Array
from bpcli.core.metrics import choose, errors
from bpcli.core.network import Network
from bpcli.core.parameters import Parameters
from bpcli.data.loading import Examples
from bpcli.training.events import Measures

Task = Literal["classes", "labels", "numbers"]

BLOCK = 256  # rows that go forward together; fixed, so that a row's outputs do not depend on what stands beside it


class Evaluator:
    """Carries any number of rows forward in blocks of one size, the last one padded."""

    def __init__(self, network: Network, task: Task, dtype: np.dtype) -> None:
        self.network = network
        self.task = task
        self.work = network.workspace(BLOCK, dtype)
        self._padded = self.work.a[0]

    def run(
        self, theta: Parameters, x: Array, y: Array | None = None, before_block: Callable[[], None] = lambda: None
    ) -> tuple[Array, Array]:
        """Outputs a[L] (n, n[L]) and, when there are targets y, the cost C_i of each row (n,), else zeros.

        `before_block` may raise, to give up on the way.
        """
        outputs = np.empty((len(x), self.network.n[-1]), self.work.y.dtype)
        costs = np.zeros(len(x))
        for start in range(0, len(x), BLOCK):
            before_block()
            rows = slice(start, start + BLOCK)
            m = len(outputs[rows])
            self._lay_in(x[rows])
            outputs[rows] = self.network.forward(theta, self.work)[:m]
            if y is not None:
                self.work.y[:m] = y[rows]
                costs[rows] = self.network.example_costs(self.work)[:m, 0]
        return outputs, costs

    def _lay_in(self, x: Array) -> None:
        if len(x) == BLOCK:
            self.work.a[0] = self.work.fed[0] = x
        else:
            self._padded[: len(x)] = x
            self._padded[len(x) :] = 0
            self.work.a[0] = self.work.fed[0] = self._padded

    def measure(
        self, theta: Parameters, examples: Examples, before_block: Callable[[], None] = lambda: None
    ) -> Measures:
        """Cost without penalty, and accuracy, or mae, rmse and r2."""
        outputs, costs = self.run(theta, examples.x, examples.y, before_block)
        return summarize(self.task, outputs, examples, costs, self.network.cost.threshold)


def summarize(task: Task, outputs: Array, examples: Examples, costs: Array, threshold: float) -> Measures:
    """The figures of outputs (n, k) against targets; for labels, accuracy counts the rows that are right in all.

    `threshold` is the cost's: the output above which a label, or the second of two classes, is chosen.
    """
    cost = float((costs if examples.weight is None else costs * examples.weight).mean())
    if task == "classes":
        return {"cost": cost, "accuracy": float((choose(outputs, threshold) == choose(examples.y)).mean())}
    if task == "labels":
        right = ((outputs > threshold) == (examples.y > 0.5)).all(axis=1)
        return {"cost": cost, "accuracy": float(right.mean())}
    return {"cost": cost, **errors(outputs, examples.y)}
