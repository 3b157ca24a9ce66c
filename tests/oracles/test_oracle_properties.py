"""What must hold for every network, point and batch, tried on many drawn by Hypothesis; the same ones each time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from random_networks import Case, cost_and_gradient, random_case

from bpcli.core.batch import Batch
from bpcli.core.descent import Descent
from bpcli.core.gradcheck import check_gradient
from bpcli.core.kinks import leave_out_kinks
from bpcli.core.optimizers.sgd import Sgd
from bpcli.core.parameters import Parameters
from bpcli.core.penalties import Penalty
from bpcli.core.workspace import Workspace

MANY = settings(derandomize=True, database=None, deadline=None, max_examples=150)
FEWER = settings(MANY, max_examples=80)

SEEDS = st.integers(0, 2**32 - 1)
CASES = SEEDS.map(random_case)
WITHOUT_DROPOUT = SEEDS.map(lambda seed: random_case(seed, drops=False))  # for masks go by the place of a row
CROSS_ENTROPIES = CASES.filter(lambda case: case.output == "softmax")


def rows(batch: Batch, which: np.ndarray) -> Batch:
    return Batch(batch.x[which], batch.y[which], None if batch.w is None else batch.w[which])


def gradient_into(case: Case, work: Workspace, out: Parameters) -> None:
    theta = case.theta.copy(out.flat.dtype)
    case.network.gradient(theta, work, out, np.zeros_like(theta.weights))


def assert_near(got: Parameters, expected: Parameters, tolerance: float) -> None:
    """Block by block, in parts of the largest entry of the gradient."""
    scale = max(np.abs(expected.flat).max(), np.finfo(float).tiny)
    for (name, block), (_, wanted) in zip(got.blocks(), expected.blocks()):
        np.testing.assert_allclose(block, wanted, rtol=0, atol=tolerance * scale, err_msg=name)


@MANY
@given(WITHOUT_DROPOUT, st.randoms(use_true_random=False))
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
    network = replace(case.network, penalty=Penalty())
    w = np.ones(len(case.batch.x)) if case.batch.w is None else case.batch.w
    single = replace(case, network=network, batch=replace(case.batch, w=w))
    double = replace(single, batch=replace(case.batch, w=2 * w))
    (C, gradient), (C_double, gradient_double) = cost_and_gradient(single), cost_and_gradient(double)
    assert C_double == 2 * C
    np.testing.assert_array_equal(gradient_double.flat, 2 * gradient.flat)


@MANY
@given(WITHOUT_DROPOUT)
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
    assume(case.output != "exponential")  # which may overflow, and a − y log a is below 0 for large counts
    theta = case.theta.copy()
    theta.flat *= size
    work = case.batch.workspace(case.network, np.float64)
    case.network.forward(theta, work)
    assert (case.network.example_costs(work) >= 0).all()


@MANY
@given(CASES, st.floats(1, 1e4))
def test_large_weights_and_inputs_leave_everything_finite(case, size):
    assume(case.output != "exponential")  # which alone may overflow
    theta, batch = case.theta.copy(), replace(case.batch, x=size * case.batch.x)
    theta.W[1] *= size
    C, gradient = cost_and_gradient(replace(case, theta=theta, batch=batch))
    assert np.isfinite(C)
    assert np.isfinite(gradient.flat).all()


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
    gradient_into(case, work, first)
    gradient_into(case, work, second)
    assert case.network.batch_cost(case.theta, work) == C
    assert first.flat.tobytes() == second.flat.tobytes()
    assert case.theta.flat.tobytes() == before
    np.testing.assert_array_equal(work.a[0], case.batch.x)


@MANY
@given(CASES, st.integers(1, 9))
def test_a_short_batch_leaves_no_trace_of_what_stood_in_the_workspace(case, more):
    m = len(case.batch.x)
    short, got = case.batch.workspace(case.network, np.float64, room=m + more), case.theta.like()
    for memory in (*short.a[1:], *short.z[1:], *short.delta, *short.fed[1:], short.costs):
        memory.fill(np.nan)
    for spare in short.spare:
        for memory in (spare.block, spare.second, spare.third, spare.row):
            memory.fill(np.nan)
    got.flat.fill(np.nan)
    case.network.forward(case.theta, short)
    C, gradient = cost_and_gradient(case)
    assert case.network.batch_cost(case.theta, short) == C
    gradient_into(case, short, got)
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
    descent = Descent(case.network, optimizer)
    descent.start(moved)
    descent.step(moved, work, eta)
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
    gradient_into(case, work, gradient)
    assert_near(gradient, exact, 1e-4)
