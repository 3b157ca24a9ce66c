"""Parameters, workspace, products, schedules, first weights and metrics."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import make_network

from bpcli.core import linalg
from bpcli.core.initializers import INITIALIZERS, draw
from bpcli.core.metrics import choose, confusion_matrix, errors, per_class, per_label
from bpcli.core.parameters import Parameters
from bpcli.core.schedules import SCHEDULES, InverseScaling


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
    assert SCHEDULES.get("constant")().rate(0.2, 1000) == 0.2
    assert InverseScaling().rate(0.2, 0) == 0.2
    assert InverseScaling().rate(0.2, 3) == 0.1
    assert InverseScaling(power=1.0).rate(0.2, 3) == 0.05


VARIANCES = {  # of the weights of 300 neurons with 200 inputs
    "he_uniform": 2 / 200,
    "he_normal": 2 / 200,
    "glorot_uniform": 2 / 500,
    "glorot_normal": 2 / 500,
    "normal": 1.0,
    "scaled_normal": 1 / 200,
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


def test_metrics_equal_those_of_scikit_learn():
    sk = pytest.importorskip("sklearn.metrics", reason="scikit-learn is the oracle here")
    rng = np.random.default_rng(0)
    truth, chosen = rng.integers(0, 4, 200), rng.integers(0, 5, 200)
    confusion = confusion_matrix(truth, chosen, 5)
    assert confusion.tolist() == sk.confusion_matrix(truth, chosen, labels=range(5)).tolist()
    expected = sk.precision_recall_fscore_support(truth, chosen, labels=range(5), zero_division=0)
    got = per_class(confusion)
    np.testing.assert_allclose([(c.precision, c.recall, c.f1, c.support) for c in got], np.array(expected).T)
    several, guessed = rng.random((50, 3)) > 0.5, rng.random((50, 3)) > 0.3
    expected = sk.precision_recall_fscore_support(several, guessed, zero_division=0)
    got = per_label(several, guessed)
    np.testing.assert_allclose([(c.precision, c.recall, c.f1, c.support) for c in got], np.array(expected).T)
    y, a = rng.standard_normal((30, 2)), rng.standard_normal((30, 2))
    assert errors(a, y) == pytest.approx(
        {
            "mae": sk.mean_absolute_error(y, a),
            "rmse": np.sqrt(sk.mean_squared_error(y, a)),
            "r2": sk.r2_score(y, a),
        }
    )


def test_a_constant_target_has_an_r2_too():
    y = np.full((3, 1), 2.0)
    assert errors(y, y)["r2"] == 1.0
    assert errors(y + 1, y)["r2"] == 0.0


def test_one_output_chooses_between_two_classes():
    assert choose(np.array([[0.4], [0.6]])).tolist() == [0, 1]
    assert choose(np.array([[0.2, 0.5, 0.5]])).tolist() == [1]
