"""Figures of the scores themselves: how they rank the examples, and how far probabilities are from the truth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bpcli.core.linalg import Array
from bpcli.core.metrics.decisions import Counts


def roc_auc(scores: Array, positive: NDArray[np.bool_]) -> float:
    """Area under the ROC curve, Σ_i (FPR_i − FPR_(i−1)) (TPR_i + TPR_(i−1)) / 2 over falling thresholds i.

    It is the chance that a positive example scores above a negative one, a tie counting half. NaN unless there are
    both. scores, positive (n,).
    """
    hits, alarms = _above(scores, positive)
    if not hits[-1] or not alarms[-1]:
        return float("nan")
    twice = int((np.diff(alarms) * (hits[1:] + hits[:-1])).sum())  # the area under counts, so far without rounding
    return twice / (2 * int(hits[-1]) * int(alarms[-1]))


def average_precision(scores: Array, positive: NDArray[np.bool_]) -> float:
    """Σ_i (R_i − R_(i−1)) P_i, recall and precision over falling thresholds i; NaN when nothing is positive.

    scores, positive (n,).
    """
    hits, alarms = _above(scores, positive)
    if not hits[-1]:
        return float("nan")
    precision = hits[1:] / (hits[1:] + alarms[1:])
    return float((np.diff(hits) * precision).sum() / hits[-1])


def _above(scores: Array, positive: NDArray[np.bool_]) -> tuple[Counts, Counts]:
    """How many positive and how many negative examples score at least each distinct value, from 0 to all of them."""
    falling = np.argsort(-scores, kind="stable")
    ranked = scores[falling]
    last = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))  # of each run of equal scores
    hits = np.cumsum(positive[falling], dtype=np.int64)[last]
    return np.append(0, hits), np.append(0, last + 1 - hits)


def log_loss(p: Array, truth: Counts) -> float:
    """−(1/n) Σ_i log p_(i, truth_i), with p (n, k) the probabilities of the classes.

    Each is first brought into ε … 1 − ε, the machine precision of its type, so that no single row is infinite.
    """
    return float(-np.log(_inside(p[np.arange(len(p)), truth])).mean())


def label_log_loss(p: Array, truth: NDArray[np.bool_]) -> float:
    """−(1/nk) Σ_ij [y_ij log p_ij + (1 − y_ij) log(1 − p_ij)] of k independent labels: the mean of theirs; (n, k)."""
    return float(-np.log(_inside(np.where(truth, p, 1 - p))).mean())


def _inside(p: Array) -> Array:
    epsilon = np.finfo(p.dtype).eps
    return np.clip(p, epsilon, 1 - epsilon).astype(np.float64)


def top_k(a: Array, truth: Counts, k: int) -> float:
    """The share of examples whose class is among the k with the largest outputs a (n, classes).

    Of equal outputs the one of the later class ranks first, as in scikit-learn.
    """
    own = a[np.arange(len(a)), truth][:, np.newaxis]
    later = np.arange(a.shape[1]) > truth[:, np.newaxis]
    before = (a > own) | ((a == own) & later)
    return float((before.sum(axis=1) < k).mean())
