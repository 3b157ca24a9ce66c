"""Backpropagation held against numerical derivatives of the cost, block by block."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from math import nan

import numpy as np
from numpy.typing import NDArray

from bpcli.core.batch import Batch
from bpcli.core.derivatives import METHODS, Derivative, Method
from bpcli.core.kinks import leave_out_kinks
from bpcli.core.linalg import Array
from bpcli.core.network import Network
from bpcli.core.parameters import Parameters
from bpcli.streams import stream

DIRECTIONS = 5  # tried in each block

Entries = NDArray[np.int64]


@dataclass(frozen=True)
class BlockReport:
    """How one block of parameters compared, with the raw values of the entry (or direction) that compared worst."""

    name: str
    shape: tuple[int, ...]
    checked: int  # entries, or directions
    max_relative_error: float
    max_absolute_error: float
    worst_index: tuple[int, ...] | None  # None for a direction, which is all entries at once, and when none was checked
    analytic: float
    numeric: float
    kinks: int  # z of this layer, costs (last layer) and entries of this block that lie on a kink or beside one
    left_out: int  # those of the kinks that are entries of this block; for the others whole rows are left out
    agrees: bool  # whether all that was compared is near enough
    repeatable: bool  # whether the gradient had the same bits when it was worked out again in the same memory
    passed: bool  # both of these


@dataclass(frozen=True)
class Criteria:
    """How to differentiate, and how far off is too far.

    An entry passes when |analytic − numeric| ≤ max(atol, rtol · max(|analytic|, |numeric|)). Without `rtol` it is the
    method's own. Without `atol` it is what rounding alone explains, by the method's word: rtol · floor of the block's
    largest entry, because sums round in parts of their largest term; and `rounding` of the cost or of the largest
    entry of the whole gradient, because f′ of a saturated unit, 1 − a² say, rounds in parts of 1 and not of itself.
    `samples` caps the entries compared in a block, evenly spread over it.
    """

    method: str = "complex"
    rtol: float | None = None
    atol: float | None = None
    samples: int | None = None

    def how(self) -> Method:
        return METHODS.get(self.method)

    def compare(self, analytic: Array, numeric: Array, block: float, whole: float) -> tuple[Array, bool]:
        """Relative errors, each counted against its own size or the least that counts, and whether all of them pass.

        `block` is the size of the largest entry of the block, `whole` that of the cost and of all entries.
        """
        how = self.how()
        rtol = how.rtol if self.rtol is None else self.rtol
        atol = max(rtol * how.floor * block, how.rounding * whole) if self.atol is None else self.atol
        off, size = np.abs(analytic - numeric), np.maximum(np.abs(analytic), np.abs(numeric))
        least = atol / rtol if rtol else 0.0
        relative: Array = np.divide(off, np.maximum(size, least), out=np.zeros_like(off), where=off != 0)
        relative[np.isnan(relative)] = np.inf
        return relative, bool((off <= np.maximum(atol, rtol * size)).all())


def gradients(network: Network, theta: Parameters, batch: Batch) -> Iterator[Parameters]:
    """The gradient at theta, by the code that trains; again and again in the same memory, as in training."""
    work, gradient, spare = batch.workspace(network, np.float64), theta.like(), np.zeros_like(theta.weights)
    while True:
        network.forward(theta, work)
        network.gradient(theta, work, gradient, spare)
        yield gradient.copy()


def gradient_of(network: Network, theta: Parameters, batch: Batch) -> Parameters:
    """The gradient at theta, worked out by the code that trains."""
    return next(gradients(network, theta, batch))


def check_gradient(
    network: Network, theta: Parameters, batch: Batch, criteria: Criteria | None = None
) -> Iterator[BlockReport]:
    """Compares each block of the gradient at theta (float64) with numerical derivatives.

    With the method `directional` a block is gone through entry by entry only when a direction of it fails. Raises
    ValueError when every row of the batch lies on a kink.
    """
    criteria = criteria or Criteria()
    batch, kinks = leave_out_kinks(network, theta, batch)
    gradient, again = islice(gradients(network, theta, batch), 2)
    check = _Check(criteria, criteria.how().derivative(network, theta, batch), _size(network, theta, batch, gradient))
    place = Parameters(theta.n, np.int64)  # where in the flat vector each entry of a block stands
    place.flat[:] = np.arange(len(place.flat))
    for (name, g), (_, twin), (_, places), (_, w) in zip(*(p.blocks() for p in (gradient, again, place, theta))):
        penalized = bool(network.penalty.l1) and name.startswith("W")
        smooth = np.flatnonzero(w) if penalized else np.arange(w.size)  # l1 has its kink at 0
        found = check.block(name, g.ravel(), places.ravel(), smooth)
        left_out = w.size - len(smooth) + found.beside_kinks
        repeatable = bool(np.array_equal(g, twin, equal_nan=True))
        yield BlockReport(
            name,
            g.shape,
            checked=len(found.relative),
            max_relative_error=float(found.relative.max(initial=0.0)),
            max_absolute_error=float(np.abs(found.analytic - found.numeric).max(initial=0.0)),
            worst_index=found.worst_index(g.shape),
            analytic=found.at_worst(found.analytic),
            numeric=found.at_worst(found.numeric),
            kinks=kinks[int(name[1:])] + left_out,
            left_out=left_out,
            agrees=found.agree,
            repeatable=repeatable,
            passed=found.agree and repeatable,
        )


def _size(network: Network, theta: Parameters, batch: Batch, gradient: Parameters) -> float:
    """What rounding is counted in parts of: the cost, the largest entry of the gradient, and 1 at least."""
    work = batch.workspace(network, np.float64)
    network.forward(theta, work)
    return max(1.0, abs(float(network.batch_cost(theta, work))), float(np.abs(gradient.flat).max()))


@dataclass(frozen=True)
class _Found:
    """Both derivatives of one block, entry by entry or direction by direction, and how far they are apart."""

    analytic: Array
    numeric: Array
    relative: Array
    agree: bool
    entries: Entries | None  # which entries of the block these are; None for directions
    beside_kinks: int = 0  # entries that could not be differentiated

    def at_worst(self, values: Array) -> float:
        """Of these values the one of the entry, or direction, that compared worst; NaN when there is none."""
        return float(values[self.relative.argmax()]) if len(values) else nan

    def worst_index(self, shape: tuple[int, ...]) -> tuple[int, ...] | None:
        """Where in the block, of this shape, the entry stands that compared worst."""
        if self.entries is None or not len(self.entries):
            return None
        return tuple(int(i) for i in np.unravel_index(self.entries[self.relative.argmax()], shape))


@dataclass(frozen=True)
class _Check:
    """What is the same for all blocks."""

    criteria: Criteria
    derivative: Derivative
    whole: float

    def block(self, name: str, g: Array, places: Entries, entries: Entries) -> _Found:
        """Compares these entries of a flat block g, whose entries stand at `places` in the flat vector."""
        if self.criteria.how().directional and len(entries):
            found = self._directions(name, g[entries], places[entries])
            if found.agree:
                return found
        return self._entries(g, places, entries)

    def _directions(self, name: str, g: Array, places: Entries) -> _Found:
        signs = stream(0, name).choice([-1.0, 1.0], (DIRECTIONS, len(g)))
        analytic = signs @ g
        numeric = np.array([self.derivative(places, v) for v in signs], float)
        compared = self.criteria.compare(analytic, numeric, float(np.linalg.norm(g)), self.whole)
        return _Found(analytic, numeric, *compared, None)

    def _entries(self, g: Array, places: Entries, entries: Entries) -> _Found:
        wanted = _spread(entries, self.criteria.samples)
        slopes = [self.derivative(places[i : i + 1], np.ones(1)) for i in wanted]
        smooth = np.array([slope is not None for slope in slopes], bool)
        numeric = np.array(slopes, float)[smooth]  # None is NaN until it is left out
        analytic = g[wanted[smooth]]
        compared = self.criteria.compare(analytic, numeric, float(np.abs(g).max()), self.whole)
        return _Found(analytic, numeric, *compared, wanted[smooth], int((~smooth).sum()))


def _spread(entries: Entries, samples: int | None) -> Entries:
    """All of them, or so many at even distances, the first and the last among them."""
    if samples is None or samples >= len(entries):
        return entries
    return entries[np.unique(np.linspace(0, len(entries) - 1, samples).round().astype(np.int64))]
