"""What a layer does to its weighted input, a = f(z), and how an error passes back through it, δ ⊙ f′(z).

Both work in place. The forward direction must hold for complex z too, because a gradient check differentiates it by a
complex step: every choice is made by `maximum` and `minimum`, which go by the real part, never by `abs` or `where`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np

from bpcli.core.linalg import Array
from bpcli.registry import Registry


@dataclass(frozen=True, slots=True)
class Spare:
    """Memory to work in, of no value before or after."""

    block: Array  # (m, n[l])
    row: Array  # (m, 1)


class Activation(Protocol):
    """An elementwise function and its derivative."""

    reads_z: ClassVar[bool]
    """Whether f′ is worked out from z; if not, from a alone, and z and a may share their memory."""
    kinks: ClassVar[tuple[float, ...]]
    """The z at which f has no derivative."""
    init: ClassVar[str]
    """The initializer that suits it."""

    def apply(self, z: Array, a: Array, spare: Spare) -> None:
        """a ← f(z), where `a` may be `z` itself."""

    def times_prime(self, delta: Array, z: Array, a: Array, spare: Spare) -> None:
        """δ ← δ ⊙ f′(z)."""


ACTIVATIONS: Registry[type[Activation]] = Registry("activation")


@ACTIVATIONS.register("sigmoid")
@dataclass(frozen=True)
class Sigmoid:
    """f(z) = 1 / (1 + e^−z), f′ = a (1 − a)."""

    reads_z: ClassVar[bool] = False
    kinks: ClassVar[tuple[float, ...]] = ()
    init: ClassVar[str] = "glorot_uniform"

    def apply(self, z: Array, a: Array, spare: Spare) -> None:
        # below log(tiny) the exponential would overflow, and f(z) is no longer a normal number
        np.maximum(z, np.log(np.finfo(z.dtype).tiny), out=a)
        np.negative(a, out=a)
        np.exp(a, out=a)
        a += 1
        np.reciprocal(a, out=a)

    def times_prime(self, delta: Array, z: Array, a: Array, spare: Spare) -> None:
        delta *= a
        np.subtract(1, a, out=spare.block)
        delta *= spare.block


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
        np.multiply(a, a, out=spare.block)
        np.subtract(1, spare.block, out=spare.block)
        delta *= spare.block


@ACTIVATIONS.register("relu")
@dataclass(frozen=True)
class Relu:
    """f(z) = max(z, 0), f′ = 1 where z > 0 and 0 elsewhere, at 0 too."""

    reads_z: ClassVar[bool] = False
    kinks: ClassVar[tuple[float, ...]] = (0.0,)
    init: ClassVar[str] = "he_uniform"

    def apply(self, z: Array, a: Array, spare: Spare) -> None:
        np.maximum(z, 0, out=a)

    def times_prime(self, delta: Array, z: Array, a: Array, spare: Spare) -> None:
        np.greater(a, 0, out=spare.block)
        delta *= spare.block


@ACTIVATIONS.register("softplus")
@dataclass(frozen=True)
class Softplus:
    """f(z) = log(1 + e^z), taken as max(z, 0) + log(1 + e^−|z|); f′ = σ(z) = 1 − e^−a."""

    reads_z: ClassVar[bool] = False
    kinks: ClassVar[tuple[float, ...]] = ()
    init: ClassVar[str] = "glorot_uniform"

    def apply(self, z: Array, a: Array, spare: Spare) -> None:
        np.negative(z, out=spare.block)
        np.minimum(z, spare.block, out=spare.block)  # −|z|
        np.exp(spare.block, out=spare.block)
        np.log1p(spare.block, out=spare.block)
        np.maximum(z, 0, out=a)
        a += spare.block

    def times_prime(self, delta: Array, z: Array, a: Array, spare: Spare) -> None:
        np.negative(a, out=spare.block)
        np.expm1(spare.block, out=spare.block)
        np.negative(spare.block, out=spare.block)
        delta *= spare.block


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
