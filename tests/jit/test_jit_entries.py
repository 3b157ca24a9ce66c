"""What the entries of the registries say of single numbers, against what they say of whole arrays."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest
from sample_networks import PAIRS

from bpcli.core.activations import ACTIVATIONS, Spare
from bpcli.core.activations.rectifying import LeakyRelu
from bpcli.core.costs import COSTS, Huber, SigmoidCrossEntropy, SoftmaxCrossEntropy
from bpcli.core.optimizers import OPTIMIZERS
from bpcli.core.optimizers.adaptive import Adagrad, Adam, RmsProp
from bpcli.core.optimizers.sgd import Sgd
from bpcli.core.outputs import OUTPUTS
from bpcli.jit.entries import can_be_compiled, compiled_names, parameters

Z = np.concatenate([np.random.default_rng(0).normal(0, 4, 40), [0.0, -0.0, 1e-300, -1e-300, 30, -30, 300, -300]])[None]


def spare_for(z: np.ndarray) -> Spare:
    return Spare(*np.zeros((3, *z.shape)), np.zeros((len(z), 1)), np.ones(z.shape[1]), np.zeros(()))


def test_what_can_be_compiled():
    assert set(ACTIVATIONS) - set(compiled_names(ACTIVATIONS)) == {"gelu"}
    assert set(OPTIMIZERS) - set(compiled_names(OPTIMIZERS)) == {"adamw", "rprop"}  # adamw inherits what adam says
    assert set(compiled_names(OUTPUTS)) == set(OUTPUTS)
    assert all(can_be_compiled(COSTS.get(cost)[output]) for output, cost in PAIRS)


ELEMENTWISE = [
    *((name, ACTIVATIONS.get(name)()) for name in compiled_names(ACTIVATIONS)),
    *((name, OUTPUTS.get(name)()) for name in OUTPUTS if name != "softmax"),
    ("leaky_relu 0.3", LeakyRelu(0.3)),
]


@pytest.mark.parametrize(("name", "f"), ELEMENTWISE, ids=[name for name, _ in ELEMENTWISE])
def test_a_function_of_one_number(name, f):
    z = Z.copy()
    a, delta = np.empty_like(z), np.ones_like(z)
    f.apply(z, a, spare_for(z))
    f.times_prime(delta, z, a, spare_for(z))
    np.testing.assert_allclose([f.value(v) for v in Z[0]], a[0], rtol=1e-14, atol=1e-300)
    np.testing.assert_allclose([f.prime(v, value) for v, value in zip(Z[0], a[0])], delta[0], rtol=1e-12, atol=1e-15)
    assert math.isnan(f.value(math.nan))


def test_softmax_of_one_row():
    z = np.random.default_rng(1).normal(0, 3, (5, 4)) + np.array([[0], [700], [-700], [1e4], [0]])
    a, delta = np.empty_like(z), np.random.default_rng(2).normal(size=z.shape)
    softmax = OUTPUTS.get("softmax")()
    softmax.apply(z, a, spare_for(z))
    row_z, row_a, row_delta = z.copy(), np.empty_like(z), delta.copy()
    for i in range(len(z)):
        softmax.row(row_z[i], row_a[i])
        softmax.row_times_prime(row_delta[i], row_a[i])
    softmax.times_prime(delta, z, a, spare_for(z))
    np.testing.assert_allclose(row_a, a, rtol=1e-13)
    np.testing.assert_allclose(np.exp(row_z), a, rtol=1e-12)
    np.testing.assert_allclose(row_delta, delta, rtol=1e-12, atol=1e-15)
    nothing = np.array([1.0, math.nan, 2.0])
    softmax.row(nothing, out := np.empty(3))
    assert np.isnan(out).all()


WITH_PARAMETERS = [
    ("softmax", SoftmaxCrossEntropy(0.2)),
    ("sigmoid", SigmoidCrossEntropy(0.2)),
    ("identity", Huber(0.3)),
]


@pytest.mark.parametrize(
    ("output", "cost"),
    [*((output, COSTS.get(cost)[output]()) for output, cost in PAIRS), *WITH_PARAMETERS],
    ids=[
        f"{output} {cost}" for output, cost in [*PAIRS, *((output, "with parameter") for output, _ in WITH_PARAMETERS)]
    ],
)
def test_a_cost_of_one_output(output, cost):
    """The error is brought to the same point: times f′ where it does not cancel."""
    rng = np.random.default_rng(3)
    z, y = rng.normal(0, 2, (6, 3)), np.eye(3)[rng.integers(0, 3, 6)]
    f, a, spare, C, delta = OUTPUTS.get(output)(), np.empty_like(z), spare_for(z), np.zeros((6, 1)), np.empty_like(z)
    f.apply(z, a, spare)
    cost.examples(z, a, y, spare, C)
    cost.error(f, z, a, y, spare_for(z), delta)
    last = np.log(a) if output == "softmax" else z
    ours = [[cost.value(*each, 3) for each in zip(*row)] for row in zip(last, a, y)]
    np.testing.assert_allclose(np.sum(ours, axis=1), C[:, 0], rtol=1e-12)
    error = np.array([[cost.prime(*each, 3) for each in zip(*row)] for row in zip(a, y)])
    if not cost.cancels:
        f.times_prime(error, z, a, spare_for(z))
    np.testing.assert_allclose(error, delta, rtol=1e-12, atol=1e-15)


RULES = [Sgd(), Sgd(0.9), Sgd(0.9, nesterov=True), Adam(0.8, 0.95, 1e-3), RmsProp(), RmsProp(0.8, 1e-3, 0.6), Adagrad()]


@pytest.mark.parametrize("rule", RULES, ids=str)
@pytest.mark.parametrize("t", [1, 7])
def test_a_step_of_one_parameter(rule, t):
    rng = np.random.default_rng(4)
    w, g = rng.normal(size=(2, 9))
    names = [*rule.memories, *(["v"] if getattr(rule, "momentum", 0) and not rule.memories else [])]
    names += ["u"] if isinstance(rule, RmsProp) and rule.momentum else []
    memory = {name: rng.random(9) if t > 1 else np.zeros(9) for name in names}
    expected, remembered = rule.rule(w, g, memory, 0.1, t, False)
    old = [*memory.values(), np.zeros(9), np.zeros(9)][:2]
    moved = np.array([rule.moved(*each, *rule.pace(0.1, t)) for each in zip(w, g, *old)]).T
    np.testing.assert_allclose(moved[0], expected, rtol=1e-13)
    for new, right in zip(moved[1:], remembered.values()):
        np.testing.assert_allclose(new, right, rtol=1e-13)


def test_parameters_stand_for_self():
    records = parameters([LeakyRelu(0.3), Huber(2.0), Sgd(0.9, nesterov=True)])
    assert [records[0].slope, records[1].delta, records[2].momentum, records[2].nesterov] == [0.3, 2.0, 0.9, 1.0]
    assert LeakyRelu.value(records[0], -1.0) == LeakyRelu.value(SimpleNamespace(slope=0.3), -1.0) == -0.3
