"""Activations that multiply z by a gate of its own: gelu, silu, mish. Their derivatives are worked out from z."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log1p, pi, sqrt, tanh
from typing import ClassVar, Literal

import numpy as np
from scipy.special import ndtr

from bpcli.core.activations.base import ACTIVATIONS, EXP_LIMIT, Spare
from bpcli.core.activations.rectifying import softplus
from bpcli.core.activations.saturating import sigmoid
from bpcli.core.linalg import Array

CUBIC = 0.044715  # of z³, in the tanh form of gelu


@ACTIVATIONS.register("silu")
@dataclass(frozen=True)
class Silu:
    """f(z) = z σ(z), f′ = σ(z) (1 + z (1 − σ(z))) (Elfwing, Uchibe & Doya 2018)."""

    reads_z: ClassVar[bool] = True
    kinks: ClassVar[tuple[float, ...]] = ()
    init: ClassVar[str] = "he_uniform"

    def apply(self, z: Array, a: Array, spare: Spare) -> None:
        sigmoid(z, out=a)
        a *= z

    def times_prime(self, delta: Array, z: Array, a: Array, spare: Spare) -> None:
        sigmoid(z, out=spare.block)
        delta *= spare.block
        np.subtract(1, spare.block, out=spare.block)
        np.multiply(spare.block, z, out=spare.block)
        np.add(spare.block, 1, out=spare.block)
        delta *= spare.block

    def value(self, z: float) -> float:
        return z / (1 + exp(EXP_LIMIT if z < -EXP_LIMIT else -z))

    def prime(self, z: float, a: float) -> float:
        gate = 1 / (1 + exp(EXP_LIMIT if z < -EXP_LIMIT else -z))
        return gate * (1 + z * (1 - gate))


@ACTIVATIONS.register("mish")
@dataclass(frozen=True)
class Mish:
    """f(z) = z t with t = tanh(softplus(z)), f′ = t + z (1 − t²) σ(z) (Misra 2019)."""

    reads_z: ClassVar[bool] = True
    kinks: ClassVar[tuple[float, ...]] = ()
    init: ClassVar[str] = "he_uniform"

    def apply(self, z: Array, a: Array, spare: Spare) -> None:
        softplus(z, a, spare.block)
        np.tanh(a, out=a)
        a *= z

    def times_prime(self, delta: Array, z: Array, a: Array, spare: Spare) -> None:
        t, slope, rest = spare.block, spare.second, spare.third
        softplus(z, t, rest)
        np.tanh(t, out=t)
        np.square(t, out=rest)
        np.subtract(1, rest, out=rest)
        sigmoid(z, out=slope)
        slope *= z
        slope *= rest
        slope += t
        delta *= slope

    def value(self, z: float) -> float:
        return z * tanh(log1p(exp(-abs(z))) + (0.0 if z <= 0 else z))

    def prime(self, z: float, a: float) -> float:
        t = tanh(log1p(exp(-abs(z))) + (0.0 if z <= 0 else z))
        return t + z * (1 - t * t) / (1 + exp(EXP_LIMIT if z < -EXP_LIMIT else -z))


@ACTIVATIONS.register("gelu")
@dataclass(frozen=True)
class Gelu:
    """f(z) = z Φ(z) with Φ the normal distribution, f′ = Φ + z φ (Hendrycks & Gimpel 2016).

    In the tanh form Φ is ½ (1 + tanh u) with u = √(2/π) (z + 0.044715 z³), and f′ = Φ + ½ z (1 − tanh² u) u′.
    """

    form: Literal["exact", "tanh"] = "exact"

    reads_z: ClassVar[bool] = True
    kinks: ClassVar[tuple[float, ...]] = ()
    init: ClassVar[str] = "he_uniform"

    def apply(self, z: Array, a: Array, spare: Spare) -> None:
        if self.form == "exact":
            ndtr(z, out=a)
        else:
            self._tanh_u(z, a)
            a += 1
            a *= 0.5
        a *= z

    def times_prime(self, delta: Array, z: Array, a: Array, spare: Spare) -> None:
        slope, rest, u_prime = spare.block, spare.second, spare.third
        np.square(z, out=rest)
        if self.form == "exact":
            rest *= -0.5
            np.exp(rest, out=rest)
            rest *= 1 / sqrt(2 * pi)  # φ(z)
            ndtr(z, out=slope)
        else:
            np.multiply(rest, 3 * CUBIC, out=u_prime)
            u_prime += 1
            u_prime *= sqrt(2 / pi)
            self._tanh_u(z, slope)
            np.square(slope, out=rest)
            np.subtract(1, rest, out=rest)
            rest *= u_prime
            rest *= 0.5
            slope += 1
            slope *= 0.5
        rest *= z
        slope += rest
        delta *= slope

    @staticmethod
    def _tanh_u(z: Array, out: Array) -> None:
        np.square(z, out=out)
        out *= CUBIC
        out += 1
        out *= z
        out *= sqrt(2 / pi)
        np.tanh(out, out=out)
