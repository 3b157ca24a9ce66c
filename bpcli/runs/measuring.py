"""All that can be said of a network's outputs on some rows, as the JSON values that `eval --json` prints.

What is not defined is null. That is a log loss where the outputs are no probabilities, as those of `identity` or
`tanh` are not, or do not add up to one over the classes, as those of several `sigmoid` outputs do not; a ROC AUC or
average precision where no example has the class, or every one; and R² where the targets do not vary.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpcli.core import metrics
from bpcli.core.linalg import Array
from bpcli.core.metrics import ClassFigures
from bpcli.data.loading import Examples
from bpcli.runs.objects import measures_object
from bpcli.runs.trained import Trained
from bpcli.training.evaluate import summarize

TOP = (2, 3, 5)  # how many of the likeliest classes are looked at, where there are more


def figures(trained: Trained, outputs: Array, costs: Array, examples: Examples) -> dict[str, Any]:
    """Every figure of outputs (n, k) and the cost of each row (n,), for the task the network was trained for."""
    task = trained.preparation.task
    summary = measures_object(summarize(task, outputs, examples, costs, trained.network.cost.threshold))
    if task == "numbers":
        more = {"explained_variance": metrics.explained_variance(outputs, examples.y)}
        return summary | measures_object(more)
    return summary | (_of_labels if task == "labels" else _of_classes)(trained, outputs, examples)


def _of_classes(trained: Trained, a: Array, examples: Examples) -> dict[str, Any]:
    names, truth = trained.preparation.classes, metrics.choose(examples.y)
    confusion = metrics.confusion_matrix(truth, metrics.choose(a, trained.network.cost.threshold), len(names))
    scores, p = _class_scores(a), _class_probabilities(trained, a)
    ranks = _ranks(scores, truth[:, np.newaxis] == np.arange(len(names)))
    overall = {name: values[1] if len(names) == 2 else _mean(values) for name, values in ranks.items()}
    measured = {
        "balanced_accuracy": metrics.balanced_accuracy(confusion),
        "macro_f1": metrics.macro_f1(confusion),
        "log_loss": math.nan if p is None else metrics.log_loss(p, truth),
        **overall,
        **{f"top_{k}": metrics.top_k(scores, truth, k) for k in TOP if k < len(names)},
    }
    return {
        **measures_object(measured),
        "per_class": _one_by_one(names, metrics.per_class(confusion), ranks),
        "classes": list(names),
        "confusion": confusion.tolist(),
    }


def _of_labels(trained: Trained, a: Array, examples: Examples) -> dict[str, Any]:
    names, truth = trained.preparation.output_names, examples.y > 0.5
    each = metrics.per_label(truth, a > trained.network.cost.threshold)
    ranks = _ranks(a, truth)
    measured = {
        "macro_f1": float(np.mean([one.f1 for one in each])),
        "log_loss": metrics.label_log_loss(a, truth) if _output(trained) == "sigmoid" else math.nan,
        **{name: _mean(values) for name, values in ranks.items()},
    }
    return {
        **measures_object(measured),
        "per_class": _one_by_one(names, each, ranks),
        "classes": list(names),
    }


def _class_scores(a: Array) -> Array:
    """A score for each class (n, classes): the outputs, one output being for the second class and against the first."""
    return np.column_stack([-a[:, 0], a[:, 0]]) if a.shape[1] == 1 else a


def _class_probabilities(trained: Trained, a: Array) -> Array | None:
    """The probabilities of the classes (n, classes), where the outputs are some."""
    if a.shape[1] == 1:
        return np.column_stack([1 - a[:, 0], a[:, 0]]) if _output(trained) == "sigmoid" else None
    return a if _output(trained) == "softmax" else None


def _output(trained: Trained) -> str:
    output = trained.config.spec.output
    assert output is not None  # load_trained saw to it
    return output.name


def _ranks(scores: Array, positive: NDArray[np.bool_]) -> dict[str, list[float]]:
    """The figures of each column against the rest; scores, positive (n, k)."""
    columns = list(zip(scores.T, positive.T))
    return {
        "roc_auc": [metrics.roc_auc(score, its) for score, its in columns],
        "average_precision": [metrics.average_precision(score, its) for score, its in columns],
    }


def _mean(values: Sequence[float]) -> float:
    """The mean of those that are defined."""
    defined = [value for value in values if not math.isnan(value)]
    return float(np.mean(defined)) if defined else math.nan


def _one_by_one(
    names: Sequence[str], each: Sequence[ClassFigures], ranks: dict[str, list[float]]
) -> list[dict[str, Any]]:
    return [
        {
            "class": name,
            "precision": one.precision,
            "recall": one.recall,
            "f1": one.f1,
            **measures_object({rank: values[index] for rank, values in ranks.items()}),
            "examples": one.support,
        }
        for index, (name, one) in enumerate(zip(names, each))
    ]
