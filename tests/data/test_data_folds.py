"""Folds of the training rows: which rows are held out, and what is fitted on the rest."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bpcli.data.loading import load, load_split
from bpcli.data.preprocessing import Recipe
from bpcli.data.source import Source
from bpcli.data.splits import Fold
from bpcli.errors import DataError

FOLDER = Path(__file__).parents[2] / "datasets"
FLOAT64 = np.dtype(np.float64)
IRIS = Source(FOLDER / "iris.csv", "iris.csv")
WINE = Source(FOLDER / "wine.csv", "wine.csv")  # 59, 71 and 48 of its classes
DIABETES = Source(FOLDER / "diabetes.csv", "diabetes.csv")


@pytest.mark.parametrize("count", [2, 5, 7, 48])
def test_folds_share_no_row_leave_none_out_and_are_alike(count: int) -> None:
    folds = [load(WINE, None, Fold(number, count), Recipe(), 1, FLOAT64) for number in range(1, count + 1)]
    tests = [fold.test for fold in folds if fold.test is not None]
    assert sorted(row for test in tests for row in test.rows) == list(range(178))
    for fold, test in zip(folds, tests):
        assert sorted([*fold.train.rows, *test.rows]) == list(range(178))
    assert np.ptp([len(test) for test in tests]) <= 1
    assert np.ptp([test.y.sum(axis=0) for test in tests], axis=0).max() <= 1


def test_folds_are_drawn_from_the_seed() -> None:
    def rows(seed: int) -> list[int]:
        test = load(IRIS, None, Fold(1, 5), Recipe(), seed, FLOAT64).test
        assert test is not None
        return test.rows.tolist()

    assert rows(1) == rows(1) == sorted(rows(1))
    assert rows(1) != rows(2)


def test_scaling_is_fitted_on_what_the_fold_and_the_validation_rows_leave() -> None:
    prepared = load(DIABETES, 0.2, Fold(2, 4), Recipe(), 1, FLOAT64)
    assert prepared.validation is not None
    assert prepared.test is not None
    assert (len(prepared.test), len(prepared.validation), len(prepared.train)) == (111, 66, 265)
    assert not {*prepared.train.rows} & {*prepared.validation.rows, *prepared.test.rows}
    np.testing.assert_allclose(prepared.train.x.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(prepared.train.x.std(axis=0), 1)
    assert np.abs(prepared.test.x.mean(axis=0)).max() > 0.01
    other = load(DIABETES, 0.2, Fold(3, 4), Recipe(), 1, FLOAT64)
    assert other.preparation.shift != prepared.preparation.shift


def test_a_fold_is_found_again() -> None:
    prepared = load(IRIS, 0.1, Fold(3, 5), Recipe(), 1, FLOAT64)
    for name in ("train", "validation", "test"):
        found, _ = load_split(name, IRIS, 0.1, Fold(3, 5), Recipe(), 1, FLOAT64, prepared.preparation)
        made = getattr(prepared, name)
        assert (found.x.tobytes(), found.y.tobytes()) == (made.x.tobytes(), made.y.tobytes())


@pytest.mark.parametrize(
    ("source", "recipe", "count", "told"),
    [
        (WINE, Recipe(), 49, "class 'class_2' has 48 of the 178 training rows, too few for 49 folds"),
        (WINE, Recipe(stratify=False), 179, "178 training rows are too few for 179 folds"),
        (DIABETES, Recipe(), 443, "442 training rows are too few for 443 folds"),
    ],
)
def test_more_folds_than_rows(source: Source, recipe: Recipe, count: int, told: str) -> None:
    with pytest.raises(DataError) as caught:
        load(source, None, Fold(1, count), recipe, 1, FLOAT64)
    assert told in str(caught.value)
    assert len(caught.value.lines) == 1
