"""Twenty steps of training, by the trainer itself, against PyTorch's optimizers and schedulers; each needs an oracle.

Where the conventions of the two differ, and what is written out for that, stands in torch_descent.py.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from torch_descent import COURSES, STEPPERS, Length, Rates, sgd_at_a_constant_rate
from torch_network import torch
from training_paths import ETA, STEPS, TorchPath, Training, make_training, our_path, torch_path

from bpcli.core.descent import Descent
from bpcli.core.optimizers import OPTIMIZERS
from bpcli.core.penalties import Penalty
from bpcli.core.schedules import SCHEDULES, Progress, Schedule, WarmedUp

PATH = 1e-10  # of each block's largest entry, after every step

PENALTIES: dict[str, list[Any]] = {"l1": [0.02], "l2": [0.3]}
LIMITS: dict[str, list[Any]] = {
    "train_biases": [False],
    "clip_norm": [0.1],
    "clip_value": [0.02],
    "max_norm": [0.9],
}
HOLDING_BACK: list[dict[str, Any]] = [
    *({key: value} for key, values in (PENALTIES | LIMITS).items() for value in values),
    {"dropout": (0.2, 0.5, 0.3)},
    {"l1": 0.02, "l2": 0.3, "clip_value": 0.05, "clip_norm": 0.1, "max_norm": 0.9, "dropout": (0.2, 0.0, 0.3)},
    {"l2": 0.3, "clip_norm": 0.1, "train_biases": False},
    {"l2": 0.3, "writes_gradient": True},  # the other engine, which must come to the same
]


def forms(table: dict[str, Any], *but: str) -> list[Any]:
    pairs = [(name, form) for name in table if name not in but for form in table[name].forms]
    return [pytest.param(name, form, id=f"{name} {form}") for name, form in pairs]


MINI_BATCH = forms(STEPPERS, "rprop")  # a schedule has nothing to move under rprop


def make_schedule(name: str, form: dict[str, Any], warmup: int = 0) -> Schedule:
    schedule = SCHEDULES.get(name)(**form)
    return WarmedUp(schedule, warmup) if warmup else schedule


def assert_same_path(training: Training, theirs: TorchPath) -> None:
    """After every step the parameters, after every epoch the learning rate and the running cost."""
    ours, epochs = our_path(training)
    assert len(ours) == len(theirs.path) == STEPS
    for step, (got, expected) in enumerate(zip(ours, theirs.path), start=1):
        for name, block in expected.items():
            np.testing.assert_allclose(
                got[name], block, rtol=0, atol=PATH * np.abs(block).max(), err_msg=f"{name} after step {step}"
            )
    assert [epoch.learning_rate for epoch in epochs] == pytest.approx(theirs.rates, rel=1e-12, abs=1e-18)
    assert [epoch.running["cost"] for epoch in epochs] == pytest.approx(theirs.costs, rel=1e-11)


@pytest.mark.parametrize(("registry", "table"), [(OPTIMIZERS, STEPPERS), (SCHEDULES, COURSES)])
def test_every_entry_has_an_oracle_and_every_parameter_is_tried(registry, table):
    assert set(table) == set(registry)
    for name in registry:
        parameters = {field.name for field in fields(registry.get(name)) if field.init}
        assert parameters == {key for form in table[name].forms for key in form}, name


def test_all_that_holds_a_step_back_is_tried():
    assert {field.name for field in fields(Penalty)} == set(PENALTIES)
    assert {field.name for field in fields(Descent)} == {"network", "optimizer", "writes_gradient", *LIMITS}


@pytest.mark.parametrize(("name", "form"), forms(STEPPERS))
@pytest.mark.parametrize("held", [{}, *HOLDING_BACK], ids=str)
def test_a_path_at_a_constant_rate_is_pytorchs(name, form, held):
    training = make_training(name, form, **held)
    theirs = torch_path(training, sgd_at_a_constant_rate if name == "sgd" else None)
    # rprop goes by signs, and a smaller entry of the gradient would have none that two programs agree on
    assert name != "rprop" or theirs.smallest > 1e-12
    assert_same_path(training, theirs)


@pytest.mark.parametrize("held", HOLDING_BACK, ids=str)
def test_what_holds_a_step_back_does_so(held):
    plain, changed = our_path(make_training("sgd", {}))[0], our_path(make_training("sgd", {}, **held))[0]
    assert not np.allclose(plain[-1]["W1"], changed[-1]["W1"], rtol=1e-3)


@pytest.mark.parametrize(("name", "form"), MINI_BATCH)
@pytest.mark.parametrize(("schedule", "parameters"), forms(COURSES))
def test_a_path_at_a_moving_rate_is_pytorchs(name, form, schedule, parameters):
    training = make_training(name, form, make_schedule(schedule, parameters), schedule)
    theirs = torch_path(training)
    assert schedule == "constant" or len(set(theirs.rates)) > 1
    assert_same_path(training, theirs)


@pytest.mark.parametrize("name", [name for name in STEPPERS if name != "rprop"])
@pytest.mark.parametrize(("schedule", "parameters"), forms(COURSES))
@pytest.mark.parametrize("warmup", [1, 2])
def test_a_path_with_a_warm_up_is_pytorchs(name, schedule, parameters, warmup):
    form = STEPPERS[name].forms[-1]
    training = make_training(name, form, make_schedule(schedule, parameters, warmup), schedule, l2=0.1)
    assert_same_path(training, torch_path(training))


@pytest.mark.parametrize(("name", "form"), forms(COURSES))
@pytest.mark.parametrize("warmup", [0, 1, 5])
@pytest.mark.parametrize("length", [Length(30, 4, 15), Length(12, 1, 9), Length(7, 23, 184)], ids=str)
def test_the_rate_of_every_step_is_pytorchs(name, form, warmup, length):
    ours, weight = make_schedule(name, form, warmup), torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=ETA)
    theirs, costs = Rates(ours, name, optimizer, length), np.random.default_rng(length.epochs).uniform(0, 2, 30)
    for epoch in range(length.epochs):
        for step in range(epoch * length.steps, (epoch + 1) * length.steps):
            at = Progress(epoch, step, epoch * length.rows, length.epochs, length.steps)
            assert ETA * ours.factor(at) == pytest.approx(theirs.eta, rel=1e-12, abs=1e-16), at
            optimizer.step()
            theirs.end_step()
        ours.measured(costs[epoch])
        theirs.end_epoch(costs[epoch])


CYCLES = [(rise, steps) for rise in (0.05, 0.3, 0.5, 0.97) for steps in (2, 3, 7, 20, 41, 100)]


@pytest.mark.parametrize(("rise", "steps"), [cycle for cycle in CYCLES if cycle[0] * cycle[1] > 1])
def test_one_cycle_is_pytorchs_for_a_rise_and_a_fall_of_any_length(rise, steps):
    """With no step to rise in PyTorch divides by zero, so there is nothing to compare with."""
    schedule, length = SCHEDULES.get("one_cycle")(rise=rise), Length(1, steps, steps)
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=ETA)
    theirs = Rates(schedule, "one_cycle", optimizer, length)
    for step in range(steps):
        assert ETA * schedule.factor(Progress(0, step, 0, 1, steps)) == pytest.approx(theirs.eta, rel=1e-12), step
        optimizer.step()
        theirs.end_step()
