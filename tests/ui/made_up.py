"""Made-up events and objects for the screens: the same on every machine and every day."""

from __future__ import annotations

from math import exp, prod
from typing import Any

from bpcli.training.events import Ended, EpochEnded, Event, Progressed, Started

NETWORK: dict[str, Any] = {
    "layers": [64, 32, 10],
    "activations": ["relu", "softmax"],
    "cost": "cross_entropy",
    "target": "digit, 10 classes",
    "examples": {"train": 1437, "validation": 180, "test": 180},
    "training": {
        "optimizer": "sgd momentum=0.9 nesterov, learning rate 0.1",
        "schedule": "exponential gamma=0.97",
        "epochs": "60, each of 45 steps of 32 examples, seed 1",
    },
}

CLASSES: dict[str, list[str]] = {
    "3": ["setosa", "versicolor", "virginica"],
    "10": [str(digit) for digit in range(10)],
    "26": [chr(ord("A") + letter) for letter in range(26)],
    "long": [
        "Soft tissue, benign, without any sign of growth",
        "Soft tissue, benign, with signs of growth",
        "軟部組織の腫瘍で成長の兆候がないもの",
        "軟部組織の腫瘍で成長の兆候があるもの",
        "Käse 🧀 with every accent: e\u0301a\u0300o\u0302 and more",
    ],
}


def _measures(cost: float, numbers: bool) -> dict[str, float]:
    if numbers:
        return {"cost": 3000 * cost, "mae": 80 * cost, "rmse": 100 * cost, "r2": 1 - cost}
    return {"cost": cost, "accuracy": 1 - cost / 2.5}


def events(epochs: int, numbers: bool = False, train: bool = False, validation: bool = True) -> list[Event]:
    """A run whose figures behave as a real one's do: falling, then overfitting a little."""
    told: list[Event] = [Started((64, 32, 10), 2410, {"train": 1437, "validation": 180}, epochs, 45)]
    best, best_epoch = 2.0, 0
    for epoch in range(1, epochs + 1):
        running, cost = 2 * exp(-epoch / 4) + 0.02, 2 * exp(-epoch / 4) + 0.09 + 0.002 * epoch
        if better := cost < best:
            best, best_epoch = cost, epoch
        told.append(Progressed(epoch, 20, running))
        told.append(
            EpochEnded(
                epoch=epoch,
                step=45 * epoch,
                learning_rate=0.1 * 0.97**epoch,
                seconds=0.0731 * epoch,
                running={"cost": running * (3000 if numbers else 1)},
                train=_measures(running, numbers) if train else None,
                validation=_measures(cost, numbers) if validation else None,
                best=better,
            )
        )
    told.append(Ended("epochs", epochs, 0.0731 * epochs, best_epoch, _measures(0.11234, numbers)))
    return told


def classes_result(names: list[str]) -> dict[str, Any]:
    """The object of `eval` for classes: some are often taken for the next one, some seldom."""
    count = len(names)
    confusion = [[0] * count for _ in names]
    for true in range(count):
        wrong = (0, 1, 4, 11)[true % 4]
        confusion[true][true] = 36 + true % 3 - wrong
        confusion[true][(true + 1) % count] += wrong - wrong // 3
        confusion[true][(true + 3) % count] += wrong // 3
    per_class = []
    for true, name in enumerate(names):
        right, met, given = confusion[true][true], sum(confusion[true]), sum(row[true] for row in confusion)
        recall, precision = right / met, right / given
        f1 = 2 * precision * recall / (precision + recall)
        figures = {"precision": precision, "recall": recall, "f1": f1}
        ranks = {"roc_auc": 1 - (1 - recall) / 3, "average_precision": precision * recall}
        per_class.append({"class": name, **figures, **ranks, "examples": met})
    accuracy = sum(confusion[i][i] for i in range(count)) / sum(map(sum, confusion))
    whole = {
        "cost": 0.30217,
        "accuracy": accuracy,
        "balanced_accuracy": accuracy - 0.0012,
        "macro_f1": accuracy - 0.003,
    }
    whole |= {"log_loss": 0.28613, "roc_auc": 0.98765, "average_precision": 0.95432}
    whole |= {f"top_{k}": 1 - (1 - accuracy) / k for k in (2, 3, 5) if k < count}
    return {
        "weights": "runs/digits/1/weights.npz",
        "split": "test",
        "examples": sum(map(sum, confusion)),
        **whole,
        "per_class": per_class,
        "classes": names,
        "confusion": confusion,
    }


