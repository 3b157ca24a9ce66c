"""Room for one batch on its way through the network and back, taken once for the largest batch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import DTypeLike

from bpcli.core.activations import Spare
from bpcli.core.linalg import Array


class Workspace:
    """z, a and delta of m rows for each layer (index 0 is the input), targets y, weights of the rows, and their costs.

    A hidden layer whose derivative needs only `a` keeps `z` and `a` in the same memory, as `shared[l]` says.
    """

    def __init__(self, n: Sequence[int], rows: int, dtype: DTypeLike, shared: Sequence[bool]) -> None:
        layers = range(len(n))
        self.rows = rows
        self.a: list[Array] = [np.zeros((rows, width), dtype) for width in n]
        self.z: list[Array] = [self.a[l] if shared[l] else np.zeros((rows, n[l]), dtype) for l in layers]
        self.delta: list[Array] = [np.zeros((rows, width if l else 0), dtype) for l, width in enumerate(n)]
        self.y: Array = np.zeros((rows, n[-1]), dtype)
        self.w: Array | None = None  # weights of the rows (m, 1); None when each counts as one
        self.costs: Array = np.zeros((rows, 1), dtype)  # C_i
        self.ones: Array = np.ones(rows, dtype)
        block = np.zeros(rows * max(n), dtype)
        row = np.zeros((rows, 1), dtype)
        self.spare = [Spare(block[: rows * width].reshape(rows, width), row) for width in n]
        self._shorter: dict[int, Workspace] = {}

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
        view.rows = m
        view.a = [a[:m] for a in self.a]
        view.z = [view.a[l] if z is self.a[l] else z[:m] for l, z in enumerate(self.z)]
        view.delta = [delta[:m] for delta in self.delta]
        view.y, view.costs, view.ones = self.y[:m], self.costs[:m], self.ones[:m]
        view.w = None if self.w is None else self.w[:m]
        view.spare = [Spare(s.block[:m], s.row[:m]) for s in self.spare]
        view._shorter = {}
        return view
