"""Forward propagation, the cost, and backpropagation: the page beside the book (letters: bpcli/core/__init__.py)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from numpy.typing import DTypeLike

from bpcli.core.activations import Activation
from bpcli.core.costs import Cost
from bpcli.core.linalg import Array, accumulate, add_product, pull_back, sum_of_squares
from bpcli.core.outputs import Output
from bpcli.core.parameters import Parameters
from bpcli.core.workspace import Workspace

Factors = Iterator[tuple[int, Array, Array]]
"""l, δ[l] (m, n[l]) and a[l-1] (m, n[l-1]), from l = L down to 1: all that ∂C/∂W[l] and ∂C/∂b[l] are made of."""


@dataclass(frozen=True)
class Network:
    """Fully connected layers n[0] → n[1] → … → n[L], a cost on the outputs, and a penalty ½ λ ΣW² on the weights."""

    n: tuple[int, ...]
    hidden: tuple[Activation, ...]  # f[1] … f[L-1]
    output: Output  # f[L]
    cost: Cost
    lmbda: float = 0.0

    def __post_init__(self) -> None:
        if len(self.hidden) != len(self.n) - 2:
            raise ValueError(f"{len(self.n)} layers have {len(self.n) - 2} activations, not {len(self.hidden)}")

    @property
    def L(self) -> int:
        return len(self.n) - 1

    def workspace(self, rows: int, dtype: DTypeLike, keep_z: bool = False) -> Workspace:
        """Room for batches of at most so many rows; `keep_z` holds z apart from a in every layer, to be looked at."""
        shared = [not keep_z, *(not (keep_z or f.reads_z) for f in self.hidden), False]
        return Workspace(self.n, rows, dtype, shared)

    def forward(self, theta: Parameters, work: Workspace) -> Array:
        """Carries work.a[0] through all layers; gives the outputs a[L] (m, n[L])."""
        a, z = work.a, work.z
        for l, f in enumerate((*self.hidden, self.output), start=1):
            z[l][:] = theta.b[l]
            add_product(z[l], a[l - 1], theta.W[l])  # z[l] = a[l-1] W[l]ᵀ + b[l]
            f.apply(z[l], a[l], work.spare[l])  # a[l] = f(z[l])
        return a[self.L]

    def example_costs(self, work: Workspace) -> Array:
        """w_i C_i of the rows that went forward, a column (m, 1)."""
        L = self.L
        self.cost.examples(work.z[L], work.a[L], work.y, work.spare[L], work.costs)
        if work.w is not None:
            work.costs *= work.w
        return work.costs

    def batch_cost(self, theta: Parameters, work: Workspace) -> Any:
        """C = (1/m) Σ w_i C_i + ½ λ ΣW² of the rows that went forward; complex where they are."""
        mean = self.example_costs(work).sum() / work.rows
        return mean + 0.5 * self.lmbda * sum_of_squares(theta.weights) if self.lmbda else mean

    def backward(self, theta: Parameters, work: Workspace) -> Factors:
        """Carries the error back, after `forward`; W[l] may be changed as soon as its factors have been given out."""
        a, z, delta, L = work.a, work.z, work.delta, self.L
        self.cost.error(self.output, z[L], a[L], work.y, work.spare[L], delta[L])  # BP1
        if work.w is not None:
            delta[L] *= work.w
        for l in range(L, 0, -1):
            if l > 1:
                pull_back(delta[l - 1], delta[l], theta.W[l])  # BP2: δ[l-1] = (δ[l] W[l]) ⊙ f′(z[l-1])
                self.hidden[l - 2].times_prime(delta[l - 1], z[l - 1], a[l - 1], work.spare[l - 1])
            yield l, delta[l], a[l - 1]

    def gradient(self, theta: Parameters, work: Workspace, out: Parameters) -> None:
        """out ← ∂C/∂W, ∂C/∂b, averaged over the batch, penalty included; after `forward`."""
        write_gradient(self.backward(theta, work), work, out)
        if self.lmbda:
            out.weights += self.lmbda * theta.weights


def write_gradient(factors: Factors, work: Workspace, out: Parameters) -> None:
    """out ← the mean over the batch of each example's gradient, without the penalty."""
    for l, delta, a in factors:
        accumulate(out.b[l], delta, work.ones, alpha=1 / work.rows, beta=0.0)  # BP3: ∂C/∂b[l] = (1/m) Σ δ[l]
        accumulate(out.W[l], delta, a, alpha=1 / work.rows, beta=0.0)  # BP4: ∂C/∂W[l] = (1/m) δ[l]ᵀ a[l-1]
