"""What an activation is: a = f(z) of a layer, and how an error passes back through it, δ ⊙ f′(z).

Both work in place. The forward direction must hold for complex z too, because a gradient check differentiates it by a
complex step: every choice is made by `maximum` and `minimum`, which go by the real part, never by `abs` or `where`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

from bpcli.core.linalg import Array
from bpcli.registry import Registry


@dataclass(frozen=True, slots=True)
class Spare:
    """Memory to work in, of no value before or after, but that a cost may look at what its output function has left.

    `ones` stay ones, and `zero` zero, for ReLU, where converting a Python 0 takes as long as the rest of the call.
    """

    block: Array  # (m, n[l])
    second: Array  # (m, n[l])
    third: Array  # (m, n[l])
    row: Array  # (m, 1)
    ones: Array  # (n[l],)
    zero: Array  # ()


EXP_LIMIT = 700.0
"""The largest power of e that the functions of single numbers ask for; a bit above, it is no number any more."""


class Activation(Protocol):
    """An elementwise function and its derivative; its fields are its parameters.

    One that says the same of a single number too is compiled by `engine: jit`: `value(z)` is f(z), where no number
    stays none, and `prime(z, a)` is f′(z) at a = f(z). Numba compiles both as they stand, with a record of the fields
    in the place of `self`, so they use nothing but that, numbers and `math`.
    """

    reads_z: ClassVar[bool]
    """Whether f′ is worked out from z; if not, from a alone, and z and a may share their memory."""
    kinks: ClassVar[tuple[float, ...]]
    """The z at which f has no derivative."""
    init: ClassVar[str]
    """The initializer that suits it."""

    def apply(self, z: Array, a: Array, spare: Spare) -> None:
        """a ← f(z), where `a` may be `z` itself unless f reads z."""

    def times_prime(self, delta: Array, z: Array, a: Array, spare: Spare) -> None:
        """δ ← δ ⊙ f′(z)."""


ACTIVATIONS: Registry[type[Activation]] = Registry("activation")
