"""Figures of what was chosen: which class, or which labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bpcli.core.linalg import Array

Counts = NDArray[np.int64]


def choose(a: Array, threshold: float = 0.5) -> Counts:
    """The class of each row of outputs a (n, k): the first of the largest; with one output, 1 above the threshold."""
    return (a[:, 0] > threshold).astype(np.int64) if a.shape[1] == 1 else a.argmax(axis=1)


def confusion_matrix(truth: Counts, chosen: Counts, classes: int) -> Counts:
    """How many examples of class i (row) were taken for class j (column), (classes, classes)."""
    return np.bincount(truth * classes + chosen, minlength=classes * classes).reshape(classes, classes)


@dataclass(frozen=True)
class ClassFigures:
    """Precision, hits / chosen; recall, hits / support; F1 = 2 hits / (chosen + support), their harmonic mean.

    A ratio with nothing below the line is 0.
    """

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


def balanced_accuracy(confusion: Counts) -> float:
    """(1/k) Σ_c recall_c over the k classes that have examples: accuracy, were all of them equally frequent."""
    support = confusion.sum(axis=1)
    there = support > 0
    return float((confusion.diagonal()[there] / support[there]).mean())


def macro_f1(confusion: Counts) -> float:
    """(1/k) Σ_c F1_c over the k classes that have examples or were chosen."""
    met = confusion.sum(axis=0) + confusion.sum(axis=1)
    there = met > 0
    return float((2 * confusion.diagonal()[there] / met[there]).mean())


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
