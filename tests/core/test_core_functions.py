"""Activations, outputs and costs against scalar formulas from the textbooks, worked out one number at a time."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sample_networks import PAIRS

from bpcli.core.activations import ACTIVATIONS, Spare
from bpcli.core.costs import COSTS, legal_costs
from bpcli.core.outputs import OUTPUTS

Z = [-5.0, -3.0, -1.0, -0.25, 0.25, 1.0, 3.0, 5.0]

LAMBDA, ALPHA = 1.0507009873554805, 1.6732632423543772  # of selu


def sigma(z):
    return 1 / (1 + math.exp(-z))


def normal(z):
    return math.erfc(-z / math.sqrt(2)) / 2


def density(z):
    return math.exp(-z * z / 2) / math.sqrt(2 * math.pi)


def mish_gate(z):
    return math.tanh(math.log1p(math.exp(z)))


FORMULAS = {  # f and f′
    "leaky_relu": (lambda z: z if z > 0 else 0.01 * z, lambda z: 1.0 if z > 0 else 0.01),
    "elu": (lambda z: z if z > 0 else math.expm1(z), lambda z: 1.0 if z > 0 else math.exp(z)),
    "selu": (
        lambda z: LAMBDA * (z if z > 0 else ALPHA * math.expm1(z)),
        lambda z: LAMBDA * (1.0 if z > 0 else ALPHA * math.exp(z)),
    ),
    "gelu": (lambda z: z * normal(z), lambda z: normal(z) + z * density(z)),
    "silu": (lambda z: z * sigma(z), lambda z: sigma(z) * (1 + z * (1 - sigma(z)))),
    "softsign": (lambda z: z / (1 + abs(z)), lambda z: 1 / (1 + abs(z)) ** 2),
    "mish": (
        lambda z: z * mish_gate(z),
        lambda z: mish_gate(z) + z * (1 - mish_gate(z) ** 2) * sigma(z),
    ),
    "sigmoid": (lambda z: 1 / (1 + math.exp(-z)), lambda z: math.exp(-z) / (1 + math.exp(-z)) ** 2),
    "tanh": (math.tanh, lambda z: 1 - math.tanh(z) ** 2),
    "relu": (lambda z: max(z, 0.0), lambda z: float(z > 0)),
    "softplus": (lambda z: math.log1p(math.exp(z)), lambda z: 1 / (1 + math.exp(-z))),
    "identity": (lambda z: z, lambda z: 1.0),
}


def spare_for(z):
    blocks, row = np.full((3, *z.shape), np.nan, z.dtype), np.full((len(z), 1), np.nan, z.dtype)
    return Spare(*blocks, row, np.ones(z.shape[1], z.dtype), np.zeros((), z.dtype))


def test_every_activation_has_a_formula():
    assert set(FORMULAS) == set(ACTIVATIONS)


@pytest.mark.parametrize("name", list(ACTIVATIONS))
@pytest.mark.parametrize("apart", [True, False], ids=["z apart from a", "a in the place of z"])
def test_an_activation_is_its_formula(name, apart):
    f, prime = FORMULAS[name]
    function = ACTIVATIONS.get(name)()
    z = np.array([Z])
    a = np.empty_like(z) if apart or function.reads_z else z
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


OUTPUT_FORMULAS = {
    "softmax": lambda z: [math.exp(v) / sum(map(math.exp, z)) for v in z],
    "sigmoid": lambda z: [sigma(v) for v in z],
    "identity": lambda z: z,
    "tanh": lambda z: [math.tanh(v) for v in z],
    "exponential": lambda z: [math.exp(v) for v in z],
}
COST_FORMULAS = {  # of one output
    "quadratic": lambda a, y: (a - y) ** 2 / 2,
    "absolute": lambda a, y: abs(a - y),
    "huber": lambda a, y: (a - y) ** 2 / 2 if abs(a - y) <= 1 else abs(a - y) - 0.5,
    "hinge": lambda a, y: max(0.0, 1 - (2 * y - 1) * a),
    "poisson": lambda a, y: a - y * math.log(a),
}


def example_cost(output: str, cost: str, z, y) -> float:
    """C_i by the definition, in plain floats."""
    a = OUTPUT_FORMULAS[output](z)
    if cost != "cross_entropy":
        return sum(COST_FORMULAS[cost](aj, yj) for aj, yj in zip(a, y))
    if output == "softmax":
        return -sum(yj * math.log(aj) for aj, yj in zip(a, y))
    return -sum(yj * math.log(aj) + (1 - yj) * math.log(1 - aj) for aj, yj in zip(a, y))


@pytest.mark.parametrize(("output", "others"), [("softmax", 3), ("sigmoid", 2)])
def test_label_smoothing_takes_a_part_of_the_target_and_shares_it_out(output, others):
    z, y, epsilon = np.array([[1.0, -2.0, 0.5]]), np.array([[0.0, 1.0, 0.0]]), 0.3
    smooth = (1 - epsilon) * y + epsilon / others
    cost = COSTS.get("cross_entropy")[output]
    results = []
    for targets, rule in ((y, cost(label_smoothing=epsilon)), (smooth, cost())):
        a, out, delta, spare = np.empty_like(z), np.empty((1, 1)), np.empty_like(z), spare_for(z)
        OUTPUTS.get(output)().apply(z, a, spare)
        rule.examples(z, a, targets, spare, out)
        rule.error(OUTPUTS.get(output)(), z, a, targets, spare_for(z), delta)
        results.append((out[0, 0], *delta[0]))
    assert results[0] == pytest.approx(results[1], rel=1e-14)


@pytest.mark.parametrize(("output", "cost"), PAIRS)
def test_a_cost_is_its_definition(output, cost):
    z = np.array([[1.0, -2.0, 0.5], [3.0, 0.1, -0.7]])
    y = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    a, out, spare = np.empty_like(z), np.empty((2, 1)), spare_for(z)
    OUTPUTS.get(output)().apply(z, a, spare)
    COSTS.get(cost)[output]().examples(z, a, y, spare, out)
    expected = [example_cost(output, cost, zi, yi) for zi, yi in zip(z.tolist(), y.tolist())]
    np.testing.assert_allclose(out[:, 0], expected, rtol=1e-14)


@pytest.mark.parametrize("output", ["softmax", "sigmoid"])
def test_cross_entropy_far_beyond_where_a_rounds_to_zero(output):
    z, y = np.array([[1000.0, -1000.0]]), np.array([[0.0, 1.0]])
    a, out, spare = np.empty_like(z), np.empty((1, 1)), spare_for(z)
    OUTPUTS.get(output)().apply(z, a, spare)
    COSTS.get("cross_entropy")[output]().examples(z, a, y, spare, out)
    assert out[0, 0] == 2000.0


def test_the_table_of_legal_pairs():
    assert {output: sorted(legal_costs(output)) for output in OUTPUTS} == {
        "softmax": ["cross_entropy", "quadratic"],
        "sigmoid": ["absolute", "cross_entropy", "huber", "quadratic"],
        "identity": ["absolute", "hinge", "huber", "quadratic"],
        "tanh": ["absolute", "hinge", "huber", "quadratic"],
        "exponential": ["poisson", "quadratic"],
    }
