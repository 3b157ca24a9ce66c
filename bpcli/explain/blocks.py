"""Blocks of weights and biases in figures: what one is like, and how far two of them are apart.

A figure that is no finite number, as the norm of very large weights may be, is None.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpcli.core.linalg import Array


def describe(arrays: Mapping[str, Array]) -> list[dict[str, Any]]:
    """Name, shape and figures of each of W1, b1, … WL, bL.

    `norm` is √Σx², `largest` is max|x|, `deviation` is over n, `zeros` is a share. `idle`, of weights, counts the
    units of the layer that no weight leads to, or none away from: nothing goes through them.
    """
    described = []
    for name, block in arrays.items():
        figures = {"name": name, "shape": list(block.shape), **_figures(block)}
        if name.startswith("W"):
            after = arrays.get(f"W{int(name[1:]) + 1}")
            idle = ~block.any(axis=1) if after is None else ~block.any(axis=1) | ~after.any(axis=0)
            figures["idle"] = int(idle.sum())
        described.append(figures)
    return described


def _figures(block: Array) -> dict[str, float | None]:
    x = block.astype(np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        return {
            "norm": _finite(np.sqrt(np.square(x).sum())),
            "largest": _finite(np.abs(x).max()),
            "mean": _finite(x.mean()),
            "deviation": _finite(x.std()),
            "zeros": float((x == 0).mean()),
        }


def compare(a: Mapping[str, Array], b: Mapping[str, Array]) -> list[dict[str, Any]]:
    """Each block of two networks: name, shapes (`a`, `b`; left out where it is missing), and how far they are apart."""
    compared = []
    for name in [*a, *(name for name in b if name not in a)]:
        shapes = {side: list(arrays[name].shape) for side, arrays in (("a", a), ("b", b)) if name in arrays}
        apart = _apart(a[name], b[name]) if shapes.get("a") == shapes.get("b") else {}
        compared.append({"name": name, **shapes, **apart})
    return compared


def _apart(a: Array, b: Array) -> dict[str, Any]:
    """Two blocks of one shape, entry by entry, equal where they are to the bit.

    `relative` is |a − b| / max(|a|, |b|); `units` is how many numbers of the type lie between two, in units in the
    last place; `cosine` is that of the angle between the blocks.
    """
    x, y = a.astype(np.float64), b.astype(np.float64)
    units = _units_between(a, b) if a.dtype == b.dtype else None
    different = x != y if units is None else units > 0
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        off, size = np.abs(x - y), np.maximum(np.abs(x), np.abs(y))
        relative = np.divide(off, size, out=np.zeros_like(off), where=size > 0)
        cosine = (x * y).sum() / np.sqrt(np.square(x).sum() * np.square(y).sum())
    return {
        "entries": a.size,
        "different": int(different.sum()),
        "absolute": _finite(off.max()),
        "relative": _finite(relative.max()),
        "units": None if units is None else int(units.max()),
        "cosine": _finite(np.clip(cosine, -1, 1)),
    }


def _units_between(a: Array, b: Array) -> NDArray[np.uint64]:
    """How many steps from one number of the type to the next it takes from each of a to that of b."""
    x, y = _ordered(a), _ordered(b)
    return np.maximum(x, y) - np.minimum(x, y)


def _ordered(block: Array) -> NDArray[np.uint64]:
    """Whole numbers in the order of the floating-point ones, neighbours one apart; -0 comes right before 0."""
    bits = 8 * block.dtype.itemsize
    pattern = np.ascontiguousarray(block).view(f"u{block.dtype.itemsize}").astype(np.uint64)
    sign = np.uint64(1 << (bits - 1))
    size = np.uint64((1 << (bits - 1)) - 1)
    return np.where(pattern & sign, size - (pattern & size), pattern | sign)


def _finite(value: Any) -> float | None:
    return float(value) if math.isfinite(value) else None
