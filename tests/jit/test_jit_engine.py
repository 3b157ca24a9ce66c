"""The loops of the engine, in plain Python, against the core; what numba makes of them is tested elsewhere."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sample_networks import PAIRS, make_network, random_batch, random_parameters

from bpcli.core.activations import ACTIVATIONS
from bpcli.core.descent import Descent
from bpcli.core.optimizers.adaptive import Adam, AdamW
from bpcli.core.optimizers.sgd import Sgd
from bpcli.core.stepcheck import check_step
from bpcli.explain.checks import matrix_case
from bpcli.jit import engine
from bpcli.jit.descent import CompiledDescent
from bpcli.jit.entries import compiled_names

pytest_plugins = ["plain_engine"]

CASES = [(activation, *pair) for activation in compiled_names(ACTIVATIONS) for pair in PAIRS]

pytestmark = pytest.mark.usefixtures("plain_engine")


@pytest.mark.parametrize(("activation", "output", "cost"), CASES)
def test_a_step_is_the_rule_on_the_checked_gradient(activation, output, cost):
    network, theta, batch = matrix_case(ACTIVATIONS.get(activation)(), output, cost)
    descent = CompiledDescent(network, Sgd(0.9))
    for report in check_step(descent, theta, replace(batch, dropout=()), 0.1):
        assert report.passed, report


@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        ("pull_back", lambda below, W, delta: below.fill(0)),
        ("sums", lambda out, delta: np.sum(delta, axis=1, out=out)),
        ("product", lambda out, delta, a: np.dot(delta, a.T, out)),
        ("add_penalty", lambda l1, l2, weights, gradient: None),
    ],
)
def test_a_mistake_in_the_engine_is_found_by_the_check_of_the_step(part, wrong, monkeypatch):
    network, theta, batch = matrix_case(ACTIVATIONS.get("tanh")(), "softmax", "cross_entropy")
    wrong.__name__ = part
    parts = [wrong if one.__name__ == part else one for one in engine.PARTS]
    monkeypatch.setattr(engine, "PARTS", parts)
    reports = list(check_step(CompiledDescent(network, Sgd()), theta, replace(batch, dropout=()), 0.1))
    assert not all(report.passed for report in reports)


@pytest.mark.parametrize("large", [0, 10**9], ids=["BLAS", "loops"])
def test_products_by_blas_and_by_loops(large, monkeypatch):
    monkeypatch.setattr(engine, "LARGE_PRODUCT", large)
    network, theta, batch = matrix_case(ACTIVATIONS.get("tanh")(), "softmax", "cross_entropy")
    assert all(r.passed for r in check_step(CompiledDescent(network, Sgd()), theta, replace(batch, dropout=()), 0.1))


def steps(descent: CompiledDescent, rows: np.ndarray, size: int, at_once: int, weighted: bool = False) -> tuple:
    """Parameters after a step on each batch, and the costs met, with so many batches to a call."""
    network = descent.network
    theta, batch = random_parameters(network.n), random_batch(network.n, 40, weighted=weighted)
    descent.start(theta)
    costs = []
    for start in range(0, len(rows), size * at_once):
        some = rows[start : start + size * at_once]
        rates = [0.1] * -(-len(some) // size)
        costs += descent.steps(theta, (batch.x, batch.y, batch.w), some, size, rates)
    return theta.flat, costs


def steps_by_numpy(descent: Descent, rows: np.ndarray, size: int, weighted: bool) -> tuple:
    """The same, a batch at a time."""
    network, costs = descent.network, []
    theta, batch = random_parameters(network.n), random_batch(network.n, 40, weighted=weighted)
    descent.start(theta)
    for start in range(0, len(rows), size):
        some = rows[start : start + size]
        work = network.workspace(len(some), np.float64)
        work.a[0][:], work.y[:] = batch.x[some], batch.y[some]
        work.w = batch.w[some, None] if weighted else None
        network.forward(theta, work)
        costs.append(network.batch_cost(theta, work))
        descent.step(theta, work, 0.1)
    return theta.flat, costs


@pytest.mark.parametrize("how", [{}, {"train_biases": False}])
@pytest.mark.parametrize("weighted", [False, True])
def test_many_steps_with_a_short_batch_at_the_end(how, weighted):
    network, rows = make_network(l1=0.01, l2=0.02), np.random.default_rng(0).permutation(40)[:37]
    flat, costs = steps_by_numpy(Descent(network, Adam(), **how), rows, 8, weighted)
    compiled_flat, compiled_costs = steps(CompiledDescent(network, Adam(), **how), rows, 8, 100, weighted)
    assert len(costs) == 5
    np.testing.assert_allclose(compiled_flat, flat, rtol=1e-12)
    np.testing.assert_allclose(compiled_costs, costs, rtol=1e-12)


def test_how_many_steps_are_taken_at_once_changes_no_bit():
    network, rows = make_network(), np.random.default_rng(0).permutation(40)
    results = [steps(CompiledDescent(network, Adam()), rows, 8, at_once) for at_once in (1, 2, 100)]
    assert len({(flat.tobytes(), tuple(costs)) for flat, costs in results}) == 1


def test_it_ends_at_the_first_cost_that_is_not_finite_and_takes_no_such_step():
    network = make_network(activation="relu", output="identity", cost="quadratic")
    theta, batch = random_parameters(network.n), random_batch(network.n, 40)
    x = batch.x.copy()
    x[17] = np.inf
    ends = []
    for rows in (40, 16):
        descent = CompiledDescent(network, Sgd(0.9))
        descent.start(moved := theta.copy())
        with np.errstate(all="ignore"):
            costs = descent.steps(moved, (x, batch.y, None), np.arange(rows), 4, [0.01] * (rows // 4))
        ends.append((moved.flat.tobytes(), descent.optimizer.t, costs[:4]))
        assert [np.isfinite(C) for C in costs] == [True] * 4 + [False] * (rows == 40)
    assert ends[0] == ends[1]


def test_what_it_has_not_is_refused():
    network = make_network()
    for limit in ("clip_norm", "clip_value", "max_norm"):
        with pytest.raises(ValueError, match="limits"):
            CompiledDescent(network, Sgd(), **{limit: 1.0})
    with pytest.raises(ValueError, match="AdamW"):
        CompiledDescent(network, AdamW())
    with pytest.raises(ValueError, match="Gelu"):
        CompiledDescent(make_network(activation="gelu"), Sgd())


def test_small_networks_take_many_steps_at_once_and_large_ones_few():
    assert CompiledDescent(make_network((4, 10, 3)), Sgd()).steps_at_once(16) > 1000
    assert CompiledDescent(make_network((784, 2048, 10)), Sgd()).steps_at_once(256) == 1
