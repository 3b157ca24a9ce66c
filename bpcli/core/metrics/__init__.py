"""Figures that say how good the outputs are: of what was chosen, of the scores behind it, and of numbers.

Where one is not defined, it is NaN: a rank that needs a second class, a share of a spread that is none.
"""

from bpcli.core.metrics.decisions import (
    ClassFigures,
    Counts,
    balanced_accuracy,
    choose,
    confusion_matrix,
    macro_f1,
    per_class,
    per_label,
)
from bpcli.core.metrics.distances import constant, errors, explained_variance
from bpcli.core.metrics.scores import average_precision, label_log_loss, log_loss, roc_auc, top_k

METRICS = (
    "cost",
    "accuracy",
    "balanced_accuracy",
    "macro_f1",
    "log_loss",
    "roc_auc",
    "average_precision",
    "top_2",
    "top_3",
    "top_5",
    "mae",
    "rmse",
    "r2",
    "explained_variance",
)
"""The figures that are one number each, in the order in which they are shown."""

__all__ = [
    "METRICS",
    "ClassFigures",
    "Counts",
    "average_precision",
    "balanced_accuracy",
    "choose",
    "confusion_matrix",
    "constant",
    "errors",
    "explained_variance",
    "label_log_loss",
    "log_loss",
    "macro_f1",
    "per_class",
    "per_label",
    "roc_auc",
    "top_k",
]
