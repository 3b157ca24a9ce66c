"""Mistakes once made in the mathematical core, each by the smallest case that shows it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from random_networks import random_case, random_parameters

from bpcli.core.activations import ACTIVATIONS, Spare
from bpcli.core.batch import Batch
from bpcli.core.costs import COSTS
from bpcli.core.descent import Descent
from bpcli.core.gradcheck import check_gradient
from bpcli.core.linalg import pull_back
from bpcli.core.metrics import errors
from bpcli.core.network import Network
from bpcli.core.optimizers import OPTIMIZERS
from bpcli.core.optimizers.sgd import Sgd
from bpcli.core.outputs import OUTPUTS
from bpcli.core.parameters import Parameters
from bpcli.core.penalties import Penalty
from bpcli.core.stepcheck import check_step
from bpcli.training.stopping import Watch


def network(n, activation, output, cost, l2=0.0):
    f = ACTIVATIONS.get(activation)()
    return Network(n, (f,) * (len(n) - 2), OUTPUTS.get(output)(), COSTS.get(cost)[output](), Penalty(l2=l2))


def agrees(net, theta, batch) -> bool:
    return all(block.passed for block in check_gradient(net, theta, batch))


@pytest.mark.parametrize("residual", [1e-5, 1e-8, 1e-12])
def test_a_network_that_has_learned_everything_is_no_mismatch(residual):
    net = network((2, 4, 1), "tanh", "identity", "quadratic")
    for seed in range(20):
        rng = np.random.default_rng(seed)
        theta, x, work = random_parameters(net.n, rng), rng.standard_normal((4, 2)), net.workspace(4, np.float64)
        work.a[0][:] = x
        y = net.forward(theta, work) + residual * rng.standard_normal((4, 1))
        assert agrees(net, theta, Batch(x, y))


@pytest.mark.parametrize("scale", [1e-3, 3.0, 10.0, 30.0, 100.0])
def test_large_and_small_parameters_are_no_mismatch(scale):
    for seed in range(60):
        case = random_case(seed)
        if case.output == "exponential" and scale > 1:  # e^z of a large z is a cost that drowns the rest
            continue
        case.theta.flat *= scale
        assert agrees(case.network, case.theta, case.batch), str(case)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "softplus"])
@pytest.mark.parametrize("z", [-800.0, -40.0, -20.0, 12.0, 20.0, 40.0])
def test_a_saturated_unit_is_no_mismatch(activation, z):
    net, theta = network((1, 1, 1), activation, "identity", "quadratic"), Parameters((1, 1, 1))
    theta.flat[:] = [1.0, 0.5, z, 0.1]
    assert agrees(net, theta, Batch(np.array([[0.3], [-0.2]]), np.array([[1.0], [2.0]])))


def test_two_outputs_one_rounding_apart_are_no_mismatch():
    net = network((1, 2), "tanh", "softmax", "cross_entropy")
    for seed in range(20):
        rng, theta = np.random.default_rng(seed), Parameters((1, 2))
        theta.W[1][:] = rng.standard_normal()
        b = rng.standard_normal()
        theta.b[1][:] = [b, np.nextafter(b, 9)]
        assert agrees(net, theta, Batch(rng.standard_normal((1, 1)), np.array([[1.0, 0.0]])))


def late_backward(self, theta, work):
    """Backpropagation that takes δ[l-1] after W[l] has moved."""
    self.cost.error(self.output, work.z[self.L], work.a[self.L], work.y, work.spare[self.L], work.delta[self.L])
    for l in range(self.L, 0, -1):
        yield l, work.delta[l], work.a[l - 1]
        if l > 1:
            pull_back(work.delta[l - 1], work.delta[l], theta.W[l])
            self.hidden[l - 2].times_prime(work.delta[l - 1], work.z[l - 1], work.a[l - 1], work.spare[l - 1])


def some_step():
    rng, net = np.random.default_rng(0), network((4, 5, 3), "tanh", "softmax", "cross_entropy")
    return net, random_parameters(net.n, rng), Batch(rng.standard_normal((6, 4)), np.eye(3)[rng.integers(0, 3, 6)])


@pytest.mark.parametrize("optimizer", [Sgd(), Sgd(0.9), Sgd(0.9, True)], ids=str)
def test_an_error_carried_back_through_weights_that_have_moved_is_caught(monkeypatch, optimizer):
    monkeypatch.setattr(Network, "backward", late_backward)
    net, theta, batch = some_step()
    reports = check_step(Descent(net, optimizer), theta, batch, 0.5)
    assert {report.name for report in reports if not report.passed} >= {"W1", "b1"}


@pytest.mark.parametrize("name", list(OPTIMIZERS))
@pytest.mark.parametrize("eta", [1e-6, 1e-12])
def test_a_step_that_is_not_made_is_caught_at_any_learning_rate(monkeypatch, name, eta):
    optimizer, blocks = OPTIMIZERS.get(name)(), {"W1", "b1", "W2", "b2"}
    monkeypatch.setattr(type(optimizer), "move", lambda self, theta, gradient, eta: None)
    monkeypatch.setattr(type(optimizer), "follow", lambda self, theta, factors, ones, eta, l2: None)
    net, theta, batch = some_step()
    reports = list(check_step(Descent(net, optimizer), theta, batch, eta))
    assert {report.name for report in reports if not report.passed} >= blocks


@pytest.mark.parametrize("name", list(OPTIMIZERS))
@pytest.mark.parametrize("eta", [1e-12, 1e-6, 0.1, 100.0])
def test_a_step_that_is_right_is_no_mismatch_at_any_learning_rate(name, eta):
    net, theta, batch = some_step()
    reports = check_step(Descent(net, OPTIMIZERS.get(name)()), theta, batch, eta)
    assert [report for report in reports if not report.passed] == []


@pytest.mark.parametrize(("z", "rtol"), [(10.0, 1e-5), (15.0, 1e-5), (30.0, 1e-5)])
def test_the_cost_of_a_label_that_is_nearly_sure_is_not_rounded_away(z, rtol):
    zs, y = np.array([[z, -z]], np.float32), np.array([[1, 0]], np.float32)
    out = np.empty((1, 1), np.float32)
    spare = Spare(
        *np.empty((3, *zs.shape), zs.dtype), np.empty_like(out), np.ones(2, np.float32), np.zeros((), np.float32)
    )
    COSTS.get("cross_entropy")["sigmoid"]().examples(zs, zs, y, spare, out)
    assert out[0, 0] == pytest.approx(2 * math.log1p(math.exp(-z)), rel=rtol, abs=0)


def test_a_figure_that_is_no_number_counts_as_waiting():
    watch = Watch("validation.cost", patience=2)
    for value in [1.0, math.nan, math.nan]:
        watch.improves(value)
    assert watch.exhausted


def test_a_constant_target_whose_mean_is_rounded_has_no_r2():
    assert math.isnan(errors(np.full((3, 1), 0.101), np.full((3, 1), 0.1))["r2"])


@pytest.mark.parametrize("decay", [1e-6, 1e-7, 1e-8])
@pytest.mark.parametrize("optimizer", [Sgd, lambda: Sgd(0.9)], ids=["plain", "momentum"])
def test_a_small_penalty_is_not_rounded_away_in_single_precision(optimizer, decay):
    eta, steps, paths = 0.1, 3000, []
    net = network((40, 40), "tanh", "identity", "quadratic", decay / eta)
    start = 1 + np.random.default_rng(0).random(net.n[0] * net.n[1] + net.n[1])
    for dtype in (np.float32, np.float64):
        theta, descent, work = Parameters(net.n, dtype), Descent(net, optimizer(), False), net.workspace(8, dtype)
        theta.flat[:] = start
        descent.start(theta)
        rng = np.random.default_rng(1)
        for _ in range(steps):
            work.a[0][:] = rng.standard_normal((8, 40))
            net.forward(theta, work)
            work.y[:] = work.a[1] + 0.01 * rng.standard_normal((8, 40))  # so that the weights wander and stay large
            descent.step(theta, work, eta)
        paths.append(theta.weights.astype(float))
    shrunk_too_much = 1 - paths[0].sum() / paths[1].sum()
    assert abs(shrunk_too_much) < 0.02 * steps * decay
