"""The gradient check itself: it passes what is right, and each planted mistake is caught and located."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import PAIRS, make_network, random_batch, random_parameters

from bpcli.core.activations import ACTIVATIONS, Relu, Sigmoid
from bpcli.core.costs import Quadratic
from bpcli.core.gradcheck import METHODS, Batch, check_gradient, check_step
from bpcli.core.optimizers import OPTIMIZERS, Sgd

STEPPERS = [Sgd(), Sgd(momentum=0.9), Sgd(momentum=0.9, nesterov=True)]


@pytest.mark.parametrize("activation", list(ACTIVATIONS))
@pytest.mark.parametrize(("output", "cost"), PAIRS)
@pytest.mark.parametrize("method", list(METHODS))
def test_every_legal_case_passes(activation, output, cost, method):
    network = make_network((4, 5, 6, 3), activation, output, cost, lmbda=0.1)
    batch = random_batch(network.n, weighted=True)
    for block in check_gradient(network, random_parameters(network.n), batch, method):
        assert block.passed, block
        assert block.checked == np.prod(block.shape)


def failing_blocks(network, **how) -> set[str]:
    theta, batch = random_parameters(network.n), random_batch(network.n)
    return {block.name for block in check_gradient(network, theta, batch, **how) if not block.passed}


@pytest.mark.parametrize("method", list(METHODS))
def test_a_forgotten_derivative_of_the_output_is_caught_everywhere(monkeypatch, method):
    def forgetful(self, f, z, a, y, spare, delta):
        np.subtract(a, y, out=delta)

    network = make_network((4, 5, 3), "sigmoid", "sigmoid", "quadratic")
    assert failing_blocks(network, method=method) == set()
    monkeypatch.setattr(Quadratic, "error", forgetful)
    assert failing_blocks(network, method=method) == {"W1", "b1", "W2", "b2"}


def test_a_wrong_derivative_of_a_hidden_layer_is_caught_below_it(monkeypatch):
    def slightly_off(self, delta, z, a, spare):
        delta *= a * (1 - a) * (1 + 1e-8)

    monkeypatch.setattr(Sigmoid, "times_prime", slightly_off)
    assert failing_blocks(make_network((4, 5, 3), "sigmoid")) == {"W1", "b1"}


def test_the_worst_entry_is_reported_with_both_values(monkeypatch):
    plain = Relu.times_prime

    def one_unit_off(self, delta, z, a, spare):
        plain(self, delta, z, a, spare)
        delta[:, 2] *= 1.5

    network = make_network((4, 5, 3), "relu")
    theta, batch = random_parameters(network.n), random_batch(network.n)
    right = {block.name: block for block in check_gradient(network, theta, batch)}
    monkeypatch.setattr(Relu, "times_prime", one_unit_off)
    wrong = {block.name: block for block in check_gradient(network, theta, batch)}
    assert wrong["b1"].worst_index == (2,)
    assert wrong["W1"].worst_index[0] == 2
    assert wrong["b1"].analytic == pytest.approx(1.5 * wrong["b1"].numeric)
    assert wrong["W2"] == right["W2"]


def test_samples_are_spread_over_each_block():
    network = make_network((20, 10, 3), "tanh")
    theta, batch = random_parameters(network.n), random_batch(network.n)
    assert [block.checked for block in check_gradient(network, theta, batch, samples=7)] == [7, 7, 7, 3]


def test_rows_on_a_kink_are_left_out_and_counted():
    network = make_network((2, 3, 2), "relu")
    theta = random_parameters(network.n)
    theta.b[1][:] = 0
    batch = Batch(np.array([[0.0, 0.0], [1.0, 2.0]]), np.eye(2))
    blocks = {block.name: block for block in check_gradient(network, theta, batch)}
    assert blocks["W1"].kinks == 3  # three units see exactly 0 in the first row
    assert blocks["W2"].kinks == 0
    assert all(block.passed for block in blocks.values())
    with pytest.raises(ValueError, match="every row lies on a kink"):
        list(check_gradient(network, theta, Batch(batch.x[:1], batch.y[:1])))


@pytest.mark.parametrize("optimizer", STEPPERS, ids=str)
@pytest.mark.parametrize("lmbda", [0.0, 0.3])
@pytest.mark.parametrize("train_biases", [True, False])
def test_a_step_lands_where_the_rule_says(optimizer, lmbda, train_biases):
    network = make_network((4, 5, 3), "tanh", lmbda=lmbda)
    theta, batch = random_parameters(network.n), random_batch(network.n)
    reports = list(check_step(network, theta, batch, optimizer, 0.1, train_biases))
    assert {report.name for report in reports} >= {"W1", "b1", "W2", "b2"}
    assert [report for report in reports if not report.passed] == []


def test_every_optimizer_is_stepped_here():
    assert {type(optimizer) for optimizer in STEPPERS} == {OPTIMIZERS.get(name) for name in OPTIMIZERS}


@pytest.mark.parametrize("mistake", ["no decay", "biases decayed", "memory not kept", "moved twice"])
def test_a_wrong_step_is_caught(monkeypatch, mistake):
    plain = Sgd._move

    def wrong(self, w, v, delta, a, eta, lmbda):
        decay = {"no decay": 0.0, "biases decayed": 0.3}.get(mistake, lmbda)
        old = None if v is None else v.copy()
        plain(self, w, v, delta, a, eta, decay)
        if mistake == "memory not kept" and v is not None:
            v[:] = old
        if mistake == "moved twice":
            plain(self, w, v, delta, a, eta, lmbda)

    monkeypatch.setattr(Sgd, "_move", wrong)
    network = make_network((4, 5, 3), "tanh", lmbda=0.3)
    theta, batch = random_parameters(network.n), random_batch(network.n)
    failed = {r.name for r in check_step(network, theta, batch, Sgd(momentum=0.9), 0.1) if not r.passed}
    assert (
        failed
        == {
            "no decay": {"W1", "W2", "v of W1", "v of W2"},
            "biases decayed": {"b1", "b2", "v of b1", "v of b2"},
            "memory not kept": {"v of W1", "v of b1", "v of W2", "v of b2"},
            "moved twice": {"W1", "b1", "W2", "b2", "v of W1", "v of b1", "v of W2", "v of b2"},
        }[mistake]
    )
