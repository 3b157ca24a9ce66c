"""Sets rows aside for validation and test, or a fold of them: at random, and evenly over the classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpcli.data.table import Rows
from bpcli.errors import DataError
from bpcli.streams import stream


@dataclass(frozen=True)
class Fold:
    """One of several parts of equal size that together are all rows."""

    number: int  # from 1
    count: int  # parts in all


@dataclass(frozen=True)
class Pool:
    """The rows of a file that others are cut from, and the class of each where every part is to have its share."""

    shown: str  # the file, for messages
    rows: Rows
    classes: Rows | None = None  # (rows,) counted from 0; None: whatever the classes are
    names: tuple[str, ...] = ()  # of the classes

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, chosen: NDArray[np.bool_]) -> Pool:
        """Those of the rows that are chosen (rows,)."""
        return replace(self, rows=self.rows[chosen], classes=None if self.classes is None else self.classes[chosen])

    @property
    def strata(self) -> Rows:
        """What is shared out evenly, by row (rows,): the classes, or all rows alike."""
        return np.zeros(len(self), dtype=np.intp) if self.classes is None else self.classes

    def check_classes(self, parts: int, what: str) -> None:
        """Raises DataError when a class has fewer rows than there are parts; `what` is the word for them."""
        if self.classes is None:
            return
        sizes = np.bincount(self.classes)
        size, smallest = min((size, number) for number, size in enumerate(sizes) if size)
        if size < parts:
            raise DataError(
                f"{self.shown}: class '{self.names[smallest]}' has {size} of the {len(self)} training rows, too few "
                f"for {parts} {what} (stratify: false makes {what} without regard to classes)"
            )


def held_out(pool: Pool, fold: Fold, seed: int) -> NDArray[np.bool_]:
    """Which rows of a pool belong to a fold (rows,); the folds of one seed share no row and leave none out.

    They differ by one row at most, and where the pool has classes, so do their shares of each class. Raises DataError
    when there are more folds than rows, or than rows of a class.
    """
    count = len(pool)
    if fold.count > count:
        raise DataError(f"{pool.shown}: {count} training rows are too few for {fold.count} folds")
    pool.check_classes(fold.count, "folds")
    strata = pool.strata
    shuffled = stream(seed, "folds").permutation(count)
    dealt = shuffled[np.argsort(strata[shuffled], kind="stable")]  # class after class, like a pack of cards
    chosen = np.zeros(count, dtype=bool)
    chosen[dealt[fold.number - 1 :: fold.count]] = True
    return chosen


def split(pool: Pool, fractions: Mapping[str, float], seed: int) -> dict[str, Rows]:
    """Disjoint parts of a pool's rows by name, the rest under "train"; each keeps the order of the file.

    A part gets round(fraction · rows) of them. Where the pool has classes, every class gives its share to within one
    row (largest remainder) and keeps one to train on. Raises DataError when a part is empty, nothing is left to train
    on, or a class has fewer rows than there are parts.
    """
    if fractions:
        pool.check_classes(len(fractions) + 1, "splits")
    rows, strata = pool.rows, pool.strata
    sizes = np.bincount(strata)
    left = [np.flatnonzero(strata == stratum) for stratum in range(len(sizes))]
    draw = stream(seed, "split")
    left = [draw.permutation(members) for members in left]
    parts: dict[str, Rows] = {}
    for name, fraction in fractions.items():
        total = round(fraction * len(rows))
        spare = np.array([max(len(members) - 1, 0) for members in left])
        if not 0 < total <= spare.sum():
            effect = "leaves no row to train on" if total else "is no row"
            raise DataError(
                f"{pool.shown}: {name}: a fraction of {fraction:g} out of {len(rows)} training rows {effect}"
            )
        counts = _shares(fraction * sizes, total, spare)
        parts[name] = np.concatenate([members[:count] for members, count in zip(left, counts)])
        left = [members[count:] for members, count in zip(left, counts)]
    parts["train"] = np.concatenate(left)
    return {name: rows[np.sort(part)] for name, part in parts.items()}


def _shares(wanted: NDArray[np.floating[Any]], total: int, spare: Rows) -> Rows:
    """Whole numbers close to `wanted` that sum to `total`, none above what a stratum can spare."""
    counts = np.minimum(wanted.astype(np.intp), spare)
    order = np.argsort(counts - wanted, kind="stable")  # the largest remainder first
    while counts.sum() < total:
        for stratum in order:
            if counts[stratum] < spare[stratum] and counts.sum() < total:
                counts[stratum] += 1
    return counts
