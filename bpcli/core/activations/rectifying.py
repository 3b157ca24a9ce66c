"""Activations that let what is positive through and hold back the rest: ReLU and its kin."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, expm1, log1p
from typing import ClassVar

import numpy as np

from bpcli.core.activations.base import ACTIVATIONS, Spare
from bpcli.core.linalg import Array

MANY = 16_384  # numbers from which on a mask is quicker than signs, in spite of what it takes to lay it out


@ACTIVATIONS.register("relu")
@dataclass(frozen=True)
class Relu:
    """f(z) = max(z, 0), f′ = 1 where z > 0 and 0 elsewhere, at 0 too."""

    reads_z: ClassVar[bool] = False
    kinks: ClassVar[tuple[float, ...]] = (0.0,)
    init: ClassVar[str] = "he_uniform"

    def apply(self, z: Array, a: Array, spare: Spare) -> None:
        np.maximum(z, spare.zero, out=a)

    def times_prime(self, delta: Array, z: Array, a: Array, spare: Spare) -> None:
        if a.size < MANY:
            np.sign(a, out=spare.block)  # of what is never below 0
            delta *= spare.block
        else:
            passes = spare.block.reshape(-1).view(np.bool_)[: a.size].reshape(a.shape)
            delta *= np.greater(a, 0, out=passes)

    def value(self, z: float) -> float:
        return 0.0 if z <= 0 else z  # so that what is no number stays none

    def prime(self, z: float, a: float) -> float:
        return 1.0 if a > 0 else 0.0


@ACTIVATIONS.register("leaky_relu")
@dataclass(frozen=True)
class LeakyRelu:
    """f(z) = max(z, 0) + slope · min(z, 0), f′ = 1 where z > 0 and slope elsewhere (Maas, Hannun & Ng 2013)."""

    slope: float = 0.01  # between 0 and 1

    reads_z: ClassVar[bool] = False
    kinks: ClassVar[tuple[float, ...]] = (0.0,)
    init: ClassVar[str] = "he_uniform"

    def apply(self, z: Array, a: Array, spare: Spare) -> None:
        np.minimum(z, 0, out=spare.block)
        np.maximum(z, 0, out=a)
        np.multiply(spare.block, self.slope, out=spare.block)
        a += spare.block

    def times_prime(self, delta: Array, z: Array, a: Array, spare: Spare) -> None:
        np.greater(a, 0, out=spare.block)
        np.maximum(spare.block, self.slope, out=spare.block)
        delta *= spare.block

    def value(self, z: float) -> float:
        return self.slope * z if z <= 0 else z

    def prime(self, z: float, a: float) -> float:
        return 1.0 if a > 0 else self.slope


@ACTIVATIONS.register("elu")
@dataclass(frozen=True)
class Elu:
    """f(z) = max(z, 0) + e^min(z, 0) − 1, f′ = e^min(z, 0) = min(a, 0) + 1 (Clevert, Unterthiner & Hochreiter 2016)."""

    reads_z: ClassVar[bool] = False
    kinks: ClassVar[tuple[float, ...]] = ()
    init: ClassVar[str] = "he_uniform"

    def apply(self, z: Array, a: Array, spare: Spare) -> None:
        np.minimum(z, 0, out=spare.block)
        np.expm1(spare.block, out=spare.block)
        np.maximum(z, 0, out=a)
        a += spare.block

    def times_prime(self, delta: Array, z: Array, a: Array, spare: Spare) -> None:
        np.minimum(a, 0, out=spare.block)
        np.add(spare.block, 1, out=spare.block)
        delta *= spare.block

    def value(self, z: float) -> float:
        return expm1(z) if z <= 0 else z

    def prime(self, z: float, a: float) -> float:
        return a + 1 if a <= 0 else 1.0


SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805


@ACTIVATIONS.register("selu")
@dataclass(frozen=True)
class Selu:
    """f(z) = λ (max(z, 0) + α (e^min(z, 0) − 1)), α 1.6733, λ 1.0507 (Klambauer and others 2017).

    f′ is λ where z > 0, and a + λα elsewhere.
    """

    reads_z: ClassVar[bool] = False
    kinks: ClassVar[tuple[float, ...]] = (0.0,)
    init: ClassVar[str] = "lecun_normal"

    def apply(self, z: Array, a: Array, spare: Spare) -> None:
        np.minimum(z, 0, out=spare.block)
        np.expm1(spare.block, out=spare.block)
        np.multiply(spare.block, SELU_ALPHA, out=spare.block)
        np.maximum(z, 0, out=a)
        a += spare.block
        a *= SELU_SCALE

    def times_prime(self, delta: Array, z: Array, a: Array, spare: Spare) -> None:
        np.greater(a, 0, out=spare.block)
        np.multiply(spare.block, SELU_SCALE - SELU_SCALE * SELU_ALPHA, out=spare.block)
        np.minimum(a, 0, out=spare.second)
        np.add(spare.block, spare.second, out=spare.block)
        np.add(spare.block, SELU_SCALE * SELU_ALPHA, out=spare.block)
        delta *= spare.block

    def value(self, z: float) -> float:
        return SELU_SCALE * (SELU_ALPHA * expm1(z) if z <= 0 else z)

    def prime(self, z: float, a: float) -> float:
        return SELU_SCALE if a > 0 else a + SELU_SCALE * SELU_ALPHA


@ACTIVATIONS.register("softplus")
@dataclass(frozen=True)
class Softplus:
    """f(z) = log(1 + e^z), f′ = σ(z) = 1 − e^−a."""

    reads_z: ClassVar[bool] = False
    kinks: ClassVar[tuple[float, ...]] = ()
    init: ClassVar[str] = "he_uniform"

    def apply(self, z: Array, a: Array, spare: Spare) -> None:
        softplus(z, a, spare.block)

    def times_prime(self, delta: Array, z: Array, a: Array, spare: Spare) -> None:
        np.negative(a, out=spare.block)
        np.expm1(spare.block, out=spare.block)
        np.negative(spare.block, out=spare.block)
        delta *= spare.block

    def value(self, z: float) -> float:
        return log1p(exp(-abs(z))) + (0.0 if z <= 0 else z)

    def prime(self, z: float, a: float) -> float:
        return -expm1(-a)


def softplus(z: Array, out: Array, spare: Array) -> None:
    """out ← log(1 + e^z), taken as max(z, 0) + log(1 + e^−|z|); out may be z itself."""
    log1p_exp_minus_magnitude(z, out=spare)
    np.maximum(z, 0, out=out)
    out += spare


def log1p_exp_minus_magnitude(z: Array, out: Array) -> None:
    """out ← log(1 + e^−|z|), which may not be z itself."""
    np.negative(z, out=out)
    np.minimum(z, out, out=out)  # −|z|
    np.exp(out, out=out)
    np.log1p(out, out=out)
