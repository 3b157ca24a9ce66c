"""Figures that say how good the outputs are, for classes, for labels, and for numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bpcli.core.linalg import Array

Counts = NDArray[np.int64]


def choose(a: Array) -> Counts:
    """The class of each row of outputs a (n, k): the first of the largest; with one output, 1 above one half."""
    return (a[:, 0] > 0.5).astype(np.int64) if a.shape[1] == 1 else a.argmax(axis=1)


def confusion_matrix(truth: Counts, chosen: Counts, classes: int) -> Counts:
    """How many examples of class i (row) were taken for class j (column), (classes, classes)."""
    return np.bincount(truth * classes + chosen, minlength=classes * classes).reshape(classes, classes)


@dataclass(frozen=True)
class ClassFigures:
    """Precision, recall and their harmonic mean F1 for one class; 0 where a ratio has nothing below the line."""

    precision: float
    recall: float
    f1: float
    support: int  # examples of this class

    @classmethod
    def of(cls, hits: int, chosen: int, support: int) -> ClassFigures:
        return cls(_ratio(hits, chosen), _ratio(hits, support), _ratio(2 * hits, chosen + support), support)


def per_class(confusion: Counts) -> list[ClassFigures]:
    """The figures of each class out of the confusion matrix."""
    return [
        ClassFigures.of(int(hits), int(chosen), int(support))
        for hits, chosen, support in zip(confusion.diagonal(), confusion.sum(axis=0), confusion.sum(axis=1))
    ]


def per_label(truth: NDArray[np.bool_], chosen: NDArray[np.bool_]) -> list[ClassFigures]:
    """The figures of each independent label; truth and chosen are (n, k)."""
    hits = (truth & chosen).sum(axis=0)
    return [ClassFigures.of(int(h), int(c), int(s)) for h, c, s in zip(hits, chosen.sum(axis=0), truth.sum(axis=0))]


def errors(a: Array, y: Array) -> dict[str, float]:
    """Mean absolute error, root of the mean squared error, and R², in the units of the targets; a, y (n, k).

    R² is 1 − Σ(a−y)² / Σ(y−ȳ)², averaged over the outputs; a constant target scores 1 when it is met and 0 when not.
    """
    off = a.astype(np.float64) - y
    residual = (off**2).sum(axis=0)
    spread = ((y - y.mean(axis=0, dtype=np.float64)) ** 2).sum(axis=0)
    r2 = np.where(residual == 0, 1.0, 0.0)
    np.divide(residual, spread, out=r2, where=spread > 0)
    r2 = np.where(spread > 0, 1 - r2, r2)
    return {
        "mae": float(np.abs(off).mean()),
        "rmse": float(np.sqrt((off**2).mean())),
        "r2": float(r2.mean()),
    }


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
