"""Stochastic gradient descent, plain and with momentum.

∂C/∂W[l] is the product (1/m) δ[l]ᵀ a[l-1]. Descent need not form it: BLAS adds the product to the weights, or to the
velocity, while it works it out. 1/m enters once, in α = −η/m. Biases are never decayed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import DTypeLike

from bpcli.core.linalg import Array, accumulate, add_scaled
from bpcli.core.network import Factors
from bpcli.core.optimizers.base import OPTIMIZERS, Memory, Optimizer
from bpcli.core.parameters import Parameters


@OPTIMIZERS.register("sgd")
@dataclass
class Sgd(Optimizer):
    """W ← W − η g; with momentum μ: v ← μ v − η g, W ← W + v; Nesterov: W ← W + μ v − η g, with the new v.

    η stands inside v, as in scikit-learn; with a constant η that moves W as PyTorch's v ← μ v + g, W ← W − η v does.
    """

    momentum: float = 0.0  # μ
    nesterov: bool = False

    takes_factors: ClassVar[bool] = True

    def keeps(self, decay: float, dtype: DTypeLike) -> bool:
        return decay == 0 or self.momentum > 0 or decay >= 64 * np.finfo(dtype).eps  # 1 − decay must not round to 1

    def may_forget(self, least: float, precision: float) -> bool:
        return True

    def start(self, theta: Parameters, trained: int) -> None:
        super().start(theta, trained)
        if self.momentum:
            self.state["v"] = theta.like()

    def follow(self, theta: Parameters, factors: Factors, ones: Array, eta: float, l2: float) -> None:
        v, biases_too = self.state.get("v"), self.trained > len(theta.weights)
        for l, delta, a in factors:
            self._move_block(theta.W[l], v.W[l] if v else None, delta, a, eta, l2)
            if biases_too:
                self._move_block(theta.b[l], v.b[l] if v else None, delta, ones, eta, 0.0)

    def _move_block(self, w: Array, v: Array | None, delta: Array, a: Array, eta: float, l2: float) -> None:
        """Moves one block, w and v, where g = (1/m) δᵀ a + l2 w; `a` is all ones for biases."""
        alpha, decay = -eta / len(a), eta * l2
        if v is None:
            accumulate(w, delta, a, alpha, 1 - decay)  # BP3, BP4: W ← (1 − η l2) W − (η/m) δᵀ a
            return
        mu = self.momentum
        if not self.nesterov:
            accumulate(v, delta, a, alpha, beta=mu)  # BP3, BP4: v ← μ v − (η/m) δᵀ a
            if decay:
                add_scaled(v, w, -decay)  # v ← v − η l2 W
            w += v
        else:
            add_scaled(w, v, -mu)  # W ← W − μ v, with the old v; below, the W that l2 is taken of is W + μ v
            accumulate(v, delta, a, alpha, beta=mu * (1 - decay))  # v ← μ v − (η/m) δᵀ a − η l2 μ v
            if decay:
                add_scaled(v, w, -decay)  # v ← v − η l2 W
            add_scaled(w, v, 1 + mu)  # W ← W + (1 + μ) v, with the new v

    def move(self, theta: Parameters, gradient: Parameters, eta: float) -> None:
        for w, g, *v, spare, _ in self._chunks(theta, gradient):
            g *= -eta
            if v:
                v[0] *= self.momentum
                v[0] += g
                if self.nesterov:
                    np.multiply(v[0], self.momentum, out=spare)
                    g += spare
                else:
                    g = v[0]
            w += g

    def moved(
        self, w: float, g: float, v: float, _second: float, eta: float, _other: float
    ) -> tuple[float, float, float]:
        v = self.momentum * v - eta * g
        return (w + (self.momentum * v - eta * g if self.nesterov else v), v, 0.0)

    def rule(self, w: Array, g: Array, memory: Memory, eta: float, t: int, decays: bool) -> tuple[Array, Memory]:
        if not self.momentum:
            return w - eta * g, {}
        v = self.momentum * memory["v"] - eta * g
        return (w + self.momentum * v - eta * g if self.nesterov else w + v), {"v": v}
