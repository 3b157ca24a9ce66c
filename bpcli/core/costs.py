"""How wrong the outputs are: the cost of each example, C_i, and BP1, the error δ[L] that starts the chain rule.

The cost owns δ[L], because it alone knows whether the output's derivative cancels out of it. Which class serves which
pair of cost and output is a table, COSTS; a pair that is not in it is not legal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from bpcli.core.activations import Spare
from bpcli.core.linalg import Array
from bpcli.core.outputs import Output
from bpcli.registry import Registry


class Cost(Protocol):
    """The cost of each example, summed over its outputs. Shapes: z, a, y, delta (m, n[L]); out (m, 1)."""

    def examples(self, z: Array, a: Array, y: Array, spare: Spare, out: Array) -> None:
        """out ← C_i."""

    def error(self, f: Output, z: Array, a: Array, y: Array, spare: Spare, delta: Array) -> None:
        """δ[L] ← ∂C_i/∂z[L]."""


@dataclass(frozen=True)
class Quadratic:
    """C_i = ½ ‖a − y‖² (Nielsen, chapter 1)."""

    def examples(self, z: Array, a: Array, y: Array, spare: Spare, out: Array) -> None:
        np.subtract(a, y, out=spare.block)
        np.square(spare.block, out=spare.block)
        np.sum(spare.block, axis=1, keepdims=True, out=out)
        out *= 0.5

    def error(self, f: Output, z: Array, a: Array, y: Array, spare: Spare, delta: Array) -> None:
        np.subtract(a, y, out=delta)
        f.times_prime(delta, z, a, spare)  # BP1: δ[L] = ∇_a C ⊙ f′(z[L])


@dataclass(frozen=True)
class SoftmaxCrossEntropy:
    """C_i = −Σ_j y_j log a_j = log Σ_k e^z_k − Σ_j y_j z_j, for targets that sum to 1, with z counted from its largest.

    Where z is largest, a is 1 / Σ_k e^(z_k − max z): the logarithm of that sum is −log max a.
    """

    def examples(self, z: Array, a: Array, y: Array, spare: Spare, out: Array) -> None:
        np.max(z, axis=1, keepdims=True, out=spare.row)
        np.subtract(z, spare.row, out=spare.block)
        np.multiply(spare.block, y, out=spare.block)
        np.sum(spare.block, axis=1, keepdims=True, out=out)
        np.max(a, axis=1, keepdims=True, out=spare.row)
        np.log(spare.row, out=spare.row)
        out += spare.row
        np.negative(out, out=out)

    def error(self, f: Output, z: Array, a: Array, y: Array, spare: Spare, delta: Array) -> None:
        np.subtract(a, y, out=delta)  # BP1, the Jacobian of softmax cancelled


@dataclass(frozen=True)
class SigmoidCrossEntropy:
    """C_i = −Σ_j [y_j log a_j + (1 − y_j) log(1 − a_j)], independent labels, taken as Σ_j [softplus(z_j) − y_j z_j]."""

    def examples(self, z: Array, a: Array, y: Array, spare: Spare, out: Array) -> None:
        np.negative(z, out=spare.block)
        np.minimum(z, spare.block, out=spare.block)
        np.exp(spare.block, out=spare.block)
        np.log1p(spare.block, out=spare.block)
        np.sum(spare.block, axis=1, keepdims=True, out=out)
        np.maximum(z, 0, out=spare.block)
        np.sum(spare.block, axis=1, keepdims=True, out=spare.row)
        out += spare.row
        np.multiply(y, z, out=spare.block)
        np.sum(spare.block, axis=1, keepdims=True, out=spare.row)
        out -= spare.row

    def error(self, f: Output, z: Array, a: Array, y: Array, spare: Spare, delta: Array) -> None:
        np.subtract(a, y, out=delta)  # BP1, σ′ cancelled


COSTS: Registry[dict[str, type[Cost]]] = Registry("cost")

COSTS.register("cross_entropy")({"softmax": SoftmaxCrossEntropy, "sigmoid": SigmoidCrossEntropy})
COSTS.register("quadratic")({"softmax": Quadratic, "sigmoid": Quadratic, "identity": Quadratic})


def legal_costs(output: str) -> list[str]:
    """The costs that may stand with an output."""
    return [cost for cost in COSTS if output in COSTS.get(cost)]
