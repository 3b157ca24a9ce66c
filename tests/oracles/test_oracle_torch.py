"""Costs and gradients of random networks against PyTorch's own; an entry of a registry without an oracle fails."""

from __future__ import annotations

import itertools
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from random_networks import PAIRS, VARIANTS, cost_and_gradient, random_case
from torch_network import ACTIVATION, EXAMPLE_COST, OUTPUT, leaves, torch_cost

from bpcli.core.activations import ACTIVATIONS
from bpcli.core.costs import COSTS
from bpcli.core.outputs import OUTPUTS

CASES = 300
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
    assert {bool(case.batch.dropout) for case in cases} == {True, False}
    penalties = {(case.network.penalty.l1 > 0, case.network.penalty.l2 > 0) for case in cases}
    assert penalties == set(itertools.product((True, False), repeat=2))
    things = {thing for case in cases for thing in (*case.network.hidden, case.network.cost)}
    entries = {name: [ACTIVATIONS.get(name)] for name in ACTIVATIONS}
    entries |= {name: list(COSTS.get(name).values()) for name in COSTS}
    tried = [kind(**form) for name, forms in VARIANTS.items() for kind in entries[name] for form in forms]
    assert set(tried) <= things


@pytest.mark.parametrize("seed", range(CASES))
def test_cost_and_gradient_are_pytorchs(seed):
    case = random_case(seed)
    params, masks = leaves(case.theta), case.batch.workspace(case.network, np.float64).mask
    C = torch_cost(case, params, case.batch, masks)
    C.backward()
    cost, gradient = cost_and_gradient(case)
    assert cost == pytest.approx(C.item(), rel=COST, abs=0), str(case)
    for name, block in gradient.blocks():
        expected = params[name].grad.numpy()
        np.testing.assert_allclose(
            block, expected, rtol=0, atol=GRADIENT * np.abs(expected).max(), err_msg=f"{name} of {case}"
        )
