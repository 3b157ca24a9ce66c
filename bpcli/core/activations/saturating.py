"""Activations that level off at both ends, and the one that does nothing: sigmoid, tanh, softsign, identity."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, tanh
from typing import ClassVar

import numpy as np

from bpcli.core.activations.base import ACTIVATIONS, EXP_LIMIT, Spare
from bpcli.core.linalg import Array


def sigmoid(z: Array, out: Array) -> None:
    """out ← σ(z), which may be z itself."""
    # further down the exponential would overflow, and σ(z) would be no normal number any more
    np.maximum(z, np.log(np.finfo(z.dtype).tiny) + 1, out=out)
    np.negative(out, out=out)
    np.exp(out, out=out)
    out += 1
    np.reciprocal(out, out=out)


@ACTIVATIONS.register("sigmoid")
@dataclass(frozen=True)
class Sigmoid:
    """f(z) = 1 / (1 + e^−z), f′ = a (1 − a)."""

    reads_z: ClassVar[bool] = False
    kinks: ClassVar[tuple[float, ...]] = ()
    init: ClassVar[str] = "glorot_uniform"

    def apply(self, z: Array, a: Array, spare: Spare) -> None:
        sigmoid(z, out=a)

    def times_prime(self, delta: Array, z: Array, a: Array, spare: Spare) -> None:
        delta *= a
        np.subtract(1, a, out=spare.block)
        delta *= spare.block

    def value(self, z: float) -> float:
        return 1 / (1 + exp(EXP_LIMIT if z < -EXP_LIMIT else -z))

    def prime(self, z: float, a: float) -> float:
        return a * (1 - a)


@ACTIVATIONS.register("tanh")
@dataclass(frozen=True)
class Tanh:
    """f(z) = tanh z, f′ = 1 − a²."""

    reads_z: ClassVar[bool] = False
    kinks: ClassVar[tuple[float, ...]] = ()
    init: ClassVar[str] = "glorot_uniform"

    def apply(self, z: Array, a: Array, spare: Spare) -> None:
        np.tanh(z, out=a)

    def times_prime(self, delta: Array, z: Array, a: Array, spare: Spare) -> None:
        np.square(a, out=spare.block)
        np.subtract(1, spare.block, out=spare.block)
        delta *= spare.block

    def value(self, z: float) -> float:
        return tanh(z)

    def prime(self, z: float, a: float) -> float:
        return 1 - a * a


@ACTIVATIONS.register("softsign")
@dataclass(frozen=True)
class Softsign:
    """f(z) = z / (1 + |z|), f′ = 1 / (1 + |z|)²."""

    reads_z: ClassVar[bool] = True
    kinks: ClassVar[tuple[float, ...]] = ()
    init: ClassVar[str] = "glorot_uniform"

    def apply(self, z: Array, a: Array, spare: Spare) -> None:
        self._one_plus_magnitude(z, spare.block)
        np.divide(z, spare.block, out=a)

    def times_prime(self, delta: Array, z: Array, a: Array, spare: Spare) -> None:
        self._one_plus_magnitude(z, spare.block)
        delta /= spare.block
        delta /= spare.block

    def value(self, z: float) -> float:
        return z / (1 + abs(z))

    def prime(self, z: float, a: float) -> float:
        return 1 / (1 + abs(z)) ** 2

    @staticmethod
    def _one_plus_magnitude(z: Array, out: Array) -> None:
        np.negative(z, out=out)
        np.maximum(z, out, out=out)
        out += 1


@ACTIVATIONS.register("identity")
@dataclass(frozen=True)
class Identity:
    """f(z) = z, f′ = 1."""

    reads_z: ClassVar[bool] = False
    kinks: ClassVar[tuple[float, ...]] = ()
    init: ClassVar[str] = "glorot_uniform"

    def apply(self, z: Array, a: Array, spare: Spare) -> None:
        if a is not z:
            np.copyto(a, z)

    def times_prime(self, delta: Array, z: Array, a: Array, spare: Spare) -> None:
        """Leaves δ as it is."""

    def value(self, z: float) -> float:
        return z

    def prime(self, z: float, a: float) -> float:
        return 1.0
