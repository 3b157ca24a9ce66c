"""Twenty steps of training against PyTorch's optimizers, and against their rules written out; each needs an oracle."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from random_networks import Case, random_parameters
from torch_network import leaves, torch, torch_cost

from bpcli.core.activations import ACTIVATIONS
from bpcli.core.costs import COSTS
from bpcli.core.gradcheck import Batch
from bpcli.core.network import Network
from bpcli.core.optimizers import OPTIMIZERS
from bpcli.core.outputs import OUTPUTS
from bpcli.core.schedules import SCHEDULES
from bpcli.data.batches import Batches
from bpcli.data.loading import Examples
from bpcli.training.evaluate import Evaluator
from bpcli.training.events import EpochEnded, Progressed
from bpcli.training.stopping import Watch
from bpcli.training.trainer import Trainer

PATH = 1e-10  # of each block's largest entry, after every step
ROWS, SIZE, EPOCHS = 23, 5, 4  # five batches an epoch, the last of three rows
ETA = 0.07

Blocks = dict[str, Any]


def written_sgd(optimizer: Any, w: Any, g: Any, memory: Blocks, eta: float) -> Any:
    """v ← μ v − η g; W ← W + v, or with Nesterov W ← W + μ v − η g with the new v."""
    v = memory["v"] = optimizer.momentum * memory.get("v", 0.0) - eta * g
    return w + optimizer.momentum * v - eta * g if optimizer.nesterov else w + v


def torch_sgd(optimizer: Any, groups: list[Blocks]) -> Any:
    return torch.optim.SGD(groups, lr=ETA, momentum=optimizer.momentum, nesterov=optimizer.nesterov)


@dataclass(frozen=True)
class Stepper:
    """The oracles of one optimizer, and the parameters to try it with."""

    torch: Callable[[Any, list[Blocks]], Any]
    written: Callable[[Any, Any, Any, Blocks, float], Any]  # memory begins empty, one for each block
    forms: tuple[dict[str, Any], ...]


STEPPERS = {
    "sgd": Stepper(torch_sgd, written_sgd, ({}, {"momentum": 0.9}, {"momentum": 0.9, "nesterov": True})),
}

RATES: dict[str, Callable[[Any, int], float]] = {  # name → schedule, examples seen → factor of η
    "constant": lambda schedule, seen: 1.0,
    "inverse_scaling": lambda schedule, seen: float(torch.tensor(seen + 1.0, dtype=torch.float64) ** -schedule.power),
}

FORMS = [pytest.param(name, form, id=f"{name} {form}") for name in STEPPERS for form in STEPPERS[name].forms]


def test_every_optimizer_and_schedule_has_an_oracle():
    assert set(OPTIMIZERS) <= set(STEPPERS)
    assert set(SCHEDULES) <= set(RATES)


def case_for_training(lmbda: float) -> Case:
    """The network, point and rows that every path begins with."""
    rng, n = np.random.default_rng(7), (6, 7, 5, 4)
    names, output, cost = ("tanh", "softplus"), "softmax", "cross_entropy"
    hidden = tuple(ACTIVATIONS.get(name)() for name in names)
    network = Network(n, hidden, OUTPUTS.get(output)(), COSTS.get(cost)[output](), lmbda)
    x, y = rng.standard_normal((ROWS, n[0])), np.eye(n[-1])[rng.integers(0, n[-1], ROWS)]
    batch = Batch(x, y, rng.uniform(0.5, 2.0, ROWS))
    return Case(names, output, cost, network, random_parameters(n, rng), batch)


def make_trainer(case: Case, optimizer: Any, schedule: Any, train_biases: bool) -> Trainer:
    return Trainer(
        network=case.network,
        theta=case.theta.copy(),
        optimizer=optimizer,
        schedule=schedule,
        eta=ETA,
        epochs=EPOCHS,
        batches=Batches(ROWS, SIZE, seed=5),
        train=Examples(case.batch.x, case.batch.y, case.batch.w, np.arange(ROWS)),
        validation=None,
        test=None,
        evaluator=Evaluator(case.network, "classes", np.dtype(np.float64)),
        watch=Watch("running.cost"),
        train_biases=train_biases,
        clock=map(float, itertools.count()).__next__,  # a second at each look, so that it reports each step
    )


def path_of(trainer: Trainer) -> list[dict[str, np.ndarray]]:
    """All blocks after each step."""
    return [
        {name: block.copy() for name, block in trainer.theta.blocks()}
        for event in trainer.run()
        if isinstance(event, Progressed)
    ]


def torch_gradients(case: Case, params: Blocks, lmbda: float) -> Iterator[int]:
    """Leaves the gradient of each batch in `params`, and says how many rows were met before its epoch."""
    batches = Batches(ROWS, SIZE, seed=5)
    for epoch in range(EPOCHS):
        for rows in batches.of(epoch):
            for param in params.values():
                param.grad = None
            x, y, w = case.batch.x[rows], case.batch.y[rows], case.batch.w[rows]
            torch_cost(case, params, x, y, w, lmbda).backward()
            yield epoch * ROWS


def assert_same_path(got: list[dict[str, np.ndarray]], expected: list[dict[str, np.ndarray]]) -> None:
    assert len(got) == len(expected) == 20
    for step, (ours, theirs) in enumerate(zip(got, expected), start=1):
        for name, block in theirs.items():
            np.testing.assert_allclose(
                ours[name], block, rtol=0, atol=PATH * np.abs(block).max(), err_msg=f"{name} after step {step}"
            )


@pytest.mark.parametrize(("name", "form"), FORMS)
@pytest.mark.parametrize("lmbda", [0.0, 0.3])
@pytest.mark.parametrize("train_biases", [True, False])
def test_a_path_is_that_of_pytorchs_own_optimizer(name, form, lmbda, train_biases):
    case, optimizer = case_for_training(lmbda), OPTIMIZERS.get(name)(**form)
    params = leaves(case.theta)
    weights = [param for key, param in params.items() if key.startswith("W")]
    biases = [param for key, param in params.items() if key.startswith("b")]
    groups = [{"params": weights, "weight_decay": lmbda}, *([{"params": biases}] if train_biases else [])]
    theirs, expected = STEPPERS[name].torch(optimizer, groups), []
    for _ in torch_gradients(case, params, lmbda=0.0):  # the penalty comes in as weight_decay
        theirs.step()
        expected.append({key: param.detach().numpy().copy() for key, param in params.items()})
    assert_same_path(path_of(make_trainer(case, optimizer, SCHEDULES.get("constant")(), train_biases)), expected)


@pytest.mark.parametrize(("name", "form"), FORMS)
@pytest.mark.parametrize("lmbda", [0.0, 0.3])
@pytest.mark.parametrize("train_biases", [True, False])
@pytest.mark.parametrize("schedule", list(SCHEDULES))
def test_a_path_is_that_of_the_rule_written_out(name, form, lmbda, train_biases, schedule):
    case, optimizer, course = case_for_training(lmbda), OPTIMIZERS.get(name)(**form), SCHEDULES.get(schedule)()
    params, expected = leaves(case.theta), []
    memory: dict[str, Blocks] = {key: {} for key in params}
    for seen in torch_gradients(case, params, lmbda):
        eta = ETA * RATES[schedule](course, seen)
        with torch.no_grad():
            for key, param in params.items():
                if train_biases or key.startswith("W"):
                    param.copy_(STEPPERS[name].written(optimizer, param, param.grad, memory[key], eta))
        expected.append({key: param.detach().numpy().copy() for key, param in params.items()})
    assert_same_path(path_of(make_trainer(case, optimizer, course, train_biases)), expected)


@pytest.mark.parametrize("name", list(SCHEDULES))
def test_the_learning_rate_of_each_epoch_is_the_schedules(name):
    case, course = case_for_training(0.0), SCHEDULES.get(name)()
    trainer = make_trainer(case, OPTIMIZERS.get("sgd")(), course, train_biases=True)
    rates = [event.learning_rate for event in trainer.run() if isinstance(event, EpochEnded)]
    assert rates == pytest.approx([ETA * RATES[name](course, epoch * ROWS) for epoch in range(EPOCHS)], rel=1e-15)


def test_the_running_cost_of_each_epoch_is_that_of_the_costs_met():
    case = case_for_training(0.3)
    params = leaves(case.theta)
    theirs, costs, rows_of = torch.optim.SGD(params.values(), lr=ETA), [], [SIZE, SIZE, SIZE, SIZE, 3]
    orders = [rows for epoch in range(EPOCHS) for rows in Batches(ROWS, SIZE, seed=5).of(epoch)]
    for rows in orders:
        theirs.zero_grad()
        C = torch_cost(case, params, case.batch.x[rows], case.batch.y[rows], case.batch.w[rows], 0.3)
        C.backward()
        theirs.step()
        costs.append(C.item())
    expected = [np.average(costs[5 * epoch : 5 * epoch + 5], weights=rows_of) for epoch in range(EPOCHS)]
    trainer = make_trainer(case, OPTIMIZERS.get("sgd")(), SCHEDULES.get("constant")(), train_biases=True)
    running = [event.running["cost"] for event in trainer.run() if isinstance(event, EpochEnded)]
    assert running == pytest.approx(expected, rel=1e-12)
