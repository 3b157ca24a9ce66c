"""What must hold for every network, point and batch, tried on many drawn by Hypothesis; the same ones each time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from random_networks import Case, cost_and_gradient, random_case

from bpcli.core.gradcheck import Batch, check_gradient, leave_out_kinks
from bpcli.core.optimizers import Sgd
from bpcli.core.parameters import Parameters

MANY = settings(derandomize=True, database=None, deadline=None, max_examples=150)
FEWER = settings(MANY, max_examples=80)

CASES = st.integers(0, 2**32 - 1).map(random_case)
CROSS_ENTROPIES = CASES.filter(lambda case: case.output == "softmax")


def rows(batch: Batch, which: np.ndarray) -> Batch:
    return Batch(batch.x[which], batch.y[which], None if batch.w is None else batch.w[which])


def assert_near(got: Parameters, expected: Parameters, tolerance: float) -> None:
    """Block by block, in parts of the largest entry of the gradient."""
    scale = max(np.abs(expected.flat).max(), np.finfo(float).tiny)
    for (name, block), (_, wanted) in zip(got.blocks(), expected.blocks()):
        np.testing.assert_allclose(block, wanted, rtol=0, atol=tolerance * scale, err_msg=name)


@MANY
@given(CASES, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(case, random):
    order = np.arange(len(case.batch.x))
    random.shuffle(order)
    C, gradient = cost_and_gradient(case)
    C_shuffled, gradient_shuffled = cost_and_gradient(replace(case, batch=rows(case.batch, order)))
    assert C_shuffled == pytest.approx(C, rel=1e-13)
    assert_near(gradient_shuffled, gradient, 1e-13)


@MANY
@given(CASES)
def test_twice_the_weight_of_all_rows_is_twice_the_cost_to_the_bit(case):
    network, w = replace(case.network, lmbda=0.0), np.ones(len(case.batch.x)) if case.batch.w is None else case.batch.w
    single = replace(case, network=network, batch=replace(case.batch, w=w))
    double = replace(single, batch=replace(case.batch, w=2 * w))
    (C, gradient), (C_double, gradient_double) = cost_and_gradient(single), cost_and_gradient(double)
    assert C_double == 2 * C
    np.testing.assert_array_equal(gradient_double.flat, 2 * gradient.flat)


@MANY
@given(CASES)
def test_a_batch_is_the_mean_of_its_rows(case):
    C, gradient = cost_and_gradient(case)
    singly = [cost_and_gradient(replace(case, batch=rows(case.batch, np.array([i])))) for i in range(len(case.batch.x))]
    assert pytest.approx(np.mean([cost for cost, _ in singly]), rel=1e-13) == C
    mean = gradient.like()
    mean.flat[:] = np.mean([one.flat for _, one in singly], axis=0)
    assert_near(gradient, mean, 1e-13)


@MANY
@given(CROSS_ENTROPIES, st.floats(-100, 100))
def test_a_shift_of_all_weighted_inputs_moves_nothing_after_softmax(case, shift):
    C, gradient = cost_and_gradient(case)
    moved = case.theta.copy()
    moved.b[case.network.L] += shift
    C_moved, gradient_moved = cost_and_gradient(replace(case, theta=moved))
    assert C_moved == pytest.approx(C, rel=1e-10, abs=1e-12)
    assert_near(gradient_moved, gradient, 1e-10)


@MANY
@given(CASES, st.floats(1e-3, 1e3))
def test_no_example_costs_less_than_nothing(case, size):
    assume(case.cost != "poisson")  # a − y log a is below 0 for large counts
    theta = case.theta.copy()
    theta.flat *= size
    work = case.batch.workspace(case.network, np.float64)
    case.network.forward(theta, work)
    assert (case.network.example_costs(work) >= 0).all()


@FEWER
@given(CASES)
def test_the_complex_step_finds_the_same_gradient(case):
    assume(sum(leave_out_kinks(case.network, case.theta, case.batch)[1]) == 0)
    for block in check_gradient(case.network, case.theta, case.batch):
        assert block.passed, (str(case), block)


@MANY
@given(CASES)
def test_the_same_work_twice_gives_the_same_bits_and_changes_nothing_else(case):
    work, first, second = case.batch.workspace(case.network, np.float64), case.theta.like(), case.theta.like()
    before = case.theta.flat.tobytes()
    case.network.forward(case.theta, work)
    C = case.network.batch_cost(case.theta, work)
    case.network.gradient(case.theta, work, first)
    case.network.gradient(case.theta, work, second)
    assert case.network.batch_cost(case.theta, work) == C
    assert first.flat.tobytes() == second.flat.tobytes()
    assert case.theta.flat.tobytes() == before
    np.testing.assert_array_equal(work.a[0], case.batch.x)


@MANY
@given(CASES, st.integers(1, 9))
def test_a_short_batch_leaves_no_trace_of_what_stood_in_the_workspace(case, more):
    m = len(case.batch.x)
    large = case.network.workspace(m + more, np.float64)
    large.w = None if case.batch.w is None else np.ones((m + more, 1))
    short, got = large.first(m), case.theta.like()
    for memory in (*large.a, *large.z, *large.delta, large.costs, *(spare.block for spare in large.spare)):
        memory.fill(np.nan)
    got.flat.fill(np.nan)
    short.a[0][:], short.y[:] = case.batch.x, case.batch.y
    if short.w is not None and case.batch.w is not None:
        short.w[:, 0] = case.batch.w
    case.network.forward(case.theta, short)
    C, gradient = cost_and_gradient(case)
    assert case.network.batch_cost(case.theta, short) == C
    case.network.gradient(case.theta, short, got)
    assert got.flat.tobytes() == gradient.flat.tobytes()


@MANY
@given(CASES, st.sampled_from([Sgd(), Sgd(0.9), Sgd(0.9, nesterov=True)]))
def test_a_small_step_goes_downhill_by_what_the_gradient_promises(case, optimizer):
    assume(sum(leave_out_kinks(case.network, case.theta, case.batch)[1]) == 0)
    C, gradient = cost_and_gradient(case)
    slope = float(gradient.flat @ gradient.flat)
    assume(1e-6 < slope < 1e6)
    eta, moved = 1e-7 / np.sqrt(slope), case.theta.copy()
    work = case.batch.workspace(case.network, np.float64)
    case.network.forward(moved, work)
    optimizer.start(moved, case.network.lmbda, train_biases=True)
    optimizer.step(moved, case.network.backward(moved, work), work.ones, eta)
    gained = C - cost_and_gradient(replace(case, theta=moved))[0]
    first = 1 + optimizer.momentum if optimizer.nesterov else 1  # Nesterov's first step already looks ahead
    assert gained == pytest.approx(first * eta * slope, rel=1e-2, abs=1e-13 * abs(C))


@FEWER
@given(CASES)
def test_single_precision_is_the_same_up_to_its_rounding(case: Case):
    work = case.batch.workspace(case.network, np.float32)
    theta, gradient = case.theta.copy(np.float32), case.theta.like(np.float32)
    case.network.forward(theta, work)
    C, exact = cost_and_gradient(replace(case, theta=theta.copy(np.float64)))
    assert case.network.batch_cost(theta, work) == pytest.approx(C, rel=1e-4, abs=1e-6)
    assume(sum(leave_out_kinks(case.network, case.theta, case.batch)[1]) == 0)
    case.network.gradient(theta, work, gradient)
    assert_near(gradient, exact, 1e-4)
