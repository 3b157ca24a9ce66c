"""A training stopped after any of its steps and taken up again ends in the same bytes as one that never was."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from stopped_trainings import CONFIGS, at_step, go_on, last, lay_out, products, train, write_config

from bpcli.runs.training_run import TrainingRun
from bpcli.spec.reading import read_config
from bpcli.training.events import Ended, EpochEnded, Event
from bpcli.training.state import State

pytest_plugins = ["plain_engine"]

NOT_COMPILED = {"dropout": "0", "clip_norm": "null", "max_norm": "null"}  # what takes the place of it


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    lay_out(home)
    return home


def outcome(run: TrainingRun, events: list[Event]) -> tuple[Any, ...]:
    """Everything that a training comes to, apart from its seconds."""
    theta, kept = run.trainer.theta.flat.tobytes(), run.trainer.kept
    told = [replace(event, seconds=0.0) for event in events if isinstance(event, EpochEnded | Ended)]
    return theta, None if kept is None else kept.flat.tobytes(), run.trainer.state().values["watch"], told


def snapshot(state: State) -> State:
    """A state as a file would give it back."""
    return State({name: array.copy() for name, array in state.arrays.items()}, json.loads(json.dumps(state.values)))


class Whole:
    """A training that was never stopped, with its state at every point where it might have been."""

    def __init__(self, home: Path, name: str, *overrides: str) -> None:
        path = write_config(home, name)
        self.config = read_config(path, overrides)  # to go on with, where a compiled pass is not cut into steps
        run = TrainingRun(read_config(path, ["checkpoint.steps=1", *overrides]))
        self.states: list[State] = []
        self.events: list[Event] = []
        for event in run.trainer.run():
            self.states.append(snapshot(run.trainer.state()))
            self.events.append(event)
        self.outcome = outcome(run, self.events)

    def resumed_at(self, point: int, state: State) -> tuple[Any, ...]:
        """What a fresh trainer comes to that takes up a state after so many events."""
        run = TrainingRun(self.config)
        run.trainer.restore(snapshot(state))
        return outcome(run, [*self.events[: point + 1], *run.trainer.run()])


@cache
def whole(home: Path, name: str) -> Whole:
    return Whole(home, name)


def demand_the_same_bits(one: Whole) -> None:
    assert len(one.states) >= 25
    for point in range(len(one.states) - 1):  # the last one is the end
        assert one.resumed_at(point, one.states[point]) == one.outcome, point


@pytest.mark.parametrize("name", CONFIGS)
def test_every_cut_point_leads_to_the_same_bits(home: Path, name: str) -> None:
    demand_the_same_bits(whole(home, name))


@pytest.mark.usefixtures("plain_jit")
@pytest.mark.parametrize("name", sorted(CONFIGS.keys() - {"adamw", "rprop"}))
def test_and_by_the_loops_that_are_compiled(home: Path, name: str) -> None:
    without = [f"{key}={value}" for key, value in NOT_COMPILED.items() if key in CONFIGS[name]]
    demand_the_same_bits(Whole(home, name, "engine=jit", *without))


def forget(state: State, part: str, fresh: State) -> State:
    """A state that has lost one of its parts: it is as at the start of a training, or there is none."""
    arrays, values = dict(state.arrays), copy.deepcopy(state.values)
    if part in fresh.values:
        values[part] = fresh.values[part]
    elif part in arrays:
        arrays[part] = np.zeros_like(arrays[part])
    return State(arrays, values)


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("sgd", "cost"),
        ("sgd", "best_epoch"),
        ("sgd", "parameters"),
        ("sgd", "kept"),
        ("sgd", "watch"),
        ("momentum", "optimizer.v"),
        ("adam", "optimizer.m"),
        ("adam", "optimizer_steps"),
        ("adam", "dropout"),
        ("adam", "learning_rate"),
        ("rprop", "optimizer.size"),
        ("plateau", "schedule"),
        ("early stopping", "watch"),
    ],
)
def test_a_state_that_has_lost_a_part_does_not(home: Path, name: str, part: str) -> None:
    one = whole(home, name)
    differ = [
        point
        for point in range(len(one.states) - 1)
        if one.resumed_at(point, forget(one.states[point], part, one.states[0])) != one.outcome
    ]
    assert differ


def test_a_pass_that_starts_over_does_not(home: Path) -> None:
    """What a program does that keeps the epoch, but not the place in it."""
    one = whole(home, "sgd")
    differ = 0
    for point, state in enumerate(one.states[:-1]):
        values = {**state.values, "batch": 0, "step": state.values["epoch"] * 4, "cost": 0.0}
        differ += one.resumed_at(point, State(state.arrays, values)) != one.outcome
    assert differ >= 18  # of the 24 steps all but those that end an epoch


def compare_through_files(home: Path, out: Path, name: str, every: int) -> int:
    """Stops after every so many steps, goes on from the file, and compares; gives the number of stops."""
    config = write_config(home, name)
    last(train(config, out / "whole"))
    expected = products(out / "whole")
    steps = expected[1][-1]["step"]
    assert isinstance(steps, int)
    cuts = range(1 + len(name) % every, steps, every)
    for step in cuts:
        assert last(train(config, out / str(step), at_step(step))).reason == "interrupted"
        assert products(out / str(step)) != expected
        last(go_on(out / str(step)))
        assert products(out / str(step)) == expected, step
    return len(cuts)


@pytest.mark.parametrize("name", ["adam", "rprop", "early stopping", "no validation"])
def test_through_files_too(home: Path, tmp_path: Path, name: str) -> None:
    assert compare_through_files(home, tmp_path, name, every=7) >= 2


@pytest.mark.slow
def test_through_files_at_every_step(home: Path, tmp_path: Path) -> None:
    assert sum(compare_through_files(home, tmp_path / name, name, every=1) for name in CONFIGS) >= 290


@pytest.mark.parametrize("name", ["adam", pytest.param("plateau", marks=pytest.mark.slow)])
def test_a_chain_of_twenty_stops(home: Path, tmp_path: Path, name: str) -> None:
    config = write_config(home, name)
    last(train(config, tmp_path / "whole"))
    out = tmp_path / "chain"
    assert last(train(config, out, at_step(1))).reason == "interrupted"
    for step in range(2, 21):
        assert last(go_on(out, at_step(step))).reason == "interrupted"
    assert last(go_on(out)).reason == "epochs"
    assert products(out) == products(tmp_path / "whole")
    assert len(json.loads((out / "run.json").read_text())["resumed"]) == 20
