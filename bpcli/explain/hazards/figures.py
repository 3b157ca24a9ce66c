"""What hazards are found by: figures of the input columns, and numbers that are the same for the same rows."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpcli.core.metrics import choose
from bpcli.data.loading import Examples
from bpcli.data.preparation import Preparation, row_blocks

Figures = NDArray[np.float64]


def fingerprints(x: NDArray[Any]) -> NDArray[np.uint64]:
    """A number for each row of x (n, k), given as (n,): the same for equal rows, and else by a chance in 2⁶⁴."""
    found = np.empty(len(x), np.uint64)
    for block in row_blocks(len(x)):
        rows = x[block] + 0.0  # which makes 0 of −0
        found[block] = np.frombuffer(b"".join(blake2b(row, digest_size=8).digest() for row in rows), np.uint64)
    return found


@dataclass(frozen=True)
class ColumnFigures:
    """Of each input (inputs,), over the training rows."""

    low: Figures
    high: Figures
    size: Figures  # root of the mean square
    explained: Figures  # share of its variance that the target explains, from 0 to 1; 0 where it never changes

    @classmethod
    def of(cls, train: Examples, preparation: Preparation) -> ColumnFigures:
        """Looks at all rows once, in float64, counted from the first so that no large mean hides a small spread."""
        n, x, y = len(train), train.x, train.y
        if preparation.task == "classes":
            y = choose(train.y)[:, np.newaxis] == np.arange(len(preparation.classes))
        first, first_y = x[0].astype(np.float64), y[0].astype(np.float64)
        low, high = first, first
        squares, total, off_squares = np.zeros((3, x.shape[1]))
        products, total_y, squares_y = np.zeros((y.shape[1], x.shape[1])), np.zeros(y.shape[1]), np.zeros(y.shape[1])
        for block in row_blocks(n):
            values, off_y = x[block].astype(np.float64), y[block] - first_y
            low, high = np.minimum(low, values.min(axis=0)), np.maximum(high, values.max(axis=0))
            squares += np.square(values).sum(axis=0)
            values -= first
            total += values.sum(axis=0)
            off_squares += np.square(values).sum(axis=0)
            products += off_y.T @ values
            total_y += off_y.sum(axis=0)
            squares_y += np.square(off_y).sum(axis=0)
        spread, together = off_squares - total**2 / n, products - np.outer(total_y, total) / n
        if preparation.task == "classes":
            explained = (together**2 / np.maximum(y.sum(axis=0), 1)[:, np.newaxis]).sum(axis=0)  # between the classes
        else:
            spread_y = (squares_y - total_y**2 / n)[:, np.newaxis]
            explained = np.divide(together**2, spread_y, where=spread_y > 0, out=np.zeros_like(together)).max(axis=0)
        share = np.divide(explained, spread, where=(low < high) & (spread > 0), out=np.zeros(x.shape[1]))
        return cls(low, high, np.sqrt(squares / n), share)

    @property
    def constant(self) -> NDArray[np.bool_]:
        """Which inputs never change (inputs,)."""
        return np.equal(self.low, self.high)
