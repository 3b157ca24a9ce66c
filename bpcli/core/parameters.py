"""All weights and biases of a network in one flat vector with a view for each block; a gradient or velocity alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import DTypeLike

from bpcli.core.linalg import Array


class Parameters:
    """[W1 … WL | b1 … bL] end to end; W[l] (n[l], n[l-1]) and b[l] (n[l],) are views from l = 1; index 0 is empty."""

    def __init__(self, n: Sequence[int], dtype: DTypeLike = np.float64) -> None:
        shapes = [(0, 0), *((rows, columns) for columns, rows in pairwise(n))]
        ends_W = np.cumsum([rows * columns for rows, columns in shapes])
        ends_b = ends_W[-1] + np.cumsum([rows for rows, _ in shapes])
        self.n = tuple(n)
        self.flat: Array = np.zeros(int(ends_b[-1]), dtype)
        self.weights: Array = self.flat[: ends_W[-1]]  # the part that l1 and l2 act on
        self.W: list[Array] = [
            self.flat[end - rows * columns : end].reshape(rows, columns) for end, (rows, columns) in zip(ends_W, shapes)
        ]
        self.b: list[Array] = [self.flat[end - rows : end] for end, (rows, _) in zip(ends_b, shapes)]

    def blocks(self) -> Iterator[tuple[str, Array]]:
        """Name and view of each block: W1, b1, W2, b2, …, in the order of the layers."""
        for l in range(1, len(self.n)):
            yield f"W{l}", self.W[l]
            yield f"b{l}", self.b[l]

    def like(self, dtype: DTypeLike | None = None) -> Parameters:
        """Zeros of the same shapes."""
        return Parameters(self.n, self.flat.dtype if dtype is None else dtype)

    def copy(self, dtype: DTypeLike | None = None) -> Parameters:
        """The same values in memory of their own."""
        twin = self.like(dtype)
        twin.flat[:] = self.flat
        return twin
