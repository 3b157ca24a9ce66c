"""The gradient check itself: it passes what is right, and each planted mistake is caught and located."""

from __future__ import annotations

import numpy as np
import pytest
from sample_networks import PAIRS, make_network, random_batch, random_parameters

from bpcli.core.activations import ACTIVATIONS
from bpcli.core.activations.rectifying import Relu
from bpcli.core.activations.saturating import Sigmoid
from bpcli.core.batch import Batch
from bpcli.core.costs import Quadratic
from bpcli.core.derivatives import METHODS
from bpcli.core.descent import Descent
from bpcli.core.gradcheck import Criteria, check_gradient
from bpcli.core.linalg import accumulate
from bpcli.core.optimizers import OPTIMIZERS
from bpcli.core.optimizers.adaptive import Adagrad, Adam, AdamW, RmsProp
from bpcli.core.optimizers.rprop import Rprop
from bpcli.core.optimizers.sgd import Sgd
from bpcli.core.stepcheck import check_step

STEPPERS = [
    Sgd(), Sgd(momentum=0.9), Sgd(momentum=0.9, nesterov=True),
    Adam(), AdamW(weight_decay=0.1), RmsProp(), RmsProp(momentum=0.9), Adagrad(), Rprop(),
]  # fmt: skip

DROPOUT = (0.2, 0.4, 0.3)


@pytest.mark.parametrize("activation", list(ACTIVATIONS))
@pytest.mark.parametrize(("output", "cost"), PAIRS)
@pytest.mark.parametrize("method", list(METHODS))
@pytest.mark.parametrize("dropout", [(), DROPOUT], ids=["all units", "dropout"])
def test_every_legal_case_passes(activation, output, cost, method, dropout):
    network = make_network((4, 5, 6, 3), activation, output, cost, l2=0.1, l1=0.05)
    theta, batch = random_parameters(network.n), random_batch(network.n, weighted=True, dropout=dropout)
    theta.flat *= 0.5
    for block in check_gradient(network, theta, batch, Criteria(method)):
        assert block.passed, block
        assert block.checked == (5 if METHODS.get(method).directional else np.prod(block.shape))


def failing_blocks(network, **how) -> set[str]:
    theta, batch = random_parameters(network.n), random_batch(network.n)
    return {block.name for block in check_gradient(network, theta, batch, Criteria(**how)) if not block.passed}


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
    assert [block.checked for block in check_gradient(network, theta, batch, Criteria(samples=7))] == [7, 7, 7, 3]


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


def test_directions_go_down_to_the_entry_when_they_fail(monkeypatch):
    plain = Relu.times_prime

    def one_unit_off(self, delta, z, a, spare):
        plain(self, delta, z, a, spare)
        delta[:, 2] *= 1 + 1e-6

    monkeypatch.setattr(Relu, "times_prime", one_unit_off)
    network = make_network((4, 5, 3), "relu")
    found = check_gradient(network, random_parameters(network.n), random_batch(network.n), Criteria("directional"))
    blocks = {block.name: block for block in found}
    assert (blocks["b1"].passed, blocks["b1"].worst_index) == (False, (2,))
    assert (blocks["W2"].passed, blocks["W2"].worst_index, blocks["W2"].checked) == (True, None, 5)


def test_a_gradient_that_differs_from_run_to_run_fails(monkeypatch):
    plain, calls = Sigmoid.times_prime, []

    def restless(self, delta, z, a, spare):
        plain(self, delta, z, a, spare)
        calls.append(1)
        delta *= 1 + 1e-16 * 2 ** len(calls)

    monkeypatch.setattr(Sigmoid, "times_prime", restless)
    assert failing_blocks(make_network((4, 5, 3), "sigmoid")) == {"W1", "b1"}


def test_a_gradient_that_is_added_to_the_one_before_it_fails(monkeypatch):
    def added(block, delta, a, alpha, beta):
        accumulate(block, delta, a, alpha, 1.0)

    monkeypatch.setattr("bpcli.core.network.accumulate", added)
    network = make_network((4, 5, 3), "sigmoid")
    blocks = list(check_gradient(network, random_parameters(network.n), random_batch(network.n)))
    assert all(block.agrees and not block.repeatable and not block.passed for block in blocks)


def test_a_relative_tolerance_of_zero_leaves_the_absolute_one():
    assert failing_blocks(make_network((4, 5, 3), "sigmoid"), rtol=0.0, atol=1e-12) == set()
    assert failing_blocks(make_network((4, 5, 3), "sigmoid"), rtol=0.0, atol=0.0) == {"W1", "b1", "W2", "b2"}
    network = make_network((4, 5, 3), "sigmoid")
    first = next(check_gradient(network, random_parameters(network.n), random_batch(network.n), Criteria(rtol=0.0)))
    assert 0 < first.max_relative_error < 1e-12  # counted against the entries themselves


@pytest.mark.parametrize("scale", [1.0, 1e3, 1e6])
def test_the_rounding_of_a_saturated_unit_is_no_mistake(scale):
    network = make_network((1, 1, 1), "tanh", "identity", "quadratic")
    theta, batch = random_parameters(network.n), Batch(np.array([[1.0]]), np.array([[scale]]))
    theta.flat[:] = [10.0, 1.0, 0.0, 0.0]  # f′ = 1 − tanh² 10 is 8e-9, and all but seven digits of it are lost
    assert all(block.passed for block in check_gradient(network, theta, batch))


