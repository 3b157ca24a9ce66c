"""Recipes fitted to tables: columns, task, classes and scaling."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from bpcli.data.preparation import Preparation
from bpcli.data.preprocessing import Recipe, describe, fit
from bpcli.data.table import Column, Scale, Table
from bpcli.errors import DataError

FLOAT64 = np.dtype(np.float64)
NO_RECIPE = Recipe()


def table(target: Sequence[float] | Sequence[str], **features: Sequence[float | str | None]) -> Table:
    """A table as a CSV reader gives it; without features it gets one."""
    columns: dict[str, Column] = {}
    for name, cells in ({"x": range(len(target))} | features | {"y": target}).items():
        texts = [cell for cell in cells if isinstance(cell, str)]
        columns[name] = [*cells] if texts else np.array([np.nan if c is None else c for c in cells], float)
    return Table("a.csv", columns, ("y",), lines=np.arange(2, 2 + len(target)))


def described(table: Table, recipe: Recipe = NO_RECIPE) -> Preparation:
    return describe(table, np.arange(len(table)), recipe)


def message(table: Table, recipe: Recipe = NO_RECIPE) -> str:
    with pytest.raises(DataError) as caught:
        described(table, recipe)
    return str(caught.value)


@pytest.mark.parametrize(
    ("target", "recipe", "task", "classes"),
    [
        (["b", "a", "b"], Recipe(), "classes", ("a", "b")),
        ([0, 1, 2, 1], Recipe(), "classes", ("0", "1", "2")),
        ([1, 2, 1], Recipe(), "numbers", ()),  # 0 does not occur
        ([0, 2, 0], Recipe(), "numbers", ()),  # nor does 1
        ([0, 1, 0.5], Recipe(), "numbers", ()),
        ([0, 0], Recipe(), "numbers", ()),
        (range(100), Recipe(), "classes", tuple(str(i) for i in range(100))),
        (range(101), Recipe(), "numbers", ()),
        ([5, 10, 5], Recipe(classes_implied=True), "classes", ("5", "10")),
        ([5, 10.5, 5], Recipe(task="classes"), "classes", ("5", "10.5")),
        ([0, 1, 2], Recipe(task="numbers", classes_implied=True), "numbers", ()),
    ],
)
def test_the_task(target: list[float], recipe: Recipe, task: str, classes: tuple[str, ...]) -> None:
    preparation = described(table(target), recipe)
    assert (preparation.task, preparation.classes) == (task, classes)


def test_two_classes_may_share_an_output() -> None:
    both = table(["no", "yes", "no"])
    rows = np.arange(3)
    one, two = described(both, Recipe(one_output=True)), described(both)
    assert one.targets(both, rows, FLOAT64).tolist() == [[0], [1], [0]]
    assert two.targets(both, rows, FLOAT64).tolist() == [[1, 0], [0, 1], [1, 0]]
    assert (one.output_names, two.output_names) == (("y",), ("no", "yes"))


def test_several_target_columns_are_labels_or_numbers() -> None:
    both = table([0, 1], x=[0.5, 0.5], z=[1, 1])
    labels = described(both, Recipe(target=("z", "y"), classes_implied=True))
    assert (labels.task, labels.output_names) == ("labels", ("z", "y"))
    assert labels.targets(both, np.arange(2), FLOAT64).tolist() == [[1, 0], [1, 1]]
    assert described(both, Recipe(target=("z", "y"))).task == "numbers"
    wrong = described(both, Recipe(target=("x", "y"), task="classes"))
    with pytest.raises(DataError) as caught:
        wrong.targets(both, np.arange(2), FLOAT64)
    assert str(caught.value).startswith("a.csv:2: column 'x': 0.5 is no label: ")


def test_features_are_all_columns_but_target_and_weight() -> None:
    both = table([0, 1], x=[1, 2], w=[1, 1], z=[3, 4])
    assert described(both, Recipe(weight="w")).columns.features == ("x", "z")
    assert described(both, Recipe(features=("z", "x"))).columns.features == ("z", "x")


@pytest.mark.parametrize(
    ("target", "recipe", "told"),
    [
        (["a", "a"], Recipe(), "a.csv: column 'y' holds one class only ('a'), and at least two are needed"),
        (
            ["a", "b", "c"],
            Recipe(one_output=True),
            "a.csv: column 'y' holds 3 classes, and one output tells two apart (task: numbers takes them for numbers)",
        ),
        (
            [1, 1.5],
            Recipe(classes_implied=True),
            "a.csv:3: column 'y': 1.5 is no whole number, and the output or cost asks for classes "
            "(task: classes takes every value for a class)",
        ),
        ([0, np.inf], Recipe(), "a.csv:3: column 'y': inf is not a finite number"),
        (
            [0, np.nan],
            Recipe(missing="mean"),
            "a.csv:3: column 'y': the cell is missing (missing: drop leaves such rows out)",
        ),
        ([0, 1], Recipe(target=("Y",)), "a.csv: no column 'Y' (did you mean 'y'? columns: x, y)"),
        ([0, 1], Recipe(weight="age"), "a.csv: no column 'age' (columns: x, y)"),
        (
            [0, 1],
            Recipe(features=("x", "y")),
            "a.csv: column 'y' cannot be a feature and the target or weight too",
        ),
        ([0, 1], Recipe(weight="x"), "a.csv: has no column for a feature beside the target 'y'"),
    ],
)
def test_what_does_not_fit_is_one_clear_line(target: list[float], recipe: Recipe, told: str) -> None:
    assert message(table(target), recipe) == told


def test_text_is_not_taken_for_numbers() -> None:
    text = table(["a", "b"])
    preparation = described(text, Recipe(task="numbers"))
    with pytest.raises(DataError) as caught:
        preparation.targets(text, np.arange(2), FLOAT64)
    assert str(caught.value) == "a.csv:2: column 'y': 'a' is not a number"


def test_missing_cells_are_told_dropped_or_filled() -> None:
    gaps = table([0, 1, 0, 1], x=[1, None, 3, 8], t=["a", "b", None, "a"])
    assert message(gaps) == (
        "a.csv:3: column 'x': the cell is missing (missing: drop leaves such rows out, missing: mean fills them)"
    )
    rows = np.arange(4)
    assert described(gaps, Recipe(missing="drop")).complete_rows(gaps, rows).tolist() == [0, 3]
    filled = fit(described(gaps, Recipe(missing="mean")), gaps, rows, "none")
    assert filled.input_names == ("x", "t=a", "t=b")
    expected: list[list[float]] = [[1, 1, 0], [4, 0, 1], [3, 2 / 3, 1 / 3], [8, 1, 0]]
    np.testing.assert_allclose(filled.inputs(gaps, rows, FLOAT64), expected, rtol=1e-15)


def test_nothing_left_to_train_on() -> None:
    empty = table([0, 1], x=[None, None])
    assert message(empty, Recipe(missing="drop")) == "a.csv: no row is left, each has a missing cell"
    with pytest.raises(DataError) as caught:
        fit(described(empty, Recipe(missing="mean")), empty, np.arange(2), "none")
    assert str(caught.value) == "a.csv: column 'x' is missing in every training row and has no mean"


@pytest.mark.parametrize(("scale", "scaler"), [("standard", StandardScaler()), ("minmax", MinMaxScaler())])
def test_scaling_equals_scikit_learn(scale: Scale, scaler: StandardScaler | MinMaxScaler) -> None:
    x = np.random.default_rng(0).normal([5, -300, 0.1], [1, 50, 0], size=(10_000, 3))
    numbers = table(x[:, 0].tolist(), **{f"x{j}": x[:, j].tolist() for j in range(3)})
    train = np.arange(0, 10_000, 2)
    recipe = Recipe(features=("x0", "x1", "x2"), task="numbers")
    ours = fit(described(numbers, recipe), numbers, train, scale).inputs(numbers, np.arange(10_000), FLOAT64)
    theirs = scaler.fit(x[train]).transform(x)
    np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12)


def test_division_leaves_categories_alone() -> None:
    mixed = table([0, 1], x=[51, 255], t=["a", "b"])
    preparation = fit(described(mixed), mixed, np.arange(2), ("divide", 255.0))
    assert preparation.inputs(mixed, np.arange(2), FLOAT64).tolist() == [[0.2, 1, 0], [1, 0, 1]]


def test_a_constant_input_becomes_zero() -> None:
    constant = table([0, 1, 0], x=[0.1, 0.1, 0.1])
    scales: list[Scale] = ["standard", "minmax"]
    for scale in scales:
        preparation = fit(described(constant), constant, np.arange(3), scale)
        assert preparation.inputs(constant, np.arange(3), FLOAT64).tolist() == [[0], [0], [0]]
