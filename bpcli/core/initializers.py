"""Where weights and biases begin: a distribution for each block, out of its fan-in and fan-out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np

from bpcli.core.linalg import Array
from bpcli.core.parameters import Parameters
from bpcli.registry import Registry
from bpcli.streams import stream


class Initializer(Protocol):
    """Draws the blocks of one layer, in float64."""

    def weights(self, rng: np.random.Generator, fan_out: int, fan_in: int) -> Array:
        """W (fan_out, fan_in)."""

    def biases(self, rng: np.random.Generator, fan_out: int, fan_in: int) -> Array:
        """b (fan_out,)."""


INITIALIZERS: Registry[Initializer] = Registry("init")


@dataclass(frozen=True)
class Scaled:
    """Weights of variance gain / fan, with the fan of He, Glorot or LeCun; biases zero."""

    gain: float
    of_both: bool  # fan: the mean of fan-in and fan-out (Glorot), or fan-in alone
    uniform: bool

    def weights(self, rng: np.random.Generator, fan_out: int, fan_in: int) -> Array:
        fan = (fan_in + fan_out) / 2 if self.of_both else fan_in
        deviation = float(np.sqrt(self.gain / fan))
        if self.uniform:
            bound = float(np.sqrt(3.0) * deviation)
            return rng.uniform(-bound, bound, (fan_out, fan_in))
        W: Array = rng.standard_normal((fan_out, fan_in))
        return deviation * W

    def biases(self, rng: np.random.Generator, fan_out: int, fan_in: int) -> Array:
        return np.zeros(fan_out)


INITIALIZERS.register("he_uniform")(Scaled(gain=2, of_both=False, uniform=True))
INITIALIZERS.register("he_normal")(Scaled(gain=2, of_both=False, uniform=False))
INITIALIZERS.register("glorot_uniform")(Scaled(gain=1, of_both=True, uniform=True))
INITIALIZERS.register("glorot_normal")(Scaled(gain=1, of_both=True, uniform=False))
INITIALIZERS.register("lecun_normal")(Scaled(gain=1, of_both=False, uniform=False))


@dataclass(frozen=True)
class Normal:
    """Weights N(0, 1), or N(0, 1/fan_in) when scaled (Nielsen, chapters 1 and 3); biases N(0, 1) in both."""

    scaled: bool

    def weights(self, rng: np.random.Generator, fan_out: int, fan_in: int) -> Array:
        W: Array = rng.standard_normal((fan_out, fan_in))
        return W / np.sqrt(fan_in) if self.scaled else W

    def biases(self, rng: np.random.Generator, fan_out: int, fan_in: int) -> Array:
        return rng.standard_normal(fan_out)


INITIALIZERS.register("normal")(Normal(scaled=False))
INITIALIZERS.register("scaled_normal")(Normal(scaled=True))


@dataclass(frozen=True)
class Uniform:
    """Weights and biases uniform on ±1/√fan_in, as PyTorch's Linear begins."""

    def weights(self, rng: np.random.Generator, fan_out: int, fan_in: int) -> Array:
        bound = fan_in**-0.5
        return rng.uniform(-bound, bound, (fan_out, fan_in))

    def biases(self, rng: np.random.Generator, fan_out: int, fan_in: int) -> Array:
        bound = fan_in**-0.5
        return rng.uniform(-bound, bound, fan_out)


INITIALIZERS.register("uniform")(Uniform())


@dataclass(frozen=True)
class Orthogonal:
    """W with orthonormal rows, or columns where there are more rows, evenly drawn (Saxe and others 2014); b zero."""

    def weights(self, rng: np.random.Generator, fan_out: int, fan_in: int) -> Array:
        tall = rng.standard_normal((max(fan_out, fan_in), min(fan_out, fan_in)))
        q, r = np.linalg.qr(tall)
        q *= np.sign(r.diagonal())  # without it the signs that the factorization prefers would show
        return q if fan_out >= fan_in else np.ascontiguousarray(q.T)

    def biases(self, rng: np.random.Generator, fan_out: int, fan_in: int) -> Array:
        return np.zeros(fan_out)


INITIALIZERS.register("orthogonal")(Orthogonal())


@dataclass(frozen=True)
class Zeros:
    """All zero; hidden units that begin alike stay alike, which is worth showing once."""

    def weights(self, rng: np.random.Generator, fan_out: int, fan_in: int) -> Array:
        return np.zeros((fan_out, fan_in))

    def biases(self, rng: np.random.Generator, fan_out: int, fan_in: int) -> Array:
        return np.zeros(fan_out)


INITIALIZERS.register("zeros")(Zeros())


def draw(theta: Parameters, weights: Sequence[Initializer], biases: Sequence[Initializer], seed: int) -> None:
    """Fills theta by a rule for each layer 1..L; each layer has a random stream of its own."""
    for l, (fan_in, fan_out) in enumerate(pairwise(theta.n), start=1):
        rng = stream(seed, "init", l)
        theta.W[l][:] = weights[l - 1].weights(rng, fan_out, fan_in)
        theta.b[l][:] = biases[l - 1].biases(rng, fan_out, fan_in)