def test_costs_and_penalties_have_kinks_too():
    network = make_network((2, 3), output="identity", cost="absolute", l1=0.1)
    theta = random_parameters(network.n)
    theta.W[1][0] = 0
    theta.b[1][0] = 1.0
    batch = Batch(np.array([[1.0, 2.0], [3.0, 1.0]]), np.array([[1.0, 5, 5], [2, 7, 7]]))
    blocks = {block.name: block for block in check_gradient(network, theta, batch)}
    assert blocks["b1"].kinks == 1  # the first output meets its target exactly in the first row
    assert blocks["W1"].kinks == 3  # and so do two weights of 0 under l1
    assert blocks["W1"].checked == 4
    assert all(block.passed for block in blocks.values())


@pytest.mark.parametrize("optimizer", STEPPERS, ids=str)
@pytest.mark.parametrize("penalty", [{}, {"l2": 0.3}, {"l1": 0.1, "l2": 0.3}], ids=str)
@pytest.mark.parametrize(
    "how",
    [{}, {"train_biases": False}, {"clip_norm": 0.05}, {"clip_value": 0.02}, {"max_norm": 1.0}],
    ids=str,
)
def test_a_step_lands_where_the_rule_says(optimizer, penalty, how):
    network = make_network((4, 5, 3), "tanh", **penalty)
    theta, batch = random_parameters(network.n), random_batch(network.n, dropout=(0.2, 0.5))
    reports = list(check_step(Descent(network, optimizer, **how), theta, batch, 0.1))
    assert {report.name for report in reports} >= {"W1", "b1", "W2", "b2"}
    assert [report for report in reports if not report.passed] == []


@pytest.mark.parametrize("optimizer", STEPPERS, ids=str)
def test_a_gradient_of_nothing_is_clipped_to_nothing(optimizer):
    network = make_network((4, 3), output="identity", cost="quadratic")
    theta, x = random_parameters(network.n), np.zeros((2, 4))
    batch = Batch(x, np.tile(theta.b[1], (2, 1)))
    descent = Descent(network, optimizer, clip_norm=0.5, clip_value=0.5, max_norm=1.0)
    assert all(report.passed for report in check_step(descent, theta, batch, 0.1))


@pytest.mark.parametrize("eta", [1e-1, 1e-6, 1e-9])
def test_a_small_step_must_be_as_right_as_a_large_one(monkeypatch, eta):
    plain = Sgd._move_block
    network = make_network((4, 5, 3), "tanh")
    theta, batch = random_parameters(network.n), random_batch(network.n)
    assert all(report.passed for report in check_step(Descent(network, Sgd()), theta, batch, eta))
    monkeypatch.setattr(
        Sgd, "_move_block", lambda self, w, v, delta, a, eta, l2: plain(self, w, v, delta, a, 1.01 * eta, l2)
    )
    assert not any(report.passed for report in check_step(Descent(network, Sgd()), theta, batch, eta))


def test_every_optimizer_is_stepped_here():
    assert {type(optimizer) for optimizer in STEPPERS} == {OPTIMIZERS.get(name) for name in OPTIMIZERS}


@pytest.mark.parametrize("mistake", ["no decay", "biases decayed", "memory not kept", "moved twice"])
def test_a_wrong_step_is_caught(monkeypatch, mistake):
    plain = Sgd._move_block

    def wrong(self, w, v, delta, a, eta, l2):
        decay = {"no decay": 0.0, "biases decayed": 0.3}.get(mistake, l2)
        old = None if v is None else v.copy()
        plain(self, w, v, delta, a, eta, decay)
        if mistake == "memory not kept" and v is not None:
            v[:] = old
        if mistake == "moved twice":
            plain(self, w, v, delta, a, eta, l2)

    monkeypatch.setattr(Sgd, "_move_block", wrong)
    network = make_network((4, 5, 3), "tanh", l2=0.3)
    theta, batch = random_parameters(network.n), random_batch(network.n)
    descent = Descent(network, Sgd(momentum=0.9))
    failed = {r.name for r in check_step(descent, theta, batch, 0.1) if not r.passed}
    assert (
        failed
        == {
            "no decay": {"W1", "W2", "v of W1", "v of W2"},
            "biases decayed": {"b1", "b2", "v of b1", "v of b2"},
            "memory not kept": {"v of W1", "v of b1", "v of W2", "v of b2"},
            "moved twice": {"W1", "b1", "W2", "b2", "v of W1", "v of b1", "v of W2", "v of b2"},
        }[mistake]
    )


def test_a_first_step_is_looked_at_too(monkeypatch):
    plain = Rprop.move

    def without_its_first_size(self, theta, gradient, eta):
        self.t += self.t == 0  # so that the sizes stay at 0, where a first step has to set them
        plain(self, theta, gradient, eta)

    monkeypatch.setattr(Rprop, "move", without_its_first_size)
    network = make_network((4, 5, 3), "tanh")
    theta, batch = random_parameters(network.n), random_batch(network.n)
    assert not all(report.passed for report in check_step(Descent(network, Rprop()), theta, batch, 0.1))


def test_the_written_out_gradient_is_looked_at_where_training_may_fall_back_on_it(monkeypatch):
    plain = Sgd.move
    monkeypatch.setattr(Sgd, "move", lambda self, theta, gradient, eta: plain(self, theta, gradient, 2 * eta))
    network = make_network((4, 5, 3), "tanh", l2=1e-5)
    theta, batch = random_parameters(network.n), random_batch(network.n)
    assert not any(report.passed for report in check_step(Descent(network, Sgd()), theta, batch, 0.1))
