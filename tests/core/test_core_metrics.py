"""Metrics against scikit-learn's on the same predictions: ties, missing classes, one output, several labels."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest

from bpcli.core import metrics

sk = pytest.importorskip("sklearn.metrics", reason="scikit-learn is the oracle here")


def softmax(z):
    a = np.exp(z - z.max(axis=1, keepdims=True))
    return a / a.sum(axis=1, keepdims=True)


def classified(seed, n=200, k=4, decimals=None, absent=False):
    """Probabilities and true classes; rounded for ties, and with one class that is neither true nor likely."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, k, n)
    z = rng.standard_normal((n, k)) + 1.5 * np.eye(k)[truth]
    if absent:
        truth = truth % (k - 1)
        z[:, -1] = -9
    p = softmax(z if decimals is None else np.round(z, decimals))
    return p, truth


@pytest.mark.parametrize("absent", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_what_was_chosen(seed, absent):
    p, truth = classified(seed, absent=absent)
    chosen = metrics.choose(p)
    confusion = metrics.confusion_matrix(truth, chosen, 4)
    assert confusion.tolist() == sk.confusion_matrix(truth, chosen, labels=range(4)).tolist()
    expected = sk.precision_recall_fscore_support(truth, chosen, labels=range(4), zero_division=0)
    got = [(one.precision, one.recall, one.f1, one.support) for one in metrics.per_class(confusion)]
    np.testing.assert_allclose(got, np.array(expected).T)
    assert metrics.balanced_accuracy(confusion) == pytest.approx(sk.balanced_accuracy_score(truth, chosen))
    assert metrics.macro_f1(confusion) == pytest.approx(sk.f1_score(truth, chosen, average="macro"))


def test_a_class_that_was_chosen_though_no_example_has_it():
    truth, chosen = np.array([0, 0, 1, 1]), np.array([0, 2, 1, 1])
    confusion = metrics.confusion_matrix(truth, chosen, 4)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a chosen class is not there is said by scikit-learn too
        balanced = sk.balanced_accuracy_score(truth, chosen)
    assert metrics.balanced_accuracy(confusion) == balanced == 0.75
    assert metrics.macro_f1(confusion) == pytest.approx(sk.f1_score(truth, chosen, average="macro"))


def test_labels():
    rng = np.random.default_rng(0)
    truth, a = rng.random((50, 3)) > 0.5, np.round(rng.random((50, 3)), 2)
    chosen = a > 0.5
    expected = sk.precision_recall_fscore_support(truth, chosen, zero_division=0)
    got = [(one.precision, one.recall, one.f1, one.support) for one in metrics.per_label(truth, chosen)]
    np.testing.assert_allclose(got, np.array(expected).T)
    columns = list(zip(a.T, truth.T))
    each = [metrics.roc_auc(*column) for column in columns]
    assert np.mean(each) == pytest.approx(sk.roc_auc_score(truth, a, average="macro"))
    each = [metrics.average_precision(*column) for column in columns]
    assert np.mean(each) == pytest.approx(sk.average_precision_score(truth, a, average="macro"))
    each = [sk.log_loss(y, p) for p, y in columns]
    assert metrics.label_log_loss(a, truth) == pytest.approx(np.mean(each))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("decimals", [None, 1, 0])
@pytest.mark.parametrize("seed", range(5))
def test_ranks_of_two_classes(seed, decimals, dtype):
    rng = np.random.default_rng(seed)
    positive = rng.random(150) < 0.3
    scores = rng.standard_normal(150) + positive
    scores = (scores if decimals is None else np.round(scores, decimals)).astype(dtype)
    assert metrics.roc_auc(scores, positive) == pytest.approx(sk.roc_auc_score(positive, scores), rel=1e-12)
    expected = sk.average_precision_score(positive, scores)
    assert metrics.average_precision(scores, positive) == pytest.approx(expected, rel=1e-12)
    assert metrics.roc_auc(-scores, ~positive) == pytest.approx(metrics.roc_auc(scores, positive), rel=1e-12)


@pytest.mark.parametrize("decimals", [None, 0])
def test_ranks_of_each_class_against_the_rest(decimals):
    p, truth = classified(0, decimals=decimals)
    positive = truth[:, np.newaxis] == np.arange(4)
    each = [metrics.roc_auc(p[:, c], positive[:, c]) for c in range(4)]
    assert np.mean(each) == pytest.approx(sk.roc_auc_score(truth, p, multi_class="ovr"))
    each = [metrics.average_precision(p[:, c], positive[:, c]) for c in range(4)]
    assert each == pytest.approx(sk.average_precision_score(positive, p, average=None).tolist())


def test_ranks_that_are_not_defined():
    scores, none = np.array([0.2, 0.7, 0.7]), np.zeros(3, bool)
    assert math.isnan(metrics.roc_auc(scores, none))
    assert math.isnan(metrics.roc_auc(scores, ~none))
    assert math.isnan(metrics.average_precision(scores, none))
    assert metrics.average_precision(scores, ~none) == sk.average_precision_score(~none, scores) == 1.0
    assert metrics.roc_auc(np.ones(4), np.array([True, False, False, True])) == 0.5


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_log_loss(dtype):
    p, truth = classified(0)
    p = p.astype(dtype)
    p[:3] = np.eye(4)[(truth[:3] + 1) % 4]  # quite sure, and wrong
    p[3:6] = np.eye(4)[truth[3:6]]
    rel = 1e-6 if dtype == np.float32 else 1e-12
    assert metrics.log_loss(p, truth) == pytest.approx(sk.log_loss(truth, p), rel=rel)
    two = np.column_stack([1 - p[:, 0], p[:, 0]])
    positive = (truth == 0).astype(int)
    assert metrics.log_loss(two, positive) == pytest.approx(sk.log_loss(positive, p[:, 0]), rel=rel)
    assert metrics.label_log_loss(p[:, :1], positive[:, np.newaxis] == 1) == pytest.approx(
        metrics.log_loss(two, positive), rel=rel
    )


@pytest.mark.parametrize("decimals", [None, 0])
@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_top_k_with_ties_too(k, decimals):
    p, truth = classified(0, k=5, decimals=decimals)
    assert metrics.top_k(p, truth, k) == sk.top_k_accuracy_score(truth, p, k=k)


@pytest.mark.parametrize("outputs", [1, 3])
def test_numbers(outputs):
    rng = np.random.default_rng(0)
    y = rng.standard_normal((30, outputs)) * [1, 10, 100][:outputs]
    a = y + rng.standard_normal((30, outputs)) + 0.5
    assert metrics.errors(a, y) == pytest.approx(
        {
            "mae": sk.mean_absolute_error(y, a),
            "rmse": sk.root_mean_squared_error(y, a),
            "r2": sk.r2_score(y, a),
        }
    )
    assert metrics.explained_variance(a, y) == pytest.approx(sk.explained_variance_score(y, a))


@pytest.mark.parametrize(
    "y",
    [
        np.full((7, 1), 0.1),  # whose mean is not 0.1 to the last bit
        np.full((7, 1), 0.1, np.float32),
        np.array([[3.0]]),
        np.array([[1.0, 5.0], [2.0, 5.0]]),
    ],
    ids=["constant", "constant in single precision", "one row", "one output of two"],
)
def test_without_a_spread_there_is_nothing_to_explain(y):
    measured = metrics.errors(y + 1, y)
    assert measured["mae"] == pytest.approx(1.0)
    assert measured["rmse"] == pytest.approx(1.0)
    assert math.isnan(measured["r2"])
    assert math.isnan(metrics.explained_variance(y, y))


def test_one_output_chooses_between_two_classes():
    assert metrics.choose(np.array([[0.4], [0.6]])).tolist() == [0, 1]
    assert metrics.choose(np.array([[-0.4], [0.1]]), threshold=0.0).tolist() == [0, 1]
    assert metrics.choose(np.array([[0.2, 0.5, 0.5]])).tolist() == [1]
