"""What large weights cost: l1 Σ|W| + ½ l2 ΣW², on top of the mean cost of the examples. Biases cost nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from bpcli.core.linalg import Array, sum_of_magnitudes, sum_of_squares


@dataclass(frozen=True)
class Penalty:
    """Both penalties; 0 is none."""

    l1: float = 0.0
    l2: float = 0.0

    def of(self, weights: Array) -> Any:
        """The penalty of all weights in one vector; complex where they are."""
        cost: Any = 0.0
        if self.l2:
            cost = cost + 0.5 * self.l2 * sum_of_squares(weights)
        if self.l1:
            cost = cost + self.l1 * sum_of_magnitudes(weights)
        return cost

    def add_gradient(self, weights: Array, out: Array, spare: Array) -> None:
        """out ← out + l1 sign(W) + l2 W; the sign of 0 is 0. `spare` has the size of the weights."""
        if self.l2:
            np.multiply(weights, self.l2, out=spare)
            out += spare
        if self.l1:
            np.sign(weights, out=spare)
            spare *= self.l1
            out += spare
