"""What is said of the parameters that are kept: figures of those very ones, or none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from stopped_trainings import at_step, go_on, last, lay_out, products, train

from bpcli.runs.training_run import TrainingRun
from bpcli.runs.weights import read_weights
from bpcli.spec.reading import read_config
from bpcli.training import trainer
from bpcli.training.events import Ended, EpochEnded

CONFIG = """\
layers: [3, 5, 2]
epochs: 3
batch_size: 10
data: {train: d.csv, target: y}
expect: {train.cost: < 9, epochs: ">= 0"}
"""


@pytest.fixture
def config(tmp_path: Path) -> str:
    lay_out(tmp_path)
    (tmp_path / "c.yaml").write_text(CONFIG)
    return str(tmp_path / "c.yaml")


def stopped(config: str, stop: Callable[[TrainingRun], bool]) -> TrainingRun:
    run = TrainingRun(read_config(config, ["evaluate_train=true"]))
    run.trainer.stop = lambda: stop(run)
    last(run.train())
    return run


@pytest.mark.parametrize("step", [1, 7, 12])
def test_what_was_stopped_within_an_epoch_carries_no_figures_of_another_network(config: str, step: int) -> None:
    run = stopped(config, at_step(step))
    assert run.meta["metrics"] == {"epochs": step // 5, "best_epoch": None}
    assert run.expected[0] == {"metric": "train.cost", "condition": "< 9", "value": None, "met": None}
    assert run.expected[1]["met"] is True


def test_what_was_stopped_between_two_epochs_carries_its_own(config: str) -> None:
    run = stopped(config, lambda run: run.trainer.at.epoch == 2)
    figures = run.meta["metrics"]
    assert figures.keys() == {"epochs", "best_epoch", "running", "train"}
    measured = run.trainer.evaluator.measure(run.trainer.theta, run.prepared.train)
    assert figures["train"]["cost"] == measured["cost"] == run.expected[0]["value"]


def test_who_stops_a_training_does_not_wait_until_all_rows_are_measured(
    config: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    run = TrainingRun(read_config(config), lambda: run.trainer.at.step >= 10)
    monkeypatch.setattr(run.trainer.evaluator, "measure", lambda *about: asked.append(about))
    assert last(run.train()).reason == "interrupted"
    assert asked == []
    assert run.expected[0]["met"] is None


def test_who_stops_it_while_all_rows_are_measured_at_the_end_can_resume_that(
    config: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = tmp_path / "whole"
    assert last(train(config, whole)).reason == "epochs"
    with monkeypatch.context() as patched:
        patched.setattr(trainer, "LAST_LOOK", -1.0)
        assert last(train(config, tmp_path / "run", lambda run: run.trainer.is_complete)).reason == "interrupted"
    assert last(go_on(tmp_path / "run")).reason == "epochs"
    assert products(tmp_path / "run") == products(whole)


@pytest.mark.parametrize("data", ["target: y", "target: y, test: 0.25"])
def test_what_diverged_stays_so_when_it_is_stopped_while_it_is_measured(
    config: str, data: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(config).write_text(Path(config).read_text().replace("target: y", data))
    monkeypatch.setattr(trainer, "LAST_LOOK", -1.0)
    run = TrainingRun(read_config(config))
    run.trainer.stop = lambda: not np.isfinite(run.trainer.theta.flat).all()
    for event in run.train():
        if isinstance(event, EpochEnded) and event.epoch == 2:
            run.trainer.theta.flat[0] = np.inf
    assert isinstance(event, Ended)
    assert event.reason == "diverged"
    assert event.test is None
    assert run.expected[0]["met"] is None


def test_the_best_epoch_keeps_its_figures_wherever_it_was_stopped(config: str, tmp_path: Path) -> None:
    Path(config).write_text(Path(config).read_text().replace("target: y", "target: y, validation: 0.25"))
    last(train(config, tmp_path / "run", at_step(7)))
    figures = read_weights(tmp_path / "run" / "weights.npz").meta["metrics"]
    assert figures.keys() == {"epochs", "best_epoch", "running", "validation"}
