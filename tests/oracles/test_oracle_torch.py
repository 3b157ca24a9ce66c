"""Costs and gradients of random networks against PyTorch's own; an entry of a registry without an oracle fails."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from random_networks import PAIRS, VARIANTS, cost_and_gradient, random_case
from torch_network import ACTIVATION, EXAMPLE_COST, OUTPUT, leaves, torch_cost

from bpcli.core.activations import ACTIVATIONS
from bpcli.core.costs import COSTS
from bpcli.core.outputs import OUTPUTS

CASES = 240
GRADIENT = 1e-12  # of each block's largest entry
COST = 1e-13  # relative


def test_every_entry_of_the_registries_has_an_oracle():
    assert set(ACTIVATIONS) <= set(ACTIVATION)
    assert set(OUTPUTS) <= set(OUTPUT)
    assert {(cost, output) for output, cost in PAIRS} <= set(EXAMPLE_COST)


def test_every_entry_with_parameters_is_tried_with_others_than_the_defaults():
    entries: dict[str, Any] = {name: ACTIVATIONS.get(name) for name in ACTIVATIONS}
    entries |= {name: cost for name in COSTS for cost in COSTS.get(name).values()}
    assert {name for name, entry in entries.items() if fields(entry)} <= set(VARIANTS)


def test_the_random_cases_meet_everything_there_is():
    cases = [random_case(seed) for seed in range(CASES)]
    assert {name for case in cases for name in case.activations} == set(ACTIVATIONS)
    assert {(case.output, case.cost) for case in cases} == set(PAIRS)
    assert {len(case.network.n) for case in cases} == {2, 3, 4, 5}
    assert min(len(case.batch.x) for case in cases) == 1
    assert {case.batch.w is None for case in cases} == {True, False}
    assert {1} < {width for case in cases for width in case.network.n}


@pytest.mark.parametrize("seed", range(CASES))
def test_cost_and_gradient_are_pytorchs(seed):
    case = random_case(seed)
    params = leaves(case.theta)
    C = torch_cost(case, params, case.batch.x, case.batch.y, case.batch.w, case.network.lmbda)
    C.backward()
    cost, gradient = cost_and_gradient(case)
    assert cost == pytest.approx(C.item(), rel=COST, abs=0), str(case)
    for name, block in gradient.blocks():
        expected = params[name].grad.numpy()
        np.testing.assert_allclose(
            block, expected, rtol=0, atol=GRADIENT * np.abs(expected).max(), err_msg=f"{name} of {case}"
        )
