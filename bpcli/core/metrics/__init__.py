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

__all__ = [
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
