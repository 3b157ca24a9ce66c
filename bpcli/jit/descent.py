"""Descent by the compiled engine: the same steps as NumPy's, to rounding, and many of them in one call."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from bpcli.core.descent import Descent
from bpcli.core.linalg import Array
from bpcli.core.parameters import Parameters
from bpcli.core.workspace import Workspace
from bpcli.jit.compiled import Program, compile_program
from bpcli.jit.entries import can_be_compiled, parameters

Source = tuple[Array, Array, Array | None]
"""All examples: x (examples, n[0]), y (examples, n[L]), and their weights (examples,) or None."""

SPAN = 0.05  # seconds that one call may take, so that the loop around it can stop and report
STEP, MULTIPLICATION = 2e-6, 1e-9
"""At most so many seconds; no measurement, so that the same steps are always taken together."""


@dataclass
class CompiledDescent(Descent):
    """Takes neither dropout nor limits on the gradient or the weights; ValueError where there are any."""

    def __post_init__(self) -> None:
        if self.clip_norm or self.clip_value or self.max_norm:
            raise ValueError("what is compiled has no limits on the gradient or the weights")
        for thing in self._things():
            if not can_be_compiled(type(thing)):
                raise ValueError(f"{type(thing).__name__} does not say itself of single numbers, to be compiled")

    @property
    def may_follow(self) -> bool:
        return False  # it always writes the gradient out

    def program(self, dtype: str) -> Program:
        """What is compiled for it in this precision."""
        names = parameters(self._things()).dtype.names or ()
        return Program(
            len(self.network.n), self._functions(), type(self.network.cost), type(self.optimizer), dtype, names
        )

    def start(self, theta: Parameters) -> None:
        net = self.network
        self._program = self.program(theta.flat.dtype.name)
        compile_program(self._program)
        super().start(theta)
        self._memories = [*self.optimizer.state.values(), theta.like(), theta.like()][:2]  # or room
        self._rooms: dict[int, tuple[Any, ...]] = {}
        self._weights: Array = np.zeros(0, theta.flat.dtype)
        self._about = (
            np.array([0, *(self._functions().index(type(f)) for f in net.f[1:])]),
            parameters(self._things()),
            net.cost.cancels,
            net.penalty.l1,
            net.penalty.l2,
        )

    def steps_at_once(self, size: int) -> int:
        """How many steps on batches of this size one call of `steps` should take."""
        n = self.network.n
        multiplications = 3 * size * sum(rows * columns for rows, columns in pairwise(n))
        return max(1, int(SPAN / (STEP + multiplications * MULTIPLICATION)))

    def steps(
        self,
        theta: Parameters,
        source: Source,
        rows: Array,
        size: int,
        rates: Sequence[float],
    ) -> list[float]:
        """Takes a step at each of the rates, on batch after batch of these rows; the last batch may be short.

        Gives the cost that each batch had before its step, up to the first that is not finite: that step is not taken.
        """
        whole = len(rows) // size
        costs = self._run(theta, source, rows[: whole * size], size, rates[:whole]) if whole else []
        if len(rows) > whole * size and all(map(math.isfinite, costs[-1:])):
            costs += self._run(theta, source, rows[whole * size :], len(rows) - whole * size, rates[whole:])
        return costs

    def _run(self, theta: Parameters, source: Source, rows: Array, m: int, rates: Sequence[float]) -> list[float]:
        """Takes the steps, on batches of m rows each."""
        x, y, w = source
        if w is None:
            if len(self._weights) != len(x):
                self._weights = np.ones(len(x), theta.flat.dtype)
            w = self._weights
        if m not in self._rooms:
            self._rooms[m] = self._room(theta, m)
        costs = np.zeros(len(rates))
        done = compile_program(self._program)(
            *self._about,
            tuple(theta.W),
            tuple(theta.b),
            tuple(self._gradient.W),
            tuple(self._gradient.b),
            theta.flat,
            self._gradient.flat,
            len(theta.weights),
            self._trained,
            *(memory.flat for memory in self._memories),
            *self._rooms[m],
            x,
            y,
            w,
            rows,
            np.array(rates),
            self.optimizer.t,
            costs,
        )
        self.optimizer.t += done
        found: list[float] = costs[: done + 1].tolist()
        return found

    def step(self, theta: Parameters, work: Workspace, eta: float) -> None:
        """The batch goes forward once more, compiled; in `work` the error comes back too, to be looked at.

        Raises FloatingPointError where it is here that the cost is not finite: the step is not taken.
        """
        for _ in self.network.backward(theta, work):
            pass
        w = None if work.w is None else work.w[:, 0]
        (C,) = self.steps(theta, (work.a[0], work.y, w), np.arange(work.rows), work.rows, [eta])
        if not math.isfinite(C):
            raise FloatingPointError(f"the cost is {C}, as it is compiled,")

    def _things(self) -> list[Any]:
        """f[0], which stands for nothing, to f[L], the cost, the optimizer."""
        return [*self.network.f, self.network.cost, self.optimizer]

    def _functions(self) -> tuple[type, ...]:
        return tuple(dict.fromkeys(type(f) for f in self.network.f[1:]))

    def _room(self, theta: Parameters, m: int) -> tuple[Any, ...]:
        """z, a and δ of all layers for batches of m, their targets and their weights."""
        layers = [tuple(np.zeros((width, m), theta.flat.dtype) for width in theta.n) for _ in range(3)]
        return *layers, np.zeros((theta.n[-1], m), theta.flat.dtype), np.zeros(m, theta.flat.dtype)
