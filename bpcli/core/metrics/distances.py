"""Figures of numbers: how far the outputs are from the targets."""

from __future__ import annotations

import numpy as np

from bpcli.core.linalg import Array


def errors(a: Array, y: Array) -> dict[str, float]:
    """Mean absolute error, root of the mean squared error, and R², each the mean of the outputs'; a, y (n, k).

    MAE is (1/n) Σ|a − y|, RMSE √((1/n) Σ(a − y)²), both in the units of the targets. R² is 1 − Σ(a − y)² / Σ(y − ȳ)²,
    NaN where the targets of an output are all the same.
    """
    off = a.astype(np.float64) - y
    return {
        "mae": float(np.abs(off).mean()),
        "rmse": float(np.sqrt((off**2).mean(axis=0)).mean()),
        "r2": _share_of_spread(off, y),
    }


def explained_variance(a: Array, y: Array) -> float:
    """1 − Var(y − a) / Var(y), the mean of the outputs': R², were the mean error 0; NaN as R² is."""
    off = a.astype(np.float64) - y
    return _share_of_spread(off - off.mean(axis=0), y)


def constant(y: Array) -> bool:
    """Whether the targets (n, k) of an output are all the same, so that there is no spread to explain."""
    return bool((y.min(axis=0) == y.max(axis=0)).any())


def _share_of_spread(off: Array, y: Array) -> float:
    """1 − Σ off² / Σ(y − ȳ)², the mean over the outputs."""
    if constant(y):
        return float("nan")
    spread = ((y - y.mean(axis=0, dtype=np.float64)) ** 2).sum(axis=0)
    return float((1 - (off**2).sum(axis=0) / spread).mean())
