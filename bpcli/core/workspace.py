"""Room for one batch on its way through the network and back, taken once for the largest batch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import DTypeLike

from bpcli.core.activations.base import Spare
from bpcli.core.linalg import Array


class Workspace:
    """z, a and delta of m rows for each layer (index 0 is the input), targets y, weights of the rows, and their costs.

    `fed[l]` is what layer l hands on: a[l] itself, or a[l] ⊙ mask[l] where units are dropped. A hidden layer whose
    derivative needs only `a` keeps `z` and `a` in the same memory, as `shared[l]` says.
    """

    def __init__(
        self, n: Sequence[int], rows: int, dtype: DTypeLike, shared: Sequence[bool], dropout: Sequence[float] = ()
    ) -> None:
        layers = range(len(n))
        self.rows = rows
        self.dropout = [*dropout, *[0.0] * (len(n) - len(dropout))]  # share of the units of each layer to drop
        self.drops = any(self.dropout)
        self.a: list[Array] = [np.zeros((rows, width), dtype) for width in n]
        self.z: list[Array] = [self.a[l] if shared[l] else np.zeros((rows, n[l]), dtype) for l in layers]
        self.delta: list[Array] = [np.zeros((rows, width if l else 0), dtype) for l, width in enumerate(n)]
        self.mask: list[Array | None] = [np.ones((rows, n[l]), dtype) if self.dropout[l] else None for l in layers]
        self.fed: list[Array] = [np.zeros((rows, n[l]), dtype) if self.dropout[l] else self.a[l] for l in layers]
        self.y: Array = np.zeros((rows, n[-1]), dtype)
        self.w: Array | None = None  # weights of the rows (m, 1); None when each counts as one
        self.costs: Array = np.zeros((rows, 1), dtype)  # C_i
        self.ones: Array = np.ones(rows, dtype)
        blocks = np.zeros((3, rows * max(n[:-1])), dtype)
        views = [blocks[:, : rows * width].reshape(3, rows, width) for width in n[:-1]]
        views.append(np.zeros((3, rows, n[-1]), dtype))  # of its own: the cost looks at what the outputs have left
        row = np.zeros((rows, 1), dtype)
        self.spare = [
            Spare(first, second, third, row, np.ones(width, dtype), np.zeros((), dtype))
            for (first, second, third), width in zip(views, n)
        ]
        self._shorter: dict[int, Workspace] = {}

    def draw_masks(self, rng: np.random.Generator) -> None:
        """Decides anew which units are dropped; those that stay are scaled by 1 / (1 − p), so that no sum shrinks."""
        for p, mask in zip(self.dropout, self.mask):
            if mask is not None:
                rng.random(out=mask, dtype=mask.dtype.type)
                np.greater_equal(mask, p, out=mask)
                mask *= 1 / (1 - p)

    def drop(self, l: int) -> None:
        """fed[l] ← a[l] ⊙ mask[l], where layer l drops units."""
        mask = self.mask[l]
        if mask is not None:
            np.multiply(self.a[l], mask, out=self.fed[l])

    def drop_error(self, l: int) -> None:
        """δ[l] ← δ[l] ⊙ mask[l], where layer l drops units."""
        mask = self.mask[l]
        if mask is not None:
            self.delta[l] *= mask

    def first(self, m: int) -> Workspace:
        """The same memory seen as m rows, for the short last batch; raises ValueError when there are fewer."""
        if m == self.rows:
            return self
        if m not in self._shorter:
            if not 0 < m < self.rows:
                raise ValueError(f"a workspace of {self.rows} rows cannot hold {m}")
            self._shorter[m] = self._view(m)
        return self._shorter[m]

    def _view(self, m: int) -> Workspace:
        view = Workspace.__new__(Workspace)
        view.rows, view.dropout, view.drops, view._shorter = m, self.dropout, self.drops, {}
        view.a = [a[:m] for a in self.a]
        view.z = [view.a[l] if z is self.a[l] else z[:m] for l, z in enumerate(self.z)]
        view.fed = [view.a[l] if fed is self.a[l] else fed[:m] for l, fed in enumerate(self.fed)]
        view.delta = [delta[:m] for delta in self.delta]
        view.mask = [None if mask is None else mask[:m] for mask in self.mask]
        view.y, view.costs, view.ones = self.y[:m], self.costs[:m], self.ones[:m]
        view.w = None if self.w is None else self.w[:m]
        view.spare = [Spare(s.block[:m], s.second[:m], s.third[:m], s.row[:m], s.ones, s.zero) for s in self.spare]
        return view