NUMBERS: dict[str, Any] = {
    "weights": "runs/diabetes/1/weights.npz",
    "split": "test",
    "examples": 88,
    "cost": 1377.6123,
    "mae": 41.1472,
    "rmse": 52.4905,
    "r2": 0.478312,
    "explained_variance": 0.481243,
}
GATES: list[dict[str, Any]] = [
    {"metric": "accuracy", "condition": ">= 0.85", "value": 0.8871, "met": True},
    {"metric": "cost", "condition": "<= 0.25", "value": 0.30217, "met": False},
]

PAIRS = {
    "softmax": ("cross_entropy", "quadratic"),
    "sigmoid": ("cross_entropy", "quadratic", "absolute", "huber"),
    "identity": ("quadratic", "absolute", "huber", "hinge"),
    "tanh": ("quadratic", "absolute", "huber", "hinge"),
    "exponential": ("quadratic", "poisson"),
}
ACTIVATIONS = ("relu", "leaky_relu", "elu", "selu", "softplus", "sigmoid", "tanh", "softsign", "identity", "gelu tanh")


def block(name: str, shape: list[int], error: float, passed: bool = True) -> dict[str, Any]:
    """A block of a gradient check whose worst entry is off by `error`."""
    return {
        "name": name,
        "shape": shape,
        "checked": min(prod(shape), 1000),
        "max_relative_error": error,
        "max_absolute_error": error / 8,
        "worst_index": [size // 2 for size in shape],
        "analytic": 0.0123456789,
        "numeric": 0.0123456789 * (1 + error),
        "kinks": 0,
        "left_out": 0,
        "passed": passed,
    }


def gradcheck_matrix(broken: str = "") -> dict[str, Any]:
    """The object of `gradcheck` for all cases; one activation may be wrong."""
    cases, number = [], 0
    for activation in ACTIVATIONS:
        for output, costs in PAIRS.items():
            for cost in costs:
                number = (number * 37 + 11) % 97
                passed = activation != broken or output != "softmax"
                blocks = [
                    block("W1", [5, 3], (1 + number) * 1e-15 if passed else 0.0131, passed),
                    block("b1", [5], 4e-16),
                ]
                names = {"activation": activation, "output": output, "cost": cost}
                cases.append({**names, "blocks": blocks, "passed": passed})
    step = [
        {"name": name, "block": part, "max_relative_error": 1.8e-16, "passed": True}
        for name in ("sgd", "sgd momentum=0.9", "adam", "rprop l1, limits")
        for part in ("W1", "b1")
    ]
    return {"passed": not broken, "method": "complex", "cases": cases, "step": step}


def gradcheck_network(wrong: bool = False) -> dict[str, Any]:
    """The object of `gradcheck` for one network."""
    blocks = [
        block("W1", [128, 64], 1.2e-13),
        block("b1", [128], 8.1e-14),
        block("W2", [10, 128], 0.0131 if wrong else 2.4e-14, not wrong),
        block("b2", [10], 4.5e-15),
    ]
    case = {"activation": "relu", "output": "softmax", "cost": "cross_entropy", "blocks": blocks, "passed": not wrong}
    step = [
        {"name": "sgd momentum=0.9", "block": part["name"], "max_relative_error": 2.1e-16, "passed": True}
        for part in blocks
    ]
    return {"passed": not wrong, "method": "complex", "cases": [case], "step": step}
