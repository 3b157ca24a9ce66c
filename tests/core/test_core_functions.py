"""Activations, outputs and costs against scalar formulas from the textbooks, worked out one number at a time."""

from __future__ import annotations

import math

import numpy as np
import pytest
from conftest import PAIRS

from bpcli.core.activations import ACTIVATIONS, Spare
from bpcli.core.costs import COSTS, legal_costs
from bpcli.core.outputs import OUTPUTS

Z = [-30.0, -3.0, -1.0, -0.25, 0.25, 1.0, 3.0, 30.0]

FORMULAS = {
    "sigmoid": (lambda z: 1 / (1 + math.exp(-z)), lambda z: math.exp(-z) / (1 + math.exp(-z)) ** 2),
    "tanh": (math.tanh, lambda z: 1 - math.tanh(z) ** 2),
    "relu": (lambda z: max(z, 0.0), lambda z: float(z > 0)),
    "softplus": (lambda z: math.log1p(math.exp(z)), lambda z: 1 / (1 + math.exp(-z))),
    "identity": (lambda z: z, lambda z: 1.0),
}


def spare_for(z):
    return Spare(np.full_like(z, np.nan), np.full((len(z), 1), np.nan, z.dtype))


def test_every_activation_has_a_formula():
    assert set(FORMULAS) == set(ACTIVATIONS)


@pytest.mark.parametrize("name", list(ACTIVATIONS))
@pytest.mark.parametrize("apart", [True, False], ids=["z apart from a", "a in the place of z"])
def test_an_activation_is_its_formula(name, apart):
    f, prime = FORMULAS[name]
    function = ACTIVATIONS.get(name)()
    z = np.array([Z])
    a = np.empty_like(z) if apart else z
    function.apply(z, a, spare_for(z))
    np.testing.assert_allclose(a[0], [f(v) for v in Z], rtol=1e-14)
    delta = np.full_like(z, 2.0)
    function.times_prime(delta, np.array([Z]) if function.reads_z else a, a, spare_for(z))
    np.testing.assert_allclose(delta[0], [2 * prime(v) for v in Z], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", list(ACTIVATIONS))
def test_nan_is_never_hidden(name):
    z = np.array([[np.nan, 1.0]])
    ACTIVATIONS.get(name)().apply(z, z, spare_for(z))
    assert np.isnan(z[0, 0])
    assert np.isfinite(z[0, 1])


def test_softmax_is_its_formula_and_its_jacobian():
    z = np.array([[1.0, 2.0, -1.0], [0.0, 0.0, 0.0]])
    a = np.empty_like(z)
    softmax = OUTPUTS.get("softmax")()
    softmax.apply(z, a, spare_for(z))
    expected = [[math.exp(v) / sum(map(math.exp, row)) for v in row] for row in z.tolist()]
    np.testing.assert_allclose(a, expected, rtol=1e-15)
    g = np.array([[0.3, -1.0, 2.0], [1.0, 0.0, 0.0]])
    delta = g.copy()
    softmax.times_prime(delta, z, a, spare_for(z))
    jacobians = [np.diag(row) - np.outer(row, row) for row in a]
    np.testing.assert_allclose(delta, [J @ row for J, row in zip(jacobians, g)], rtol=1e-14, atol=1e-17)


def example_cost(output: str, cost: str, z, y) -> float:
    """C_i by the definition, in plain floats."""
    if output == "softmax":
        a = [math.exp(v) / sum(map(math.exp, z)) for v in z]
    elif output == "sigmoid":
        a = [1 / (1 + math.exp(-v)) for v in z]
    else:
        a = z
    if cost == "quadratic":
        return sum((aj - yj) ** 2 for aj, yj in zip(a, y)) / 2
    if output == "softmax":
        return -sum(yj * math.log(aj) for aj, yj in zip(a, y))
    return -sum(yj * math.log(aj) + (1 - yj) * math.log(1 - aj) for aj, yj in zip(a, y))


@pytest.mark.parametrize(("output", "cost"), PAIRS)
def test_a_cost_is_its_definition(output, cost):
    z = np.array([[1.0, -2.0, 0.5], [3.0, 0.1, -0.7]])
    y = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    a, out = np.empty_like(z), np.empty((2, 1))
    OUTPUTS.get(output)().apply(z, a, spare_for(z))
    COSTS.get(cost)[output]().examples(z, a, y, spare_for(z), out)
    expected = [example_cost(output, cost, zi, yi) for zi, yi in zip(z.tolist(), y.tolist())]
    np.testing.assert_allclose(out[:, 0], expected, rtol=1e-14)


@pytest.mark.parametrize("output", ["softmax", "sigmoid"])
def test_cross_entropy_far_beyond_where_a_rounds_to_zero(output):
    z, y = np.array([[1000.0, -1000.0]]), np.array([[0.0, 1.0]])
    a, out = np.empty_like(z), np.empty((1, 1))
    OUTPUTS.get(output)().apply(z, a, spare_for(z))
    COSTS.get("cross_entropy")[output]().examples(z, a, y, spare_for(z), out)
    assert out[0, 0] == 2000.0


def test_the_table_of_legal_pairs():
    assert {output: sorted(legal_costs(output)) for output in OUTPUTS} == {
        "softmax": ["cross_entropy", "quadratic"],
        "sigmoid": ["cross_entropy", "quadratic"],
        "identity": ["quadratic"],
    }
