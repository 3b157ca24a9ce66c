"""How parameters move: an optimizer takes the factors of the gradient, layer by layer, and changes the weights.

∂C/∂W[l] is the product (1/m) δ[l]ᵀ a[l-1]. Gradient descent never forms it: BLAS adds the product to the weights, or to
the velocity, while it works it out. 1/m enters once, in α = −η/m. Biases are never decayed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bpcli.core.linalg import Array, accumulate, add_scaled
from bpcli.core.network import Factors
from bpcli.core.parameters import Parameters
from bpcli.registry import Registry


class Optimizer(Protocol):
    """A rule of descent, and what it remembers from step to step."""

    state: dict[str, Parameters]
    """What the rule remembers, by the book's name; empty where it remembers nothing."""

    def start(self, theta: Parameters, lmbda: float, train_biases: bool) -> None:
        """Takes the memory that the rule needs beside theta, for a penalty ½ λ ΣW²."""

    def step(self, theta: Parameters, factors: Factors, ones: Array, eta: float) -> None:
        """One update of theta out of the factors of a batch; `ones` (m,) has a 1 for each of its rows."""

    def rule(self, w: Array, g: Array, state: dict[str, Array], eta: float) -> tuple[Array, dict[str, Array]]:
        """What `step` must make of one block and its state, written as in the textbooks; g has the penalty in it."""


OPTIMIZERS: Registry[type[Optimizer]] = Registry("optimizer")


@OPTIMIZERS.register("sgd")
@dataclass
class Sgd:
    """Stochastic gradient descent: W ← W − η g; momentum μ: v ← μ v − η g, W ← W + v; Nesterov: W ← W + μ v − η g.

    η stands inside v, as in scikit-learn; with a constant η that moves W as PyTorch's v ← μ v + g, W ← W − η v does.
    """

    momentum: float = 0.0  # μ
    nesterov: bool = False

    def start(self, theta: Parameters, lmbda: float, train_biases: bool) -> None:
        self.state = {"v": theta.like()} if self.momentum else {}
        self.lmbda = lmbda
        self.train_biases = train_biases

    def step(self, theta: Parameters, factors: Factors, ones: Array, eta: float) -> None:
        v = self.state.get("v")
        for l, delta, a in factors:
            self._move(theta.W[l], v.W[l] if v else None, delta, a, eta, self.lmbda)
            if self.train_biases:
                self._move(theta.b[l], v.b[l] if v else None, delta, ones, eta, 0.0)

    def _move(self, w: Array, v: Array | None, delta: Array, a: Array, eta: float, lmbda: float) -> None:
        """Moves one block, w and v, where g = (1/m) δᵀ a + λ w; `a` is all ones for biases."""
        mu, alpha, decay = self.momentum, -eta / len(a), eta * lmbda
        if v is None:
            accumulate(w, delta, a, alpha, beta=1 - decay)  # W ← (1 − ηλ) W − (η/m) δᵀ a
        elif not self.nesterov:
            accumulate(v, delta, a, alpha, beta=mu)  # v ← μ v − (η/m) δᵀ a
            if decay:
                add_scaled(v, w, -decay)  # v ← v − ηλ W
            w += v
        else:
            if decay:
                add_scaled(v, w, -decay / mu)  # from here on μ v has the − ηλ W of the new v in it,
                w *= 1 - decay  # and taking μ v from W would take − ηλ W too much
            add_scaled(w, v, -mu)  # W ← W − μ v, with the old v
            accumulate(v, delta, a, alpha, beta=mu)
            add_scaled(w, v, 1 + mu)  # W ← W + (1 + μ) v, with the new v

    def rule(self, w: Array, g: Array, state: dict[str, Array], eta: float) -> tuple[Array, dict[str, Array]]:
        if not self.momentum:
            return w - eta * g, {}
        v = self.momentum * state["v"] - eta * g
        return (w + self.momentum * v - eta * g if self.nesterov else w + v), {"v": v}
