"""What eval says of outputs of every kind, and where it says null."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bpcli.core.metrics import METRICS, average_precision, roc_auc
from bpcli.errors import ConfigError
from bpcli.runs.directory import RunDirectory
from bpcli.runs.evaluation import evaluate, examples_of
from bpcli.runs.recorder import Recorder
from bpcli.runs.trained import load_trained
from bpcli.runs.training_run import TrainingRun
from bpcli.spec.reading import read_config
from bpcli.training.evaluate import Evaluator


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Forty rows: two inputs, two labels, a class of two, one of three, and a number."""
    rng = np.random.default_rng(0)
    lines = ["a,b,u,v,two,three,number"]
    for i in range(40):
        a, b = rng.standard_normal(2).round(2)
        lines.append(f"{a},{b},{int(a > 0)},{int(b > 0.5)},{'no' if a + b > 0 else 'yes'},{'pqr'[i % 3]},{a - b}")
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


def measured(folder: Path, target: str, layers: str, more: str = "", rows: str = "0:40") -> tuple[Any, Any, Any]:
    """The object of eval on the training rows, their outputs, and their targets."""
    data = f"{{train: {{path: t.csv, rows: '{rows}'}}, features: [a, b], target: {target}}}"
    (folder / "c.yaml").write_text(f"layers: {layers}\nepochs: 2\ndata: {data}\n{more}")
    run = TrainingRun(read_config(str(folder / "c.yaml")))
    with (
        RunDirectory.create(folder / "run", "any") as directory,
        Recorder(directory, "", ["bpcli"], folder, run.digests, run.numerics) as recorder,
    ):
        for _ in run.run(directory, recorder):
            pass
    trained = load_trained(folder / "run" / "weights.npz")
    examples = examples_of(trained, "train")
    outputs, _ = Evaluator(trained.network, trained.preparation.task, np.dtype(np.float32)).run(
        trained.theta, examples.x
    )
    return evaluate(trained, examples, "train"), outputs, examples.y


def test_two_classes_are_ranked_by_the_second(table: Path) -> None:
    result, a, y = measured(table, "two", "[2, 4, 2]")
    assert result["roc_auc"] == result["per_class"][1]["roc_auc"] == roc_auc(a[:, 1], y[:, 1] == 1)
    assert result["average_precision"] == average_precision(a[:, 1], y[:, 1] == 1)
    assert result["per_class"][0]["average_precision"] == average_precision(a[:, 0], y[:, 0] == 1)
    assert result["log_loss"] == pytest.approx(result["cost"], rel=1e-5)
    assert not [name for name in result if name.startswith("top_")]


def test_one_output_speaks_for_both_classes(table: Path) -> None:
    result, a, y = measured(table, "two", "[2, 4, 1]")
    assert result["roc_auc"] == roc_auc(a[:, 0], y[:, 0] == 1)
    assert result["per_class"][0]["average_precision"] == average_precision(-a[:, 0], y[:, 0] == 0)
    assert result["log_loss"] == pytest.approx(result["cost"], rel=1e-5)


@pytest.mark.parametrize(
    "more",
    ["output: identity\ncost: hinge\n", "output: identity\ncost: quadratic\n", "output: sigmoid\ncost: quadratic\n"],
)
def test_scores_that_are_no_probabilities_are_ranked_and_have_no_log_loss(table: Path, more: str) -> None:
    result, a, y = measured(table, "three", "[2, 4, 3]", more + "learning_rate: 0.001\n")
    assert result["log_loss"] is None
    each = [roc_auc(a[:, c], y[:, c] == 1) for c in range(3)]
    assert [one["roc_auc"] for one in result["per_class"]] == each
    assert result["roc_auc"] == pytest.approx(np.mean(each))
    assert 0 < result["top_2"] <= 1


def test_labels_are_judged_one_by_one(table: Path) -> None:
    result, a, y = measured(table, "[u, v]", "[2, 4, 2]", "output: sigmoid\ncost: cross_entropy\n")
    assert result["log_loss"] == pytest.approx(result["cost"] / 2, rel=1e-5)
    assert result["roc_auc"] == pytest.approx(np.mean([roc_auc(a[:, c], y[:, c] == 1) for c in range(2)]))
    assert not {"balanced_accuracy", "confusion", "top_2"} & set(result)


def test_a_class_without_examples_has_no_rank_and_is_left_out_of_the_mean(table: Path) -> None:
    _, _, _ = measured(table, "three", "[2, 4, 3]")
    trained = load_trained(table / "run" / "weights.npz")
    examples = examples_of(trained, "train")
    some = examples.y[:, 2] == 0
    fewer = type(examples)(examples.x[some], examples.y[some], None, examples.rows[some])
    result = evaluate(trained, fewer, "data")
    first, second, absent = result["per_class"]
    assert (absent["roc_auc"], absent["average_precision"], absent["examples"]) == (None, None, 0)
    assert result["roc_auc"] == pytest.approx((first["roc_auc"] + second["roc_auc"]) / 2)
    assert result["balanced_accuracy"] == pytest.approx((first["recall"] + second["recall"]) / 2)


def test_numbers_without_a_spread_have_no_r2(table: Path) -> None:
    more = "learning_rate: 0.001\n"
    result, _, _ = measured(table, "number", "[2, 1]", more)
    assert math.isfinite(result["r2"])
    assert result["explained_variance"] >= result["r2"]
    (table / "run").rename(table / "first")
    result, _, _ = measured(table, "number", "[2, 1]", more, rows="0:1")
    assert (result["r2"], result["explained_variance"]) == (None, None)
    assert result["mae"] >= 0


def test_an_r2_that_is_not_defined_cannot_be_watched(table: Path) -> None:
    data = "{train: t.csv, features: [a, b], target: number, validation: {path: t.csv, rows: '3:4'}}"
    text = f"layers: [2, 1]\ndata: {data}\nearly_stopping: {{monitor: validation.r2}}\n"
    (table / "c.yaml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        TrainingRun(read_config(str(table / "c.yaml")))
    assert "c.yaml:3:27: early_stopping.monitor: there is no R² where targets are all the same" in str(caught.value)


def test_every_figure_can_be_a_gate_and_is_shown(table: Path) -> None:
    classes, _, _ = measured(table, "three", "[2, 4, 3]")
    (table / "run").rename(table / "first")
    numbers, _, _ = measured(table, "number", "[2, 1]", "learning_rate: 0.001\n")
    found = {name for name, value in (classes | numbers).items() if isinstance(value, float)}
    assert found <= set(METRICS)
