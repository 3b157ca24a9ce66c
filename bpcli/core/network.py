"""Forward propagation, the cost, and backpropagation: the page beside the book (letters: bpcli/core/__init__.py)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from numpy.typing import DTypeLike

from bpcli.core.activations.base import Activation
from bpcli.core.activations.saturating import Identity
from bpcli.core.costs import Cost
from bpcli.core.linalg import Array, accumulate, add_product, pull_back, total
from bpcli.core.outputs import Output
from bpcli.core.parameters import Parameters
from bpcli.core.penalties import Penalty
from bpcli.core.workspace import Workspace

Factors = Iterator[tuple[int, Array, Array]]
"""l, δ[l] (m, n[l]) and a[l-1] (m, n[l-1]), from l = L down to 1: all that ∂C/∂W[l] and ∂C/∂b[l] are made of."""


@dataclass(frozen=True)
class Network:
    """Fully connected layers n[0] → n[1] → … → n[L], a cost on the outputs, and a penalty on the weights."""

    n: tuple[int, ...]
    hidden: tuple[Activation, ...]  # f[1] … f[L-1]
    output: Output  # f[L]
    cost: Cost
    penalty: Penalty = field(default_factory=Penalty)

    def __post_init__(self) -> None:
        if len(self.hidden) != len(self.n) - 2:
            raise ValueError(f"{len(self.n)} layers have {len(self.n) - 2} activations, not {len(self.hidden)}")

    @cached_property
    def L(self) -> int:
        return len(self.n) - 1

    def workspace(
        self, rows: int, dtype: DTypeLike, dropout: tuple[float, ...] = (), keep_z: bool = False
    ) -> Workspace:
        """Room for batches of at most so many rows; `dropout` is the share to drop of each layer 0 … L-1.

        `keep_z` holds z apart from a in every layer, to be looked at.
        """
        # the input has no z of its own, and the z of the outputs is read by the cost
        shared = [not keep_z, *(not (keep_z or f.reads_z) for f in self.hidden), False]
        return Workspace(self.n, rows, dtype, shared, dropout)

    @cached_property
    def f(self) -> tuple[Activation | Output, ...]:
        """f[l] of each layer l from 1 to L, as the book counts; f[0] stands for nothing."""
        return (Identity(), *self.hidden, self.output)

    def forward(self, theta: Parameters, work: Workspace) -> Array:
        """Carries work.a[0] through all layers; gives the outputs a[L] (m, n[L])."""
        z, a, fed = work.z, work.a, work.fed
        if work.drops:
            work.drop(0)
        for l in range(1, self.L + 1):
            z[l][...] = theta.b[l]
            add_product(z[l], fed[l - 1], theta.W[l])  # z[l] = a[l-1] W[l]ᵀ + b[l]   (m, n[l])
            self.f[l].apply(z[l], a[l], work.spare[l])  # a[l] = f(z[l])   (m, n[l])
            if work.drops:
                work.drop(l)
        return a[self.L]

    def example_costs(self, work: Workspace) -> Array:
        """w_i C_i of the rows that went forward, a column (m, 1)."""
        L = self.L
        self.cost.examples(work.z[L], work.a[L], work.y, work.spare[L], work.costs)
        if work.w is not None:
            work.costs *= work.w
        return work.costs

    def batch_cost(self, theta: Parameters, work: Workspace) -> Any:
        """C = (1/m) Σ w_i C_i + l1 Σ|W| + ½ l2 ΣW² of the rows that went forward; complex where they are."""
        return total(self.example_costs(work), work.ones) / work.rows + self.penalty.of(theta.weights)

    def backward(self, theta: Parameters, work: Workspace) -> Factors:
        """Carries the error back, after `forward`; W[l] may be changed as soon as its factors have been given out."""
        z, a, fed, delta, L = work.z, work.a, work.fed, work.delta, self.L
        self.cost.error(self.output, z[L], a[L], work.y, work.spare[L], delta[L])  # BP1: δ[L] = ∇_a C ⊙ f′(z[L])
        if work.w is not None:
            delta[L] *= work.w
        for l in range(L, 0, -1):
            if l > 1:
                # BP2, a layer lower than in the book, before W[l] moves: δ[l-1] = (δ[l] W[l]) ⊙ mask[l-1] ⊙ f′(z[l-1])
                pull_back(delta[l - 1], delta[l], theta.W[l])  # (m, n[l-1])
                if work.drops:
                    work.drop_error(l - 1)
                self.f[l - 1].times_prime(delta[l - 1], z[l - 1], a[l - 1], work.spare[l - 1])
            yield l, delta[l], fed[l - 1]  # of these are BP3 and BP4 made, wherever they are needed

    def gradient(self, theta: Parameters, work: Workspace, out: Parameters, spare: Array) -> None:
        """out ← ∂C/∂W, ∂C/∂b, averaged over the batch, penalty included; after `forward`.

        `spare` has the size of all the weights.
        """
        for l, delta, a in self.backward(theta, work):
            accumulate(out.b[l], delta, work.ones, alpha=1 / work.rows, beta=0.0)  # BP3: ∂C/∂b[l] = (1/m) Σ δ[l]
            accumulate(out.W[l], delta, a, alpha=1 / work.rows, beta=0.0)  # BP4: ∂C/∂W[l] = (1/m) δ[l]ᵀ a[l-1]
        self.penalty.add_gradient(theta.weights, out.weights, spare)
