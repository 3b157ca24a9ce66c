"""The configs that `bpcli init` writes: right, valid, commented, and as good as a linear model or better."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schema_verdicts import parsed, validator
from sklearn.linear_model import LinearRegression, LogisticRegression

from bpcli.data.loading import Examples
from bpcli.data.source import Source
from bpcli.data.survey import Survey, survey
from bpcli.spec import build
from bpcli.spec.agreement import complete
from bpcli.spec.reading import Config, read_config
from bpcli.spec.sources import read_data
from bpcli.spec.starter import starter

DATASETS = Path(__file__).parents[2] / "datasets"
SEEDS = range(1, 5)
TABLES = ["iris.csv", "wine.csv", "penguins.csv", "diabetes.csv", "digits.csv.gz"]


@cache
def looked_at(file: str) -> Survey:
    return survey(Source(DATASETS / file, file))


def written(folder: Path, found: Survey, train: str | dict[str, str]) -> Path:
    path = folder / "c.yaml"
    path.write_text(starter(found, "data", train, "c.yaml"), encoding="utf-8")
    return path


def trained(config: Config) -> tuple[float, float]:
    """R² or accuracy on the test rows (the training rows where there are none): the network's and a linear model's."""
    prepared = read_data(config.spec)
    config = replace(config, spec=complete(config, prepared))
    trainer = build.trainer(config, prepared, None)
    for _ in trainer.run():
        pass
    train, test = prepared.train, prepared.test or prepared.train
    figures = trainer.evaluator.measure(trainer.kept, test)
    numbers = prepared.preparation.task == "numbers"
    if numbers:
        model = LinearRegression().fit(train.x, train.y)
        return figures["r2"], model.score(test.x, test.y)
    model = LogisticRegression(max_iter=3000).fit(train.x, train.y.argmax(axis=1))
    return figures["accuracy"], model.score(test.x, test.y.argmax(axis=1))


def largest_share(rows: Examples) -> float:
    """What always saying the most frequent class reaches."""
    return float(rows.y.mean(axis=0).max())


@pytest.mark.parametrize("file", TABLES)
def test_it_trains_to_a_good_result(tmp_path: Path, file: str) -> None:
    """As good as a linear model on the same rows, to within 2.5 points in the mean over four seeds."""
    path = written(tmp_path, looked_at(file), str(DATASETS / file))
    results = [trained(read_config(str(path), [f"seed={seed}"])) for seed in SEEDS]
    network, linear = np.mean(results, axis=0)
    assert network >= linear - 0.025
    test = read_data(read_config(str(path)).spec).test
    assert test is not None
    if looked_at(file).classes:
        assert network >= largest_share(test) + 0.4


def test_four_rows_of_exclusive_or_are_learnt(tmp_path: Path) -> None:
    path = written(tmp_path, looked_at("xor.csv"), str(DATASETS / "xor.csv"))
    spec = read_config(str(path)).spec
    assert (spec.data.validation, spec.data.test, spec.batch_size) == (None, None, "all")
    assert [trained(read_config(str(path), [f"seed={seed}"]))[0] for seed in SEEDS] == [1.0] * 4


@pytest.mark.parametrize("size", [1e-2, 1.0, 1e3, 1e6])
def test_numbers_of_any_size_are_learnt(tmp_path: Path, size: float) -> None:
    """Targets are not scaled, so the rates have to be; the data is a bend that no linear model can follow."""
    generator = np.random.default_rng(3)
    x = generator.uniform(-2, 2, size=(400, 3))
    y = (x[:, 0] ** 2 + x[:, 1] + 3) * size
    np.savez(tmp_path / "d.npz", X=x, y=y)
    path = written(tmp_path, survey(Source(tmp_path / "d.npz", "d")), "d.npz")
    network, linear = trained(read_config(str(path)))
    assert linear < 0.7
    assert network > 0.9


@pytest.mark.parametrize("file", [*TABLES, "xor.csv"])
def test_it_is_commented_valid_and_no_wider_than_a_page(tmp_path: Path, file: str) -> None:
    text = written(tmp_path, looked_at(file), file).read_text(encoding="utf-8")
    assert [error.message for error in validator().iter_errors(parsed(text))] == []
    lines = text.splitlines()
    assert [line for line in lines if len(line) > 116] == []
    assert [line for line in lines if line and "#" not in line and line != "data:"] == []
    assert text == starter(looked_at(file), "data", file, "c.yaml")


def test_targets_that_are_hard_to_reach_are_named() -> None:
    diabetes = looked_at("diabetes.csv")
    for found, said in [
        (diabetes, False),
        (replace(diabetes, magnitude=2000.0, spread=5.0), True),
        (replace(diabetes, magnitude=0.01, spread=0.005), True),
        (looked_at("iris.csv"), False),
    ]:
        words = starter(found, "d", "d", "c.yaml").replace("#", " ").split()
        assert ("they would be learnt better" in " ".join(words)) == said


def test_its_suggestions_are_right_too(tmp_path: Path) -> None:
    """A line that is a comment is a key that is right as it stands."""
    found = replace(looked_at("iris.csv"), classes={"a": 10, "b": 100})
    lines = starter(found, "d", str(DATASETS / "iris.csv"), "c.yaml").splitlines()
    suggested = [line.removeprefix("# ") for line in lines if line.startswith("# ") and ": " in line][-4:]
    assert [line.partition(":")[0] for line in suggested] == ["dropout", "early_stopping", "class_weight", "expect"]
    (tmp_path / "c.yaml").write_text("\n".join([*lines, *suggested]), encoding="utf-8")
    assert read_config(str(tmp_path / "c.yaml")).spec.class_weight == "balanced"


def test_even_classes_need_no_weights() -> None:
    assert "class_weight" not in starter(looked_at("iris.csv"), "d", "d", "c.yaml")


def test_a_class_of_two_rows_is_not_shared_out(tmp_path: Path) -> None:
    rows = [*(f"{i % 7 + i / 9},a" for i in range(40)), *(f"{-i},b" for i in range(40)), "5,c", "6,c"]
    (tmp_path / "d.csv").write_text("x,kind\n" + "\n".join(rows) + "\n")
    path = written(tmp_path, survey(Source(tmp_path / "d.csv", "d")), "d.csv")
    config = read_config(str(path))
    assert config.spec.data.stratify is False
    assert trained(config)[0] > 0.7


def digits() -> tuple[np.ndarray, np.ndarray]:
    with gzip.open(DATASETS / "digits.csv.gz", "rt") as file:
        rows = np.loadtxt(file, delimiter=",", skiprows=1)
    return rows[:300, :-1], rows[:300, -1].astype(np.int64)


def idx(values: np.ndarray) -> bytes:
    head = bytes([0, 0, 8, values.ndim]) + b"".join(size.to_bytes(4, "big") for size in values.shape)
    return head + values.astype(np.uint8).tobytes()


def in_every_format(folder: Path) -> Iterator[Source]:
    """The same 300 digits in each format that can be read."""
    x, y = digits()
    columns = {**{f"p{j}": x[:, j] for j in range(64)}, "digit": y}
    for form, delimiter in (("csv", ","), ("tsv", "\t")):
        lines = [list(columns), *zip(*(values.tolist() for values in columns.values()))]
        text = "\n".join(delimiter.join(map(str, line)) for line in lines) + "\n"
        (folder / f"d.{form}").write_text(text)
        (folder / f"d.{form}.gz").write_bytes(gzip.compress(text.encode()))
        yield from (Source(folder / name, name) for name in (f"d.{form}", f"d.{form}.gz"))
    np.savez(folder / "d.npz", X=x, y=y)
    yield Source(folder / "d.npz", "d.npz")
    pyarrow.parquet.write_table(pyarrow.table(columns), folder / "d.parquet")
    yield Source(folder / "d.parquet", "d.parquet")
    np.save(folder / "X.npy", x)
    np.save(folder / "y.npy", y)
    yield Source(folder / "X.npy", "X.npy", folder / "y.npy", "y.npy")
    (folder / "images-idx3-ubyte").write_bytes(idx(x.reshape(-1, 8, 8) * 15))
    (folder / "labels-idx1-ubyte").write_bytes(idx(y))
    yield Source(folder / "images-idx3-ubyte", "i", folder / "labels-idx1-ubyte", "l")


def test_every_format_trains(tmp_path: Path) -> None:
    seen = []
    for source in in_every_format(tmp_path):
        pair = {"images": source.path.name, "labels": source.labels.name} if source.labels else source.path.name
        path = written(tmp_path, survey(source), pair)
        assert validator().is_valid(parsed(path.read_text(encoding="utf-8")))
        assert trained(read_config(str(path)))[0] >= 0.85, source
        seen.append(source.path.name)
    assert len(seen) == 8


NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80)
ODD = ["a: b", "#1", "- x", "null", "true", "~", "1e3", "010", "[a]", "{a}", "'", '"', "\\", "a\nb", "\t", " ", "\x00"]
ODD += [
    "name: 'x' # y",
    "\u202e",
    "\u2028",
    "\x85",
    "\ufeff",
    "é",
    "日本",
    "😀",
    "a,b",
    "&a",
    "*a",
    "!a",
    "%a",
    "@a",
    "<<",
]


@settings(max_examples=300, deadline=None)
@given(st.lists(NAMES | st.sampled_from(ODD), min_size=3, max_size=40, unique=True))
def test_names_of_columns_come_back_as_they_were(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    *features, left_out, target = names
    found = replace(looked_at("iris.csv"), target=(target,), features=tuple(features), left_out={left_out: "is empty"})
    text = starter(replace(found, classes=dict.fromkeys(names, 9)), left_out, "d.csv", "c.yaml")
    path = tmp_path_factory.getbasetemp() / "names.yaml"
    path.write_bytes(text.encode())
    data = read_config(str(path)).spec.data
    assert (data.target, data.features) == ((target,), tuple(features))


def test_hostile_names_in_a_file(tmp_path: Path) -> None:
    names = [name for name in ODD if name.strip() == name and name != "\x00" and name != "\ufeff"]
    values = np.random.default_rng(0).normal(size=(50, len(names)))
    with (tmp_path / "d.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["same: 1", *names, "what: #?"])
        writer.writerows([7, *map(float, row), "u" if row[0] > 0 else "v"] for row in values)
    found = survey(Source(tmp_path / "d.csv", "d"))
    prepared = read_data(read_config(str(written(tmp_path, found, "d.csv"))).spec)
    assert prepared.preparation.columns.features == tuple(names)
    assert prepared.preparation.columns.target == ("what: #?",)
