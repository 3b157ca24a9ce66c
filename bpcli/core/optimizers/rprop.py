"""Resilient propagation: steps that go by the sign of the gradient alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bpcli.core.linalg import Array
from bpcli.core.optimizers.base import OPTIMIZERS, Memory, Optimizer
from bpcli.core.parameters import Parameters


@OPTIMIZERS.register("rprop")
@dataclass
class Rprop(Optimizer):
    """Each parameter has a step size, η at first: × grow while the sign of g stays, × shrink when it turns.

    W ← W − sign(g) · size, and where the sign has turned g counts as 0 (Riedmiller & Braun 1993, in the form without
    weight backtracking of Igel & Hüsken 2000, as PyTorch has it).
    """

    grow: float = 1.2
    shrink: float = 0.5
    smallest: float = 1e-6
    largest: float = 50.0

    whole_batch: ClassVar[bool] = True
    memories: ClassVar[tuple[str, ...]] = ("previous", "size")

    def move(self, theta: Parameters, gradient: Parameters, eta: float) -> None:
        self.t += 1
        if self.t == 1:
            self.state["size"].flat[: self.trained] = eta
        for w, g, previous, size, turn, spare in self._chunks(theta, gradient):
            np.multiply(g, previous, out=turn)
            np.sign(turn, out=turn)  # 1 where the sign stayed, −1 where it turned
            np.greater(turn, 0, out=spare)
            spare *= self.grow - 1
            spare += 1
            size *= spare
            np.less(turn, 0, out=spare)
            spare *= self.shrink - 1
            spare += 1
            size *= spare
            np.clip(size, self.smallest, self.largest, out=size)
            np.greater_equal(turn, 0, out=spare)
            g *= spare
            np.copyto(previous, g)
            np.sign(g, out=spare)
            spare *= size
            w -= spare

    def rule(self, w: Array, g: Array, memory: Memory, eta: float, t: int, decays: bool) -> tuple[Array, Memory]:
        size = np.full_like(w, eta) if t == 1 else memory["size"]
        turn = np.sign(g * memory["previous"])
        size = np.clip(
            np.where(turn > 0, size * self.grow, np.where(turn < 0, size * self.shrink, size)),
            self.smallest,
            self.largest,
        )
        g = np.where(turn < 0, 0.0, g)
        return w - np.sign(g) * size, {"previous": g, "size": size}
