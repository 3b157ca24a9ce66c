"""Trainings on folds: what each is measured on, what they say together, and that all of it can be had again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import pytest

from bpcli.errors import DataError
from bpcli.runs.directory import RunDirectory
from bpcli.runs.evaluation import evaluate, examples_of, split_names
from bpcli.runs.folds import FoldRuns
from bpcli.runs.recorder import Recorder
from bpcli.runs.trained import load_trained
from bpcli.runs.training_run import TrainingRun
from bpcli.spec.reading import read_config
from bpcli.spec.resolved import to_yaml
from bpcli.training.events import Ended

DATA = Path(__file__).parents[2] / "datasets"
CLASSES = f"""\
layers: [4, 5, 3]
epochs: 3
data: {{train: {DATA}/iris.csv, validation: 0.1, test: no_such_file.csv}}
expect: {{test.accuracy: ">= 0.1", epochs: "<= 2"}}
"""
NUMBERS = f"""\
layers: [10, 1]
learning_rate: 0.001
epochs: 2
data: {{train: {{path: {DATA}/diabetes.csv, rows: "0:12"}}, task: numbers}}
expect: {{test.r2: ">= -9", test.mae: ">= 0"}}
"""


def runs_of(folder: Path, text: str, count: int, stop: Callable[[], bool] = lambda: False) -> FoldRuns:
    (folder / "c.yaml").write_text(text)
    config = read_config(str(folder / "c.yaml"), [f"data.test={{fold: 1/{count}}}"])
    return FoldRuns(config, count, stop)


def finish(runs: FoldRuns, out: Path) -> dict[str, Any]:
    with RunDirectory.create(out, "any") as directory:
        for _ in runs.run(directory, ["bpcli"]):
            pass
    told: dict[str, Any] = json.loads((out / "folds.json").read_text())
    return told


def test_each_fold_is_a_run_that_is_measured_on_the_rows_it_left_out(tmp_path: Path) -> None:
    told = finish(runs_of(tmp_path, CLASSES, 3), tmp_path / "run")
    seen: set[int] = set()
    for number, result in enumerate(told["results"], 1):
        trained = load_trained(tmp_path / "run" / f"fold-{number}" / "weights.npz")
        assert split_names(trained) == ["test", "validation", "train"]
        held_out, learned = examples_of(trained, "test"), examples_of(trained, "train")
        assert not {*held_out.rows} & {*learned.rows, *examples_of(trained, "validation").rows}
        assert result["examples"] == {"train": len(learned), "validation": 10, "test": 50}
        seen |= {*held_out.rows}
        measured = evaluate(trained, held_out, "test")
        assert result["test"] == {name: measured[name] for name in result["test"]}
        assert {"cost", "accuracy", "balanced_accuracy", "roc_auc", "top_2"} <= set(result["test"])
    assert seen == set(range(150))


def test_mean_and_sample_deviation_and_conditions_on_the_mean(tmp_path: Path) -> None:
    told = finish(runs_of(tmp_path, CLASSES, 3), tmp_path / "run")
    for name in told["results"][0]["test"]:
        values = [result["test"][name] for result in told["results"]]
        assert told["mean"][name] == pytest.approx(mean(values))
        assert told["deviation"][name] == pytest.approx(stdev(values))
    assert told["deviation"]["cost"] > 0
    accuracy, epochs = told["expect"]
    assert accuracy == {
        "metric": "test.accuracy",
        "condition": ">= 0.1",
        "value": pytest.approx(told["mean"]["accuracy"]),
        "met": True,
    }
    assert (epochs["value"], epochs["met"]) == (3, False)


def test_what_is_not_defined_on_a_fold_is_not_defined_over_all(tmp_path: Path) -> None:
    told = finish(runs_of(tmp_path, NUMBERS, 12), tmp_path / "run")  # one row in each
    assert told["mean"]["r2"] is told["deviation"]["r2"] is told["results"][0]["test"]["r2"] is None
    assert told["mean"]["mae"] > 0
    assert [(check["value"], check["met"]) for check in told["expect"]] == [
        (None, False),
        (pytest.approx(told["mean"]["mae"]), True),
    ]


def test_the_same_seed_gives_the_same_bytes_and_so_does_the_config_of_a_fold(tmp_path: Path) -> None:
    for name in ("one", "two"):
        finish(runs_of(tmp_path, CLASSES, 3), tmp_path / name)
    for file in ("folds.json", *(f"fold-{number}/weights.npz" for number in (1, 2, 3))):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    alone = TrainingRun(read_config(str(tmp_path / "one" / "fold-2" / "config.yaml")))
    spec = alone.config.spec
    with (
        RunDirectory.create(tmp_path / "alone", "any") as directory,
        Recorder(directory, to_yaml(spec), ["bpcli"], spec.folder, alone.digests, alone.numerics) as recorder,
    ):
        for _ in alone.run(directory, recorder):
            pass
    again = (tmp_path / "alone" / "weights.npz").read_bytes()
    assert again == (tmp_path / "one" / "fold-2" / "weights.npz").read_bytes()
    assert again != (tmp_path / "one" / "fold-1" / "weights.npz").read_bytes()


def test_a_fold_that_is_interrupted_is_the_last_and_has_no_result(tmp_path: Path) -> None:
    asked: list[bool] = []
    runs = runs_of(tmp_path, CLASSES, 3, stop=lambda: asked.append(True) or len(asked) > 25)
    told = finish(runs, tmp_path / "run")
    assert 1 <= len(told["results"]) < 3
    assert len(list((tmp_path / "run").glob("fold-*"))) == len(told["results"]) + 1
    assert (told["mean"], told["deviation"], told["expect"]) == ({}, {}, [])


def test_a_fold_that_is_stopped_while_it_is_measured_has_no_result(tmp_path: Path) -> None:
    saved = tmp_path / "run" / "fold-1" / "weights.npz"
    runs = runs_of(tmp_path, CLASSES, 3, saved.exists)
    with RunDirectory.create(tmp_path / "run", "any") as directory:
        *_, (number, ended) = runs.run(directory, ["bpcli"])
    assert isinstance(ended, Ended)
    assert (number, ended.reason, runs.results) == (1, "interrupted", [])


def test_nothing_is_written_when_there_are_too_many(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="too few for 51 folds"):
        runs_of(tmp_path, CLASSES, 51)


def test_a_run_on_folds_is_a_run_that_is_not_written_over(tmp_path: Path) -> None:
    finish(runs_of(tmp_path, CLASSES, 2), tmp_path / "run")
    with RunDirectory(tmp_path / "run") as directory:
        assert directory.holds_a_run()
