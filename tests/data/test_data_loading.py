"""From files to examples, on the data sets that come with the project."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bpcli.data.loading import Examples, HeldOut, SplitName, load, load_inputs, load_one, load_split
from bpcli.data.preparation import Preparation
from bpcli.data.preprocessing import Recipe
from bpcli.data.source import Source
from bpcli.data.stored import preparation_as_json, preparation_from_json
from bpcli.errors import DataError

FOLDER = Path(__file__).parents[2] / "datasets"
FLOAT32 = np.dtype(np.float32)
MEASURES = ("bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g")


def data(name: str, rows: tuple[int, int] | None = None) -> Source:
    return Source(FOLDER / name, name, rows=rows)


def write(folder: Path, content: str) -> Source:
    (folder / "a.csv").write_text(content)
    return Source(folder / "a.csv", "a.csv")


def same(one: Examples | None, other: Examples | None) -> bool:
    assert one is not None
    assert other is not None
    return one.x.tobytes() == other.x.tobytes() and one.y.tobytes() == other.y.tobytes()


@pytest.mark.parametrize(
    ("name", "recipe", "task", "shapes"),
    [
        ("iris.csv", Recipe(), "classes", ((105, 4), 15, 30, 3)),
        ("digits.csv.gz", Recipe(), "classes", ((1258, 64), 180, 359, 10)),
        ("diabetes.csv", Recipe(), "numbers", ((310, 10), 44, 88, 1)),
        ("wine.csv", Recipe(), "classes", ((124, 13), 18, 36, 3)),
        ("penguins.csv", Recipe(("species",), MEASURES, missing="drop"), "classes", ((240, 4), 34, 68, 3)),
        ("penguins.csv", Recipe(("species",), missing="drop"), "classes", ((233, 10), 33, 67, 3)),
        ("penguins.csv", Recipe(("species",), missing="mean"), "classes", ((241, 10), 34, 69, 3)),
    ],
)
def test_the_data_sets_load(name: str, recipe: Recipe, task: str, shapes: tuple[object, ...]) -> None:
    prepared = load(data(name), 0.1, 0.2, recipe, 1, FLOAT32)
    assert prepared.validation is not None
    assert prepared.test is not None
    train, validation, test = prepared.train, prepared.validation, prepared.test
    assert prepared.preparation.task == task
    assert (train.x.shape, len(validation), len(test), train.y.shape[1]) == shapes
    assert len({*train.rows, *validation.rows, *test.rows}) == len(train) + len(validation) + len(test)
    assert np.isfinite(train.x).all()
    assert prepared.digests == {name: hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()}


def test_scaling_is_fitted_on_the_rows_that_are_trained_on() -> None:
    prepared = load(data("iris.csv"), None, 0.2, Recipe(), 1, FLOAT32)
    raw = np.loadtxt(FOLDER / "iris.csv", delimiter=",", skiprows=1, usecols=range(4))
    np.testing.assert_allclose(prepared.preparation.shift, raw[prepared.train.rows].mean(axis=0), rtol=1e-14)
    np.testing.assert_allclose(prepared.train.x.mean(axis=0), 0, atol=1e-6)


@pytest.mark.parametrize("name", ["train", "validation", "test"])
@pytest.mark.parametrize("held_out", [0.2, data("iris.csv", (0, 30))])
def test_a_split_is_found_again_with_the_stored_preparation(name: SplitName, held_out: HeldOut) -> None:
    recipe = Recipe(missing="drop")
    prepared = load(data("iris.csv"), held_out, held_out, recipe, 7, FLOAT32)
    stored = preparation_from_json(preparation_as_json(prepared.preparation))
    examples, digests = load_split(name, data("iris.csv"), held_out, held_out, recipe, 7, FLOAT32, stored)
    assert same(examples, getattr(prepared, name))
    assert digests == prepared.digests


def test_the_stored_preparation_is_used_not_a_new_one() -> None:
    preparation = load(data("iris.csv"), None, 0.2, Recipe(), 1, FLOAT32).preparation
    moved = replace(preparation, shift=tuple(value + 1 for value in preparation.shift))
    one = load_split("test", data("iris.csv"), None, 0.2, Recipe(), 1, FLOAT32, preparation)[0]
    other = load_split("test", data("iris.csv"), None, 0.2, Recipe(), 1, FLOAT32, moved)[0]
    np.testing.assert_allclose(one.x - other.x, np.tile(1 / np.array(preparation.divisor), (30, 1)), rtol=1e-5)


def test_rows_of_one_file_make_several_splits() -> None:
    prepared = load(data("iris.csv", (0, 100)), data("iris.csv", (20, 60)), None, Recipe(), 1, FLOAT32)
    assert prepared.validation is not None
    assert prepared.preparation.classes == ("setosa", "versicolor")
    assert np.array_equal(prepared.train.x[20:60], prepared.validation.x)


def test_inputs_need_no_target_and_examples_do(tmp_path: Path) -> None:
    preparation = load(data("iris.csv"), None, None, Recipe(missing="drop"), 1, FLOAT32).preparation
    names = "sepal_length,sepal_width,petal_length,petal_width"
    source = write(tmp_path, f"{names}\n1,2,3,4\n1,NA,3,4\n5,6,7,8\n")
    inputs = load_inputs(source, preparation, FLOAT32)
    assert inputs.x.shape == (2, 4)
    assert inputs.rows.tolist() == [0, 2]
    with pytest.raises(DataError) as caught:
        load_one(source, preparation, FLOAT32)
    assert str(caught.value) == f"a.csv: no column 'class' (columns: {names.replace(',', ', ')})"


def test_a_file_of_its_own_is_prepared_as_stored() -> None:
    prepared = load(data("iris.csv"), None, None, Recipe(), 1, FLOAT32)
    assert same(load_one(data("iris.csv"), prepared.preparation, FLOAT32), prepared.train)


def test_weights(tmp_path: Path) -> None:
    recipe = Recipe(weight="w")
    source = write(tmp_path, "x,w,y\n1,0.5,0\n2,3,1\n")
    prepared = load(source, None, None, recipe, 1, FLOAT32)
    assert prepared.train.weight is not None
    assert prepared.train.weight.tolist() == [0.5, 3]
    unweighted = write(tmp_path, "x,y\n1,0\n2,1\n")
    assert load_one(unweighted, prepared.preparation, FLOAT32).weight is None
    with pytest.raises(DataError) as caught:
        load(write(tmp_path, "x,w,y\n1,1,0\n2,0,1\n"), None, None, recipe, 1, FLOAT32)
    assert str(caught.value) == "a.csv:3: column 'w': a weight must be positive, not 0"


def test_float64_holds_what_float32_cannot(tmp_path: Path) -> None:
    source = write(tmp_path, "x,w,y\n1,1,0.5\n1,1,4e38\n1,1e300,1\n1,1e-300,1\n")
    assert len(load(source, None, None, Recipe(weight="w"), 1, np.dtype(np.float64)).train) == 4


def test_more_inputs_than_memory_holds_are_told_with_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run_out(*arguments: object) -> None:
        raise MemoryError

    source = write(tmp_path, "x,y\n1,0.5\n2,1.5\n")
    preparation = load(source, None, None, Recipe(), 1, FLOAT32).preparation
    monkeypatch.setattr(Preparation, "inputs", run_out)
    for read in (load_one, load_inputs):
        with pytest.raises(DataError) as caught:
            read(source, preparation, FLOAT32)
        assert str(caught.value) == "a.csv: takes more memory than there is"
    monkeypatch.setattr(Preparation, "raw_blocks", run_out)
    with pytest.raises(DataError) as caught:
        load(source, None, None, Recipe(), 1, FLOAT32)
    assert str(caught.value) == "a.csv: takes more memory than there is"


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    runs = [load(data("wine.csv"), 0.2, None, Recipe(), seed, FLOAT32) for seed in (1, 1, 2)]
    assert same(runs[0].validation, runs[1].validation)
    assert not same(runs[0].validation, runs[2].validation)


def test_whole_numbers_are_told_apart_as_classes_or_refused(tmp_path: Path) -> None:
    labels = 2**53 + np.arange(90) % 3
    np.savez(tmp_path / "exact.npz", X=np.arange(180.0).reshape(90, 2), y=labels)
    np.savez(tmp_path / "blurred.npz", X=np.arange(180.0).reshape(90, 2), y=labels.astype(float))
    recipe = Recipe(task="classes")

    def classes(name: str) -> tuple[str, ...]:
        return load(Source(tmp_path / name, name), None, None, recipe, 1, FLOAT32).preparation.classes

    assert classes("exact.npz") == ("9007199254740992", "9007199254740993", "9007199254740994")
    with pytest.raises(DataError) as caught:
        classes("blurred.npz")
    assert str(caught.value).startswith("blurred.npz: row 0: column 'y': classes of 9,007,199,254,740,992 and more")
