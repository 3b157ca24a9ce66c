"""The steps that are tried: real ones, timed by a clock that can be read off, on copies that leave no trace."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count, repeat
from pathlib import Path

import numpy as np
import pytest

from bpcli.explain import trial
from bpcli.explain.trial import try_out
from bpcli.runs.training_run import TrainingRun
from bpcli.spec.reading import read_config
from bpcli.training.events import EpochEnded
from bpcli.training.trainer import Trainer

CONFIGS = Path(__file__).parents[2] / "configs"
RESTLESS = [  # everything that remembers something from step to step
    "dropout=0.3",
    "optimizer=adam",
    "schedule={name: plateau, patience: 1, warmup: 1}",
    "evaluate_train=true",
    "clip_norm=1",
    "class_weight=balanced",
]


def trainer(config: str, *overrides: str) -> Trainer:
    return TrainingRun(read_config(str(CONFIGS / config), overrides)).trainer


def ticking() -> Callable[[], float]:
    """A clock on which a second passes from each look at it to the next."""
    return count().__next__


def standing() -> Callable[[], float]:
    return repeat(0.0).__next__


def test_a_step_a_measuring_pass_and_the_whole_by_the_clock() -> None:
    found = try_out(trainer("iris.yaml", "epochs=7"), ticking())  # 6 steps an epoch; all rows go forward in one block
    assert (found.step, found.measuring, found.closing) == (1, 1, 1)
    assert found.total == 7 * (6 + 1) + 1
    assert len(found.costs) == trial.LEAST_STEPS  # a second is far above what trying out may take


def test_pauses_between_epochs_and_passes_over_training_rows_count_too() -> None:
    found = try_out(trainer("xor.yaml", "epochs=10"), ticking())  # a step an epoch; no rows to measure but those
    assert (found.step, found.measuring, found.closing) == (1, 1 + 1, 0)
    assert found.total == 10 * (1 + 2)


def test_a_pass_is_timed_on_a_part_of_its_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "SAMPLE", 256)
    found = try_out(trainer("digits.yaml", "data.validation=0.4"), ticking())
    assert (found.measuring, found.closing) == (3, 2)  # 719 and 359 rows, of which one block took a second


@pytest.mark.parametrize(("epochs", "steps"), [(2, 12), (1000, trial.MOST_STEPS)])
def test_as_many_steps_as_there_are_but_not_too_many(epochs: int, steps: int) -> None:
    assert len(try_out(trainer("iris.yaml", f"epochs={epochs}"), standing()).costs) == steps


def test_the_costs_are_those_of_training() -> None:
    tried = try_out(trainer("digits.yaml", "epochs=3", *RESTLESS), standing()).costs
    epochs = [event for event in trainer("digits.yaml", "epochs=3", *RESTLESS).run() if isinstance(event, EpochEnded)]
    ends = [tried[40 * epoch - 1] for epoch in (1, 2, 3)]  # the running cost after its last step
    assert ends == [event.running["cost"] for event in epochs]


def test_a_tried_training_goes_as_if_it_had_not_been() -> None:
    weights = []
    for tried in (False, True):
        one = trainer("digits.yaml", "epochs=4", *RESTLESS)
        if tried:
            try_out(one, standing())
        last = list(one.run())[-1]
        weights.append((one.theta.flat.tobytes(), one.kept and one.kept.flat.tobytes(), last.test))  # type: ignore[union-attr]
    assert weights[0] == weights[1]


def test_steps_that_diverge_are_told() -> None:
    with np.errstate(all="ignore"):
        found = try_out(trainer("diabetes.yaml", "learning_rate=1"), standing())
    assert found.diverged.startswith("the cost is inf in step ")
    assert not try_out(trainer("diabetes.yaml"), standing()).diverged
