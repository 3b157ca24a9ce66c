"""What the last layer does to its weighted input: the outputs that a cost is measured on."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log
from typing import ClassVar, Protocol

import numpy as np

from bpcli.core.activations.base import Spare
from bpcli.core.activations.saturating import Identity, Sigmoid, Tanh
from bpcli.core.linalg import Array, row_sums
from bpcli.registry import Registry


class Output(Protocol):
    """An output function; elementwise ones are activations used at the end."""

    reads_z: ClassVar[bool]
    kinks: ClassVar[tuple[float, ...]]
    init: ClassVar[str]

    def apply(self, z: Array, a: Array, spare: Spare) -> None:
        """a ← f(z), where `a` shares no memory with `z`."""

    def times_prime(self, delta: Array, z: Array, a: Array, spare: Spare) -> None:
        """δ ← δ Jᵀ, with J = ∂a/∂z row by row; δ ⊙ f′(z) for an elementwise f."""


OUTPUTS: Registry[type[Output]] = Registry("output")

OUTPUTS.register("sigmoid")(Sigmoid)
OUTPUTS.register("identity")(Identity)
OUTPUTS.register("tanh")(Tanh)


@OUTPUTS.register("softmax")
@dataclass(frozen=True)
class Softmax:
    """a_j = e^z_j / Σ_k e^z_k in each row; ∂a_j/∂z_k = a_j (1[j = k] − a_k).

    It leaves z, counted from the largest of its row, in spare.block and Σ_k e^z_k of that in spare.row: cross-entropy,
    which comes right after it, is made of both.
    """

    reads_z: ClassVar[bool] = False
    kinks: ClassVar[tuple[float, ...]] = ()
    init: ClassVar[str] = "glorot_uniform"

    def apply(self, z: Array, a: Array, spare: Spare) -> None:
        np.maximum.reduce(z, 1, None, spare.row, keepdims=True)
        np.subtract(z, spare.row, out=spare.block)  # a shift of z moves no a, and lets no e^z overflow
        np.exp(spare.block, out=a)
        row_sums(a, spare.ones, spare.row)
        a /= spare.row

    def times_prime(self, delta: Array, z: Array, a: Array, spare: Spare) -> None:
        np.multiply(delta, a, out=spare.block)
        row_sums(spare.block, spare.ones, spare.row)
        delta -= spare.row
        delta *= a

    def row(self, z: Array, a: Array) -> None:
        """a ← softmax(z) of one row (n[L],), number by number, and z ← log a, of which cross-entropy is made."""
        largest, total = z[0], 0.0
        for j in range(len(z)):
            largest = max(largest, z[j])
        for j in range(len(z)):
            z[j] -= largest
            a[j] = exp(z[j])
            total += a[j]
        log_total, share = log(total), 1 / total
        for j in range(len(z)):
            a[j] *= share
            z[j] -= log_total

    def row_times_prime(self, delta: Array, a: Array) -> None:
        """δ ← δ Jᵀ of one row."""
        along = 0.0
        for j in range(len(a)):
            along += delta[j] * a[j]
        for j in range(len(a)):
            delta[j] = (delta[j] - along) * a[j]


@OUTPUTS.register("exponential")
@dataclass(frozen=True)
class Exponential:
    """a = e^z, the rate of a Poisson distribution; f′ = a. It alone may overflow, and that is divergence."""

    reads_z: ClassVar[bool] = False
    kinks: ClassVar[tuple[float, ...]] = ()
    init: ClassVar[str] = "glorot_uniform"

    def apply(self, z: Array, a: Array, spare: Spare) -> None:
        np.exp(z, out=a)

    def times_prime(self, delta: Array, z: Array, a: Array, spare: Spare) -> None:
        delta *= a

    def value(self, z: float) -> float:
        return exp(z)

    def prime(self, z: float, a: float) -> float:
        return a
