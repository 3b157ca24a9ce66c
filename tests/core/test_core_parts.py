"""Parameters, workspace, products, schedules and first weights."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sample_networks import make_network

from bpcli.core import linalg
from bpcli.core.initializers import INITIALIZERS, draw
from bpcli.core.parameters import Parameters
from bpcli.core.schedules import (
    SCHEDULES,
    Constant,
    Cosine,
    Exponential,
    InverseScaling,
    Linear,
    OneCycle,
    Plateau,
    Progress,
    Step,
    WarmedUp,
)


def test_parameters_are_views_of_one_vector():
    theta = Parameters((2, 3, 1))
    assert len(theta.flat) == 2 * 3 + 3 * 1 + 3 + 1
    theta.flat[:] = np.arange(13)
    assert theta.W[1].tolist() == [[0, 1], [2, 3], [4, 5]]
    assert theta.W[2].tolist() == [[6, 7, 8]]
    assert theta.b[1].tolist() == [9, 10, 11]
    assert theta.b[2].tolist() == [12]
    assert theta.weights.tolist() == list(range(9))
    assert [name for name, _ in theta.blocks()] == ["W1", "b1", "W2", "b2"]
    twin = theta.copy(np.complex128)
    twin.W[1][0, 0] = 1j
    assert theta.W[1][0, 0] == 0


def test_a_workspace_holds_no_more_rows_than_it_has():
    work = make_network().workspace(4, np.float64)
    assert work.first(4) is work
    assert work.first(3) is work.first(3)
    assert np.shares_memory(work.first(3).a[1], work.a[1])
    for rows in (0, 5):
        with pytest.raises(ValueError, match=f"a workspace of 4 rows cannot hold {rows}"):
            work.first(rows)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128])
@pytest.mark.parametrize(("m", "j", "k"), [(5, 3, 4), (1, 3, 4), (5, 1, 4), (5, 3, 1), (1, 1, 1)])
def test_products_write_where_they_are_told(dtype, m, j, k):
    rng = np.random.default_rng(0)

    def some(*shape):
        return rng.standard_normal(shape).astype(dtype)

    tolerance = 1e-5 if dtype == np.float32 else 1e-13
    z, a, W, delta, b, below = some(m, j), some(m, k), some(j, k), some(m, j), some(j), some(m, k)
    expected = {
        "z": z + a @ W.T,
        "below": delta @ W,
        "W": 0.5 * W - 2 * delta.T @ a,
        "b": 0.5 * b - 2 * delta.sum(axis=0),
    }
    linalg.add_product(z, a, W)
    linalg.pull_back(below, delta, W)
    linalg.accumulate(W, delta, a, alpha=-2.0, beta=0.5)
    linalg.accumulate(b, delta, np.ones(m, dtype), alpha=-2.0, beta=0.5)
    for name, got in {"z": z, "below": below, "W": W, "b": b}.items():
        np.testing.assert_allclose(got, expected[name], rtol=tolerance, atol=tolerance)
    y, x = some(j, k), some(j, k)
    expected_y = y + 3 * x
    linalg.add_scaled(y, x, 3.0)
    np.testing.assert_allclose(y, expected_y, rtol=tolerance)
    assert linalg.sum_of_squares(x.ravel()) == pytest.approx((x**2).sum(), rel=tolerance)


def test_schedules():
    def factors(schedule, epochs=6, steps=2):
        """Of each step, when an epoch has 10 examples."""
        return [
            schedule.factor(Progress(epoch, epoch * steps + step, 10 * epoch, epochs, steps))
            for epoch in range(epochs)
            for step in range(steps)
        ]

    def by_epoch(schedule, epochs=6):
        return factors(schedule, epochs)[::2]

    assert by_epoch(Constant()) == [1] * 6
    assert by_epoch(Step(every=2, gamma=0.5)) == [1, 1, 0.5, 0.5, 0.25, 0.25]
    assert by_epoch(Exponential(gamma=0.5)) == [1, 0.5, 0.25, 0.125, 0.0625, 0.03125]
    assert by_epoch(InverseScaling()) == pytest.approx([(10 * epoch + 1) ** -0.5 for epoch in range(6)])
    assert by_epoch(InverseScaling(power=1000)) == [1, 0, 0, 0, 0, 0]
    assert by_epoch(Cosine()) == pytest.approx([(1 + math.cos(math.pi * epoch / 6)) / 2 for epoch in range(6)])
    assert by_epoch(Linear(final=0.4)) == pytest.approx([1, 0.9, 0.8, 0.7, 0.6, 0.5])
    one_cycle = factors(OneCycle(rise=0.5, start=10, end=100))
    assert one_cycle[0] == pytest.approx(0.1)
    assert max(one_cycle) == one_cycle[5] == 1
    assert one_cycle[-1] == pytest.approx(0.001)
    warmed = factors(WarmedUp(Step(every=1, gamma=0.5), epochs=2))
    assert warmed == pytest.approx([0.2, 0.4, 0.6, 0.8, 1, 1, 0.5, 0.5, 0.25, 0.25, 0.125, 0.125])
    assert factors(WarmedUp(InverseScaling(), epochs=1))[2:] == factors(InverseScaling())[:-2]


@pytest.mark.parametrize("rise", [1e-9, 0.1, 0.3, 0.5, 0.7, 0.9, math.nextafter(1, 0)])
@pytest.mark.parametrize("steps", range(1, 12))
def test_one_cycle_of_few_steps(rise, steps):
    cycle = OneCycle(rise=rise)
    factors = [cycle.factor(Progress(0, step, 0, 1, steps)) for step in range(steps)]
    top = factors.index(max(factors))
    assert all(1 / 25 / 1e4 <= factor <= 1 for factor in factors)
    assert factors[: top + 1] == sorted(factors[: top + 1])
    assert factors[top:] == sorted(factors[top:], reverse=True)
    if rise * steps <= 1:  # no step to rise in
        assert factors[0] == 1
    else:
        assert factors[0] == pytest.approx(1 / 25)


def test_a_plateau_waits_before_it_acts():
    plateau = Plateau(gamma=0.5, patience=1, min_delta=0.1, final=0.2)
    seen = []
    for value in [1.0, 0.95, 0.93, 0.92, 0.91, 0.5, 0.5, 0.5, 0.5, 0.5]:
        plateau.measured(value)
        seen.append(plateau.factor(Progress(0, 0, 0, 1, 1)))
    assert seen == [1, 1, 0.5, 0.5, 0.25, 0.25, 0.25, 0.2, 0.2, 0.2]


VARIANCES = {  # of the weights of 300 neurons with 200 inputs
    "he_uniform": 2 / 200,
    "he_normal": 2 / 200,
    "glorot_uniform": 2 / 500,
    "glorot_normal": 2 / 500,
    "normal": 1.0,
    "scaled_normal": 1 / 200,
    "lecun_normal": 1 / 200,
    "orthogonal": 1 / 300,
    "uniform": 1 / 600,
    "zeros": 0.0,
}


@pytest.mark.parametrize("name", list(INITIALIZERS))
def test_first_weights_have_the_mean_and_variance_they_are_named_for(name):
    rule = INITIALIZERS.get(name)
    W = rule.weights(np.random.default_rng(0), 300, 200)
    assert W.shape == (300, 200)
    assert W.var() == pytest.approx(VARIANCES[name], rel=0.02)
    assert W.mean() == pytest.approx(0, abs=0.01)
    b = rule.biases(np.random.default_rng(0), 300, 200)
    assert b.std() == pytest.approx(
        1.0 if ("normal" in name and "_" not in name) or name == "scaled_normal" else 0, abs=0.1
    )
    if "uniform" in name:
        assert np.abs(W).max() <= np.sqrt(3 * VARIANCES[name])


def test_each_layer_is_drawn_from_a_stream_of_its_own():
    rule = INITIALIZERS.get("he_normal")
    short, long, other = Parameters((4, 5, 3)), Parameters((4, 5, 3, 2)), Parameters((4, 5, 3))
    draw(short, [rule] * 2, [rule] * 2, seed=1)
    draw(long, [rule] * 3, [rule] * 3, seed=1)
    draw(other, [rule] * 2, [rule] * 2, seed=2)
    np.testing.assert_array_equal(short.W[1], long.W[1])
    np.testing.assert_array_equal(short.W[2], long.W[2])
    assert not np.array_equal(short.W[1], other.W[1])


def test_which_schedules_are_laid_out_over_all_epochs():
    """By trying: the rate of some step, in trainings of two lengths."""
    for name in SCHEDULES:
        kind = SCHEDULES.get(name)
        rates = [
            [kind().factor(Progress(step // 10, step, 320 * (step // 10), epochs, 10)) for step in range(50)]
            for epochs in (5, 7)
        ]
        assert (rates[0] != rates[1]) == kind.spans_all, name
