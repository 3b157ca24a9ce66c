"""Each hazard on data that it was planted in, and on data that comes close and is sound."""

from __future__ import annotations

import csv
import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bpcli.explain.hazards import HAZARDS
from bpcli.runs.rehearsal import rehearse
from bpcli.spec.reading import read_config

N = 240
HOLDS = {"<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt, "==": operator.eq}
FIRST = '{path: data.csv, rows: "0:200"}'
Columns = dict[str, Any]


@dataclass
class Case:
    """A table, what a config says beside it, and perhaps a second table."""

    columns: Columns
    data: str = "validation: 0.2, test: 0.2"
    keys: str = ""
    second: Columns | None = None
    task: str = "classes"
    train: str = "data.csv"


def sound() -> Columns:
    """Three columns that tell three classes apart well enough."""
    rng = np.random.default_rng(7)
    x = rng.normal(size=(N, 3))
    return {"a": x[:, 0], "b": x[:, 1], "c": x[:, 2], "y": np.argmax(x + 0.3 * rng.normal(size=x.shape), axis=1)}


def numbers() -> Columns:
    columns = sound()
    return columns | {"y": columns["a"] - 2 * columns["b"] ** 2 + 0.1 * columns["c"]}


def cut(columns: Columns, start: int, stop: int) -> Columns:
    return {name: list(values)[start:stop] for name, values in columns.items()}


def put(columns: Columns, rows: Iterable[int], **values: Any) -> Columns:
    """The table with some cells changed."""
    changed = {name: list(column) for name, column in columns.items()}
    for name, value in values.items():
        for row in rows:
            changed[name][row] = value
    return changed


def with_copies(count: int) -> Case:
    """Training and test rows in two files, of which the second begins with some rows of the first."""
    columns = sound()
    rows = [*range(count), *range(200, 240 - count)]
    copied = {name: [values[row] for row in rows] for name, values in columns.items()}
    return Case(cut(columns, 0, 200), "validation: 0.2, test: second.csv", second=copied)


def with_contradictions(count: int) -> Case:
    columns = {name: [*values, *list(values)[:count]] for name, values in sound().items()}
    columns["y"][N:] = [(label + 1) % 3 for label in columns["y"][N:]]
    return Case(columns, "stratify: true")


def pictures(edge: bool) -> Columns:
    """Rows of 25 pixels whose first five are blank, or hold a number of their own."""
    rng = np.random.default_rng(3)
    x = rng.integers(0, 17, size=(N, 25))
    x[0], x[1] = 0, 16
    x[:, :5] = 0 if edge else 7
    return {f"p{j}": x[:, j] for j in range(25)} | {"y": (x[:, 10] + x[:, 11] > 16).astype(int)}


def binary(count: int = N) -> Columns:
    """Three columns of 0 and 1, with which every row meets others like it."""
    x = np.random.default_rng(5).integers(0, 2, size=(count, 3))
    return {"a": x[:, 0], "b": x[:, 1], "c": x[:, 2], "y": x[:, 0] ^ x[:, 1]}


def classes_of(sizes: list[int]) -> Case:
    columns = sound()
    labels = np.repeat(np.arange(len(sizes)), sizes)
    return Case(cut(columns, 0, len(labels)) | {"y": labels}, "stratify: true", "batch_size: 4")


shuffled = np.random.default_rng(2).permutation

PLANTED: list[tuple[str, str, Callable[[], Case]]] = [
    ("shared_rows", "data.test", lambda: Case(sound(), 'test: {path: data.csv, rows: "190:240"}', train=FIRST)),
    (
        "shared_rows",
        "data.validation",
        lambda: Case(sound(), 'validation: {path: second.csv, rows: "190:240"}', second=sound(), train=FIRST),
    ),
    ("duplicates", "data.test", lambda: with_copies(5)),
    ("contradictions", "data.train", lambda: with_contradictions(5)),
    ("missing_class", "data.validation", lambda: _lacking("validation")),
    ("missing_class", "data.test", lambda: _lacking("test")),
    ("missing_class", "data.train", lambda: Case(binary() | {"z": np.zeros(N)}, "target: [y, z]", "output: sigmoid")),
    ("rare_class", "data.train", lambda: classes_of([60, 60, 4])),
    ("small_split", "data.validation", lambda: Case(sound(), f"validation: {19 / N}, test: 0.2")),
    ("small_split", "data.test", lambda: Case(sound(), f"validation: 0.2, test: {5 / N}")),
    ("constant_input", "data.features", lambda: Case({"k": np.full(N, 4.5)} | sound())),
    ("constant_input", "data.features", lambda: Case(pictures(edge=False))),
    ("unscaled_inputs", "data.scale", lambda: _sized(a=50)),
    ("unscaled_inputs", "data.scale", lambda: Case({"year": 2000 + np.arange(N) % 7} | sound(), "scale: none")),
    ("unscaled_inputs", "data.scale", lambda: _sized(a=1e-3, b=1e-3, c=1e-3)),
    ("unscaled_inputs", "data.scale", lambda: _sized(a=5, b=1e-2, c=1e-2)),
    ("target_in_inputs", "data.features", lambda: _copied(lambda y: 3 * y + 2)),
    ("target_in_inputs", "data.features", lambda: _copied(lambda y: np.where(y == 1, 7, 4))),
    ("target_in_inputs", "data.features", lambda: _copied(lambda y: [f"group {label}" for label in y])),
    (
        "target_in_inputs",
        "data.features",
        lambda: Case({"k": 9 - 2 * numbers()["y"]} | numbers(), task="numbers"),
    ),
    ("identifier", "data.features", lambda: Case({"id": np.arange(1, N + 1)} | sound())),
    ("identifier", "data.features", lambda: Case({"id": shuffled(N)} | sound())),
    ("identifier", "data.features", lambda: Case({"id": 10_000 - 17 * np.arange(N)} | sound())),
    ("identifier", "data.features", lambda: Case({"id": [f"P{row:03}" for row in range(N)]} | sound())),
    ("large_target", "data.target", lambda: Case(numbers() | {"y": 2e5 + 4e4 * numbers()["y"]}, task="numbers")),
    ("single_batch", "batch_size", lambda: Case(sound(), keys="batch_size: 145")),
    ("dropped_rows", "drop_last", lambda: Case(sound(), keys="batch_size: 100\ndrop_last: true")),
    ("dropped_rows", "drop_last", lambda: Case(sound(), keys="batch_size: 11\ndrop_last: true\nshuffle: false")),
    ("idle_patience", "early_stopping.patience", lambda: Case(sound(), keys="early_stopping: {patience: 19}")),
    ("idle_patience", "early_stopping.patience", lambda: _unwatched("patience: 40")),
    ("unreachable", "expect.test.accuracy", lambda: _expecting("test.accuracy", ">= 95")),
    ("unreachable", "expect.test.accuracy", lambda: _expecting("test.accuracy", "> 1")),
    ("unreachable", "expect.validation.cost", lambda: _expecting("validation.cost", "< 0")),
    ("unreachable", "expect.epochs", lambda: _expecting("epochs", ">= 21")),
    ("unreachable", "expect.epochs", lambda: _expecting("epochs", "< 1")),
    ("unreachable", "expect.test.r2", lambda: _expecting("test.r2", "> 1", numbers())),
    ("rising_cost", "learning_rate", lambda: Case(sound(), keys="learning_rate: 300")),
    ("rising_cost", "learning_rate", lambda: Case(numbers(), keys="learning_rate: 20", task="numbers")),
]

SOUND: list[tuple[str, Callable[[], Case]]] = [
    ("", lambda: Case(sound())),
    ("", lambda: Case(numbers(), task="numbers")),
    ("shared_rows", lambda: Case(sound(), 'test: {path: data.csv, rows: "200:240"}', train=FIRST)),
    ("duplicates", lambda: with_copies(1)),
    ("duplicates", lambda: Case(binary())),  # where rows meet by chance
    ("contradictions", lambda: with_contradictions(2)),
    ("contradictions", lambda: Case(put(numbers(), range(0, N, 2), a=1, b=1, c=1), task="numbers")),
    ("missing_class", lambda: Case(binary() | {"z": binary()["a"]}, "target: [y, z]", "output: sigmoid")),
    ("rare_class", lambda: classes_of([60, 60, 10])),
    ("rare_class", lambda: classes_of([4, 4, 4])),  # few rows, and no class has fewer than its part
    ("small_split", lambda: Case(sound(), f"validation: {20 / N}, test: {20 / N}")),
    ("small_split", lambda: Case(numbers(), f"validation: {5 / N}, test: {5 / N}", task="numbers")),
    ("constant_input", lambda: Case(pictures(edge=True))),
    ("unscaled_inputs", lambda: _sized(a=5, b=0.2, c=0.2)),
    ("unscaled_inputs", lambda: Case(sound() | {"a": 1e6 * sound()["a"]})),  # standardised
    ("unscaled_inputs", lambda: _sized("{divide: 255}", a=255, b=255, c=255)),
    ("target_in_inputs", lambda: _copied(lambda y: np.where(np.arange(N) == 9, (y + 1) % 3, y))),
    ("target_in_inputs", lambda: Case({"k": numbers()["y"] + 0.01 * sound()["c"]} | numbers(), task="numbers")),
    ("identifier", lambda: Case({"x": 1.37 * np.arange(N)} | sound())),  # in order, but no whole numbers
    ("identifier", lambda: Case({"x": shuffled(N) // 2 * 4} | sound())),  # whole numbers that come twice
    ("identifier", lambda: Case({"x": shuffled(N) ** 2} | sound())),  # all different, far apart, in no order
    ("identifier", lambda: Case({"x": [f"P{row % 60}" for row in range(N)]} | sound())),
    ("large_target", lambda: Case(numbers() | {"y": 100 * numbers()["y"]}, task="numbers")),
    ("single_batch", lambda: Case(sound(), keys="batch_size: 144")),
    ("single_batch", lambda: Case(sound(), keys="batch_size: all")),
    ("dropped_rows", lambda: Case(sound(), keys="batch_size: 11\ndrop_last: true")),
    ("dropped_rows", lambda: Case(sound(), keys="batch_size: 12\ndrop_last: true\nshuffle: false")),
    ("dropped_rows", lambda: Case(sound(), keys="batch_size: 100")),
    ("idle_patience", lambda: Case(sound(), keys="early_stopping: {patience: 18}")),
    ("idle_patience", lambda: Case(sound(), keys="early_stopping: {monitor: validation.accuracy, patience: 50}")),
    ("unreachable", lambda: _expecting("test.accuracy", ">= 1")),
    ("unreachable", lambda: _expecting("test.accuracy", "< 0.5")),
    ("unreachable", lambda: _expecting("validation.cost", "<= 0")),
    ("unreachable", lambda: _expecting("epochs", ">= 20")),
    ("unreachable", lambda: _expecting("test.r2", "< -5", numbers())),
    ("unreachable", lambda: _poisson("< -5")),  # a cost that may be below 0
    ("rising_cost", lambda: Case(sound(), keys="learning_rate: 1")),
]  # fmt: skip


def _lacking(split: str) -> Case:
    columns = sound()
    keep = [row for row in range(200, N) if columns["y"][row] != 2]
    second = {name: [values[row] for row in keep] for name, values in columns.items()}
    other = "test" if split == "validation" else "validation"
    return Case(cut(columns, 0, 200), f"{split}: second.csv, {other}: 0.2", second=second)


def _sized(scale: str = "none", **factors: float) -> Case:
    columns = sound()
    return Case(columns | {name: factor * columns[name] for name, factor in factors.items()}, f"scale: {scale}")


def _copied(made: Callable[[Any], Any]) -> Case:
    columns = sound()
    return Case({"k": made(columns["y"])} | columns)


def _expecting(metric: str, condition: str, columns: Columns | None = None) -> Case:
    keys = f"expect: {{{metric}: '{condition}'}}"
    return Case(columns or sound(), keys=keys, task="numbers" if columns else "classes")


def _unwatched(stopping: str) -> Case:
    return Case(sound(), "test: 0.2", keys=f"early_stopping: {{monitor: running.cost, {stopping}}}")


def _poisson(condition: str) -> Case:
    counts = np.random.default_rng(1).poisson(np.exp(1 + 0.5 * sound()["a"]))
    keys = f"cost: poisson\nlearning_rate: 0.01\nexpect: {{test.cost: '{condition}'}}"
    return Case(sound() | {"y": counts}, keys=keys, task="numbers")


def hazards_in(case: Case, folder: Path) -> list[dict[str, Any]]:
    for name, columns in (("data.csv", case.columns), ("second.csv", case.second)):
        if columns is not None:
            with (folder / name).open("w", newline="") as file:
                rows = zip(*(np.asarray(values).tolist() for values in columns.values()))
                csv.writer(file).writerows([list(columns), *rows])
    data = f"{{train: {case.train}, task: {case.task}, {case.data}}}"
    text = f"layers: [auto, 6, auto]\nepochs: 20\n{case.keys}\ndata: {data}\n"
    (folder / "config.yaml").write_text(text)
    found: list[dict[str, Any]] = rehearse(read_config(str(folder / "config.yaml")))["hazards"]
    return found


@pytest.mark.parametrize(("name", "where", "planted"), PLANTED)
def test_what_is_planted_is_found(name: str, where: str, planted: Callable[[], Case], tmp_path: Path) -> None:
    (found,) = [hazard for hazard in hazards_in(planted(), tmp_path) if hazard["name"] == name]
    assert found["where"] == where
    comparison, bound = found["condition"].split()
    assert found["value"] is None or not HOLDS[comparison](found["value"], float(bound))
    assert found["place"].startswith(str(tmp_path / "config.yaml"))
    for said in (found["meaning"], found["advice"]):
        assert said == said.strip()
        assert not said.endswith(".")
        assert "  " not in said


@pytest.mark.parametrize(("name", "near"), SOUND)
def test_what_is_sound_is_left_alone(name: str, near: Callable[[], Case], tmp_path: Path) -> None:
    found = [hazard["name"] for hazard in hazards_in(near(), tmp_path)]
    assert name not in found
    assert name or not found


def test_every_hazard_is_planted_and_has_a_near_miss() -> None:
    assert {name for name, _, _ in PLANTED} == set(HAZARDS)
    assert {name for name, _ in SOUND if name} == set(HAZARDS)
