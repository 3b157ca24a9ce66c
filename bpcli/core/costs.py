"""How wrong the outputs are: the cost of each example, C_i, and BP1, the error δ[L] that starts the chain rule.

The cost owns δ[L], because it alone knows whether the output's derivative cancels out of it. Which class serves which
pair of cost and output is a table, COSTS; a pair that is not in it is not legal.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from math import exp, log1p
from typing import ClassVar

import numpy as np

from bpcli.core.activations.base import Spare
from bpcli.core.activations.rectifying import log1p_exp_minus_magnitude
from bpcli.core.linalg import Array, row_sums, take_row_sums
from bpcli.core.outputs import Output
from bpcli.registry import Registry


class Cost(ABC):
    """The cost of each example, summed over its outputs. Shapes: z, a, y, delta (m, n[L]); out (m, 1).

    One that says the same of a single output too is compiled by `engine: jit`, as activations are:
    `value(z, a, y, n)` is what one of n outputs adds to C_i, where z is log a if softmax is the output, and
    `prime(a, y, n)` is ∂C_i/∂a_j, or ∂C_i/∂z_j where f′ cancels out of it.
    """

    cancels: ClassVar[bool] = False
    """Whether f′ cancels, and `prime` is ∂C_i/∂z_j; it is ∂C_i/∂a_j if not."""

    threshold: ClassVar[float] = 0.5
    """The output above which a label, or the second of two classes, is chosen."""

    @abstractmethod
    def examples(self, z: Array, a: Array, y: Array, spare: Spare, out: Array) -> None:
        """out ← C_i; holds for complex z and a, as activations do. `spare` is as the output function has left it."""

    @abstractmethod
    def error(self, f: Output, z: Array, a: Array, y: Array, spare: Spare, delta: Array) -> None:
        """δ[L] ← ∂C_i/∂z[L]."""

    def side(self, a: Array, y: Array) -> Array:
        """On which side of the kink of C each output lies (m, n[L]): −1 or 1, and 0 on it; 1 where there is none."""
        return np.ones_like(a)


@dataclass(frozen=True)
class Quadratic(Cost):
    """C_i = ½ ‖a − y‖² (Nielsen, chapter 1)."""

    def examples(self, z: Array, a: Array, y: Array, spare: Spare, out: Array) -> None:
        np.subtract(a, y, out=spare.block)
        np.square(spare.block, out=spare.block)
        row_sums(spare.block, spare.ones, out)
        out *= 0.5

    def error(self, f: Output, z: Array, a: Array, y: Array, spare: Spare, delta: Array) -> None:
        np.subtract(a, y, out=delta)  # ∇_a C
        f.times_prime(delta, z, a, spare)  # BP1: δ[L] = ∇_a C ⊙ f′(z[L])

    def value(self, z: float, a: float, y: float, n: int) -> float:
        return 0.5 * (a - y) ** 2

    def prime(self, a: float, y: float, n: int) -> float:
        return a - y


@dataclass(frozen=True)
class Absolute(Cost):
    """C_i = Σ_j |a_j − y_j|."""

    def examples(self, z: Array, a: Array, y: Array, spare: Spare, out: Array) -> None:
        _distance(a, y, spare)
        row_sums(spare.block, spare.ones, out)

    def error(self, f: Output, z: Array, a: Array, y: Array, spare: Spare, delta: Array) -> None:
        np.subtract(a, y, out=delta)
        np.sign(delta, out=delta)
        f.times_prime(delta, z, a, spare)  # BP1

    def value(self, z: float, a: float, y: float, n: int) -> float:
        return abs(a - y)

    def prime(self, a: float, y: float, n: int) -> float:
        return 0.0 if a == y else 1.0 if a > y else -1.0

    def side(self, a: Array, y: Array) -> Array:
        distance: Array = np.sign(a - y)
        return distance


@dataclass(frozen=True)
class Huber(Cost):
    """C_i = Σ_j h(a_j − y_j), with h(d) = ½ d² up to |d| = δ and δ (|d| − ½ δ) beyond (Huber 1964)."""

    delta: float = 1.0  # δ, above 0

    def examples(self, z: Array, a: Array, y: Array, spare: Spare, out: Array) -> None:
        _distance(a, y, spare)
        np.minimum(spare.block, self.delta, out=spare.second)  # c = min(|d|, δ), and h = c (|d| − ½ c)
        np.multiply(spare.second, 0.5, out=spare.third)
        np.subtract(spare.block, spare.third, out=spare.block)
        np.multiply(spare.block, spare.second, out=spare.block)
        row_sums(spare.block, spare.ones, out)

    def error(self, f: Output, z: Array, a: Array, y: Array, spare: Spare, delta: Array) -> None:
        np.subtract(a, y, out=delta)
        np.clip(delta, -self.delta, self.delta, out=delta)
        f.times_prime(delta, z, a, spare)  # BP1

    def value(self, z: float, a: float, y: float, n: int) -> float:
        distance = abs(a - y)
        near = min(distance, self.delta)
        return near * (distance - 0.5 * near)

    def prime(self, a: float, y: float, n: int) -> float:
        return max(-self.delta, min(self.delta, a - y))


@dataclass(frozen=True)
class Hinge(Cost):
    """C_i = Σ_j max(0, 1 − t_j a_j) with t = 2y − 1, one against the rest (Cortes & Vapnik 1995)."""

    threshold: ClassVar[float] = 0.0

    def examples(self, z: Array, a: Array, y: Array, spare: Spare, out: Array) -> None:
        self._margin(a, y, spare)
        np.maximum(spare.block, 0, out=spare.block)
        row_sums(spare.block, spare.ones, out)

    def error(self, f: Output, z: Array, a: Array, y: Array, spare: Spare, delta: Array) -> None:
        self._margin(a, y, spare)
        np.greater(spare.block, 0, out=delta)
        delta *= spare.second  # −t where the margin is missed
        f.times_prime(delta, z, a, spare)  # BP1

    def value(self, z: float, a: float, y: float, n: int) -> float:
        margin = 1 - (2 * y - 1) * a
        return 0.0 if margin <= 0 else margin

    def prime(self, a: float, y: float, n: int) -> float:
        return 1 - 2 * y if 1 - (2 * y - 1) * a > 0 else 0.0

    def side(self, a: Array, y: Array) -> Array:
        margin: Array = np.sign(1 - (2 * y - 1) * a)
        return margin

    @staticmethod
    def _margin(a: Array, y: Array, spare: Spare) -> None:
        """block ← 1 − t a, second ← −t."""
        np.multiply(y, -2, out=spare.second)
        np.add(spare.second, 1, out=spare.second)
        np.multiply(spare.second, a, out=spare.block)
        np.add(spare.block, 1, out=spare.block)


@dataclass(frozen=True)
class Poisson(Cost):
    """C_i = Σ_j (a_j − y_j log a_j) = Σ_j (a_j − y_j z_j): counts y of rate a = e^z, less what depends on y alone."""

    cancels: ClassVar[bool] = True

    def examples(self, z: Array, a: Array, y: Array, spare: Spare, out: Array) -> None:
        np.multiply(y, z, out=spare.block)
        np.subtract(a, spare.block, out=spare.block)
        row_sums(spare.block, spare.ones, out)

    def error(self, f: Output, z: Array, a: Array, y: Array, spare: Spare, delta: Array) -> None:
        np.subtract(a, y, out=delta)  # BP1, the e^z cancelled

    def value(self, z: float, a: float, y: float, n: int) -> float:
        return a - y * z

    def prime(self, a: float, y: float, n: int) -> float:
        return a - y


@dataclass(frozen=True)
class SoftmaxCrossEntropy(Cost):
    """C_i = −Σ_j y_j log a_j = log Σ_k e^z_k − Σ_j y_j z_j, for targets that sum to 1, with z counted from its largest.

    Both are what Softmax has left in spare.block and spare.row. With label smoothing ε the targets are (1 − ε) y + ε/k
    (Szegedy and others 2016).
    """

    label_smoothing: float = 0.0  # ε

    cancels: ClassVar[bool] = True

    def examples(self, z: Array, a: Array, y: Array, spare: Spare, out: Array) -> None:
        np.log(spare.row, out=out)
        if self.label_smoothing:
            y = _smoothed(y, self.label_smoothing, y.shape[1], spare.second)
        np.multiply(spare.block, y, out=spare.third)
        take_row_sums(spare.third, spare.ones, out)

    def error(self, f: Output, z: Array, a: Array, y: Array, spare: Spare, delta: Array) -> None:
        if self.label_smoothing:
            y = _smoothed(y, self.label_smoothing, y.shape[1], spare.second)
        np.subtract(a, y, out=delta)  # BP1, the Jacobian of softmax cancelled

    def value(self, z: float, a: float, y: float, n: int) -> float:
        return -z * ((1 - self.label_smoothing) * y + self.label_smoothing / n)

    def prime(self, a: float, y: float, n: int) -> float:
        return a - ((1 - self.label_smoothing) * y + self.label_smoothing / n)


@dataclass(frozen=True)
class SigmoidCrossEntropy(Cost):
    """C_i = −Σ_j [y_j log a_j + (1 − y_j) log(1 − a_j)], independent labels.

    It is Σ_j [log(1 + e^−|z_j|) + (1[z_j > 0] − y_j) z_j], where nothing large is taken from anything large. With label
    smoothing ε the targets are (1 − ε) y + ε/2.
    """

    label_smoothing: float = 0.0  # ε

    cancels: ClassVar[bool] = True

    def examples(self, z: Array, a: Array, y: Array, spare: Spare, out: Array) -> None:
        if self.label_smoothing:
            y = _smoothed(y, self.label_smoothing, 2, spare.second)
        np.greater(z, 0, out=spare.third)
        np.subtract(spare.third, y, out=spare.third)
        np.multiply(spare.third, z, out=spare.third)
        log1p_exp_minus_magnitude(z, spare.block)
        np.add(spare.block, spare.third, out=spare.block)
        row_sums(spare.block, spare.ones, out)

    def error(self, f: Output, z: Array, a: Array, y: Array, spare: Spare, delta: Array) -> None:
        if self.label_smoothing:
            y = _smoothed(y, self.label_smoothing, 2, spare.second)
        np.subtract(a, y, out=delta)  # BP1, σ′ cancelled

    def value(self, z: float, a: float, y: float, n: int) -> float:
        target = (1 - self.label_smoothing) * y + self.label_smoothing / 2
        return log1p(exp(-abs(z))) + ((1.0 if z > 0 else 0.0) - target) * z

    def prime(self, a: float, y: float, n: int) -> float:
        return a - ((1 - self.label_smoothing) * y + self.label_smoothing / 2)


def _distance(a: Array, y: Array, spare: Spare) -> None:
    """block ← |a − y|, of which the real part decides the sign."""
    np.subtract(a, y, out=spare.block)
    np.negative(spare.block, out=spare.second)
    np.maximum(spare.block, spare.second, out=spare.block)


def _smoothed(y: Array, epsilon: float, choices: int, out: Array) -> Array:
    """(1 − ε) y + ε / choices, in `out`."""
    np.multiply(y, 1 - epsilon, out=out)
    out += epsilon / choices
    return out


COSTS: Registry[dict[str, type[Cost]]] = Registry("cost")

COSTS.register("cross_entropy")({"softmax": SoftmaxCrossEntropy, "sigmoid": SigmoidCrossEntropy})
COSTS.register("quadratic")(dict.fromkeys(("softmax", "sigmoid", "identity", "tanh", "exponential"), Quadratic))
COSTS.register("absolute")(dict.fromkeys(("sigmoid", "identity", "tanh"), Absolute))
COSTS.register("huber")(dict.fromkeys(("sigmoid", "identity", "tanh"), Huber))
COSTS.register("hinge")(dict.fromkeys(("identity", "tanh"), Hinge))
COSTS.register("poisson")({"exponential": Poisson})


def legal_costs(output: str) -> list[str]:
    """The costs that may stand with an output."""
    return [cost for cost in COSTS if output in COSTS.get(cost)]
