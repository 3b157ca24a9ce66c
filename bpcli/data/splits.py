"""Sets rows aside for validation and test: at random, and evenly over the classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpcli.data.table import Rows
from bpcli.errors import DataError
from bpcli.streams import stream


def split(rows: Rows, classes: Rows | None, fractions: Mapping[str, float], seed: int) -> dict[str, Rows]:
    """Disjoint parts of `rows` by name, the rest under "train"; each keeps the order of the file.

    A part gets round(fraction · rows) of them. With `classes` (rows,), the class of each, every class gives
    its share to within one row (largest remainder) and keeps one to train on. Raises DataError when a part is
    empty, nothing is left to train on, or a class has fewer rows than there are parts.
    """
    strata = np.zeros(len(rows), dtype=np.intp) if classes is None else classes
    sizes = np.bincount(strata)
    left = [np.flatnonzero(strata == stratum) for stratum in range(len(sizes))]
    if classes is not None and fractions and min(sizes[sizes > 0]) <= len(fractions):
        raise DataError(
            f"a class has {min(sizes[sizes > 0])} of the {len(rows)} training rows, too few for "
            f"{len(fractions) + 1} splits (stratify: false splits without regard to classes)"
        )
    draw = stream(seed, "split")
    left = [draw.permutation(members) for members in left]
    parts: dict[str, Rows] = {}
    for name, fraction in fractions.items():
        total = round(fraction * len(rows))
        spare = np.array([max(len(members) - 1, 0) for members in left])
        if not 0 < total <= spare.sum():
            effect = "leaves no row to train on" if total else "is no row"
            raise DataError(f"{name}: a fraction of {fraction:g} out of {len(rows)} training rows {effect}")
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
