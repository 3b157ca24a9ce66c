from __future__ import annotations

from typing import Any

import pytest

from bpcli.ui.tables import evaluation, network

PENGUINS: dict[str, Any] = {
    "weights": "runs/penguins/1/weights.npz",
    "split": "test",
    "examples": 1067,
    "cost": 0.112345,
    "accuracy": 0.97222,
    "macro_f1": 0.9718,
    "log_loss": None,
    "roc_auc": 0.99321,
    "top_2": 1.0,
    "per_class": [
        {
            "class": "Adelie",
            "precision": 0.96,
            "recall": 1.0,
            "f1": 0.9796,
            "roc_auc": 0.99321,
            "average_precision": 0.98765,
            "examples": 30,
        },
        {
            "class": "Chinstrap",
            "precision": 0.0,
            "recall": 0.0,
            "f1": 0.0,
            "roc_auc": None,
            "average_precision": None,
            "examples": 14,
        },
    ],
    "classes": ["Adelie", "Chinstrap"],
    "confusion": [[30, 0], [14, 0]],
}


def plain(lines: list[Any]) -> list[str]:
    return [text.plain for text in lines]


def test_a_network_is_its_layers_shapes_and_parameters() -> None:
    summary = {
        "layers": [64, 32, 10],
        "activations": ["relu", "softmax"],
        "cost": "cross_entropy",
        "examples": {"train": 1437, "test": 180},
        "target": "digit, 10 classes",
    }
    assert plain(network(summary)) == [
        "layer  units  activation  weights  parameters",
        "input     64",
        "    1     32  relu        32 × 64       2,080",
        "    2     10  softmax     10 × 32         330",
        "",
        "2,410 parameters, cross_entropy cost",
        "target    digit, 10 classes",
        "examples  1,437 train, 180 test",
    ]
    assert plain(network(summary, 40))[0] == "layer  units  activation  parameters"


def test_classes_are_measured_together_one_by_one_and_against_each_other() -> None:
    gates = [{"metric": "accuracy", "condition": ">= 0.95", "value": 0.97222, "met": True}]
    assert plain(evaluation({**PENGUINS, "gates": gates})) == [
        "runs/penguins/1/weights.npz  1,067 test examples",
        "",
        "cost         0.11235",
        "accuracy      0.9722",
        "macro_f1      0.9718",
        "log_loss           -",
        "roc_auc       0.9932",
        "top_2         1.0000",
        "",
        "                                         roc    average",
        "class      precision  recall      f1     auc  precision  examples",
        "Adelie        0.9600  1.0000  0.9796  0.9932     0.9877        30",
        "Chinstrap     0.0000  0.0000  0.0000       -          -        14",
        "",
        "confusion: true classes down, predicted ones across",
        "true       Adelie  Chinstrap",
        "Adelie         30          .",
        "Chinstrap      14          .",
        "",
        "gate    accuracy >= 0.95  found 0.9722  ok",
    ]


def test_numbers_have_their_own_measures() -> None:
    result = {
        "weights": "w.npz",
        "split": "validation",
        "examples": 44,
        "cost": 1503.21,
        "mae": 43.1,
        "rmse": 54.831,
        "r2": 0.48123,
        "explained_variance": 0.4822,
    }
    assert plain(evaluation(result))[2:] == [
        "cost                    1503.2",
        "mae                     43.100",
        "rmse                    54.831",
        "r2                      0.4812",
        "explained_variance      0.4822",
    ]
    one_row = {**result, "r2": None, "explained_variance": None}
    assert plain(evaluation(one_row))[-2:] == ["r2                           -", "explained_variance           -"]


@pytest.mark.parametrize("width", [40, 80])
def test_class_names_of_any_kind_stay_on_their_line(width: int) -> None:
    names = ["a name that goes on and on and on and on", "日本語" * 9, "evil\x1b[2J\nname"]
    counts = [[5, 1, 1], [1, 5, 0], [2, 0, 5]]
    scores = dict.fromkeys(("precision", "recall", "f1", "roc_auc", "average_precision"), 0.9) | {"examples": 7}
    result = {**PENGUINS, "confusion": counts, "classes": names}
    result["per_class"] = [{"class": name, **scores} for name in names]
    for text in evaluation(result, width)[1:]:
        assert text.cell_len <= width
        assert text.plain == "" or text.plain.isprintable()
