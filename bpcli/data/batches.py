"""In which order the training rows are met, and where one batch ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bpcli.streams import stream

Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Batches:
    """Cuts n rows into batches, epoch after epoch; the order of an epoch depends on seed and epoch alone."""

    n: int
    size: int
    shuffle: bool = True
    orders: NDArray[np.integer] | None = field(default=None, repr=False)  # (epochs, n): given orders, instead
    drop_last: bool = False
    seed: int = 0

    @property
    def count(self) -> int:
        """Batches in an epoch."""
        return self.n // self.size if self.drop_last else -(-self.n // self.size)

    def order(self, epoch: int) -> Rows:
        """The rows (n,) in the order of this epoch, counted from 0."""
        if self.orders is not None:
            given: Rows = self.orders[epoch].astype(np.intp)
            return given.clip(0, self.n - 1)  # the file may have changed since it was read
        rows = np.arange(self.n)
        if self.shuffle:
            stream(self.seed, "shuffle", epoch).shuffle(rows)
        return rows

    def of(self, epoch: int, first: int = 0) -> Iterator[Rows]:
        """The batches of an epoch from the `first`, views of its order; the last may be short, unless it is dropped."""
        order = self.order(epoch)
        for start in range(first * self.size, self.count * self.size, self.size):
            yield order[start : start + self.size]

    def rows_in(self, batches: int) -> int:
        """How many rows the first so many batches of an epoch have."""
        return batches * self.size if self.drop_last else min(batches * self.size, self.n)
