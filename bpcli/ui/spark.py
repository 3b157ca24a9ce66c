"""The course of a figure over any number of epochs as one line of blocks, on a logarithmic scale."""

from __future__ import annotations

from itertools import pairwise
from math import isfinite, log

from bpcli.ui.blocks import LEVELS

MOST_POINTS = 512


class Spark:
    """Takes a value an epoch and keeps at most 512 points: when they are full, each two become their mean.

    A value without a logarithm, as a cost of zero or one that is not finite, is drawn as high as the one before.
    """

    def __init__(self) -> None:
        self._points: list[float] = []  # means of logarithms, each over `_each` epochs
        self._each = 1
        self._sum, self._pending = 0.0, 0  # of the epochs that do not fill a point yet
        self._last = 0.0

    def note(self, value: float | None) -> None:
        """Takes the value of the next epoch."""
        if value is not None and isfinite(value) and value > 0:
            self._last = log(value)
        self._sum += self._last
        self._pending += 1
        if self._pending < self._each:
            return
        self._points.append(self._sum / self._each)
        self._sum, self._pending = 0.0, 0
        if len(self._points) == MOST_POINTS:
            self._points = [(a + b) / 2 for a, b in zip(self._points[::2], self._points[1::2])]
            self._each *= 2

    def line(self, cells: int) -> str:
        """The whole course, from its lowest to its highest point, in at most `cells` blocks."""
        points, count = self._points, len(self._points)
        if count > cells:
            bounds = [i * count // cells for i in range(cells + 1)]
            points = [sum(points[a:b]) / (b - a) for a, b in pairwise(bounds)]
        if not points:
            return ""
        low, high = min(points), max(points)
        scale = (len(LEVELS) - 1) / ((high - low) or 1.0)
        return "".join(LEVELS[round((point - low) * scale)] for point in points)

    def place(self, index: int, cells: int) -> int:
        """In which block of `line(cells)` the epoch with this index is; from 0."""
        point, count = index // self._each, len(self._points)
        return point if count <= cells else ((point + 1) * cells - 1) // count
