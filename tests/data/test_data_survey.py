"""What a first look at a file brings to light: target, task, unfit columns, gaps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest

from bpcli.data.pairs import labels_beside
from bpcli.data.source import Source
from bpcli.data.survey import Survey, survey
from bpcli.errors import DataError

DATASETS = Path(__file__).parents[2] / "datasets"
Look = Callable[..., Survey]


@pytest.fixture
def look(tmp_path: Path) -> Look:
    """Writes a CSV file out of columns and looks at it."""

    def look(target: tuple[str, ...] = (), **columns: list[object]) -> Survey:
        rows = zip(*columns.values())
        lines = [",".join(columns), *(",".join(map(str, row)) for row in rows)]
        (tmp_path / "t.csv").write_text("\n".join(lines) + "\n")
        return survey(Source(tmp_path / "t.csv", "t.csv"), target)

    return look


def measured(count: int = 40, seed: int = 0) -> list[object]:
    """Figures as something measured has them."""
    return [round(float(x), 3) for x in np.random.default_rng(seed).normal(size=count)]


def kinds(*names: object, count: int = 40) -> list[object]:
    return [names[i % len(names)] for i in range(count)]


@pytest.mark.parametrize(
    ("file", "target", "why", "task", "inputs"),
    [
        ("iris.csv", "class", "by its name", "classes", 4),
        ("wine.csv", "class", "by its name", "classes", 13),
        ("penguins.csv", "species", "by its name", "classes", 10),  # three islands and two sexes are five inputs
        ("digits.csv.gz", "class", "by its name", "classes", 64),
        ("diabetes.csv", "progression", "it is the last column", "numbers", 10),
        ("xor.csv", "xor", "it is the last column", "classes", 2),
    ],
)
def test_the_datasets(file: str, target: str, why: str, task: str, inputs: int) -> None:
    found = survey(Source(DATASETS / file, file))
    assert (found.target, found.why_target, found.task, found.inputs) == ((target,), why, task, inputs)
    assert found.features is None


def test_the_figures_are_those_of_the_file() -> None:
    diabetes = survey(Source(DATASETS / "diabetes.csv", "d"))
    y = np.loadtxt(DATASETS / "diabetes.csv", delimiter=",", skiprows=1)[:, -1]
    assert diabetes.magnitude == pytest.approx(float(np.sqrt(np.mean(y**2))))
    assert diabetes.spread == pytest.approx(float(y.std()))
    penguins = survey(Source(DATASETS / "penguins.csv", "p"))
    assert (penguins.missing, penguins.incomplete, penguins.rows) == ("mean", 11, 344)
    assert dict(penguins.classes) == {"Adelie": 152, "Chinstrap": 68, "Gentoo": 124}


def test_a_target_that_is_given_is_taken_without_a_word(look: Look) -> None:
    found = look(("a",), a=measured(), label=kinds("x", "y"))
    assert (found.target, found.why_target, found.task, found.inputs) == (("a",), "", "numbers", 2)


@pytest.mark.parametrize(
    ("name", "values", "task"),
    [
        ("y", [0, 1, 2], "classes"),
        ("y", [1, 2], "classes"),  # two values
        ("y", [-1, 1], "classes"),
        ("class", [1, 2, 3], "classes"),  # kinds that are numbered from 1
        ("quality", [3, 4, 5], "numbers"),
        ("class", [0.5, 1.5, 2.5], "numbers"),
        ("y", ["a", "b"], "classes"),
    ],
)
def test_the_task(look: Look, name: str, values: list[object], task: str) -> None:
    assert look(**{"x": measured(), name: kinds(*values)}).task == task


def test_several_targets_are_labels_when_they_are_0_and_1(look: Look) -> None:
    columns = {"x": measured(), "p": kinds(0, 1), "q": kinds(1, 0, 0), "r": measured(seed=1)}
    assert look(("p", "q"), **columns).task == "labels"
    assert look(("p", "r"), **columns).task == "numbers"


def test_columns_that_are_no_use_are_left_out(look: Look) -> None:
    found = look(
        row=list(range(1, 41)),
        x=measured(),
        person=[f"name {i}" for i in range(40)],
        same=kinds(7),
        word=kinds("only"),
        nothing=kinds(""),
        city=kinds("a", "b", "c"),
        kind=kinds("u", "v"),
    )
    assert found.features == ("x", "city")
    assert dict(found.left_out) == {
        "row": "numbers the rows",
        "person": "has 40 different texts, names rather than kinds",
        "same": "never changes",
        "word": "never changes",
        "nothing": "is empty",
    }


def test_numbers_that_only_go_up_count_the_rows_where_there_are_many(look: Look) -> None:
    ids = [9000 + 7 * row for row in range(40)]
    assert look(id=ids, x=measured(), y=kinds("a", "b")).left_out == {"id": "numbers the rows"}
    assert not look(id=ids[:12], x=measured(12), y=kinds("a", "b", count=12)).left_out
    assert not look(id=sorted(measured()), x=measured(), y=kinds("a", "b")).left_out


def test_few_rows_and_many_columns_are_left_as_they_are(look: Look) -> None:
    assert look(x=[1, 2, 3, 4], name=["a", "b", "c", "d"], y=[0, 0, 1, 1]).features is None
    wide = {f"p{j}": kinds(0) if j < 3 else measured(seed=j) for j in range(40)}
    found = look(**wide, kind=kinds("u", "v"))
    assert (found.features, found.constant) == (None, 3)


def test_gaps(look: Look) -> None:
    gaps = [*measured(37), "", "NA", "?"]
    assert look(x=gaps, y=kinds("u", "v")).missing == "mean"
    found = look(x=measured(), y=[*kinds("u", "v", count=38), "", "NA"])
    assert (found.missing, found.rows, found.incomplete) == ("drop", 38, 2)


@pytest.mark.parametrize(
    ("columns", "target", "complaint"),
    [
        ({"x": measured(), "clas": kinds("u", "v")}, ("class",), "t.csv: no column 'class' (did you mean 'clas'?"),
        ({"x": kinds(1), "y": kinds("u", "v")}, (), "t.csv: no column is fit to predict 'y' from (x never changes)"),
        ({"x": measured(), "y": kinds(5)}, (), "t.csv: column 'y' never changes, so there is nothing to predict"),
        ({"x": measured(), "y": kinds("u")}, (), "t.csv: column 'y' holds one class only ('u')"),
        (
            {"x": measured(80), "y": [f"text {i}" for i in range(80)]},
            (),
            "t.csv: column 'y' has 80 different texts in 80 rows, names rather than classes (--target names",
        ),
        ({"x": [*measured(39), "x"], "y": kinds("u", "v")}, ("x",), "t.csv:41: column 'x': 'x' is not a number"),
        ({"x": [*measured(39), "inf"], "y": kinds("u", "v")}, (), "t.csv:41: column 'x': inf is not a finite number"),
    ],
)
def test_what_cannot_be_learnt(
    look: Look, columns: dict[str, list[object]], target: tuple[str, ...], complaint: str
) -> None:
    with pytest.raises(DataError) as error:
        look(target, **columns)
    assert str(error.value).startswith(complaint)


def test_a_column_with_a_stray_text_is_left_out(look: Look) -> None:
    found = look(x=measured(), z=[*measured(39), "oops"], y=kinds("u", "v"))
    assert dict(found.left_out) == {"z": "holds neither numbers nor texts alone"}


def test_formats_that_say_what_the_target_is(tmp_path: Path) -> None:
    x, y = np.random.default_rng(0).normal(size=(40, 3)), np.arange(40) % 2
    np.savez(tmp_path / "d.npz", X=x, y=y)
    found = survey(Source(tmp_path / "d.npz", "d.npz"))
    assert (found.target, found.why_target, found.scale) == (("y",), "", "standard")
    np.savez(tmp_path / "d.npz", X=x)
    with pytest.raises(DataError, match=r"d.npz: holds inputs alone"):
        survey(Source(tmp_path / "d.npz", "d.npz"))


def test_pictures_are_divided(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, size=(40, 64), dtype=np.uint8)
    np.savez(tmp_path / "d.npz", X=pixels, y=np.arange(40) % 2)
    assert survey(Source(tmp_path / "d.npz", "d.npz")).scale == ("divide", 255.0)
    np.savez(tmp_path / "d.npz", X=pixels // 16, y=np.arange(40) % 2)
    assert survey(Source(tmp_path / "d.npz", "d.npz")).scale == "standard"


def test_dates_of_parquet_are_left_out(tmp_path: Path) -> None:
    when = pyarrow.array([0] * 40, pyarrow.date32())
    table = pyarrow.table({"x": measured(), "kind": kinds("u", "v"), "when": when})
    pyarrow.parquet.write_table(table, tmp_path / "d.parquet")
    found = survey(Source(tmp_path / "d.parquet", "d.parquet"))
    assert (found.target, found.features, set(found.left_out)) == (("kind",), ("x",), {"when"})


@pytest.mark.parametrize(
    ("inputs", "labels"),
    [
        ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"),
        ("train-images-idx3-ubyte", "train-labels-idx1-ubyte.gz"),
        ("t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte"),
        ("X.npy", "y.npy"),
        ("X_train.npy", "y_train.npy"),
        ("x-test.npy", "y-test.npy"),
        ("inputs.npy", "targets.npy"),
        ("train_images.npy", "train_labels.npy"),
    ],
)
def test_labels_are_found_by_their_names(tmp_path: Path, inputs: str, labels: str) -> None:
    assert labels_beside(tmp_path / inputs) is None
    (tmp_path / labels).touch()
    assert labels_beside(tmp_path / inputs) == tmp_path / labels


@pytest.mark.parametrize("name", ["pixels.npy", "box.npy", "y.npy"])
def test_other_names_have_no_labels(tmp_path: Path, name: str) -> None:
    for other in ("labels.npy", "boy.npy", name):
        (tmp_path / other).touch()
    assert labels_beside(tmp_path / name) is None
