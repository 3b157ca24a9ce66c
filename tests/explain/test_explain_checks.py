"""The objects of `gradcheck --json`: what stands in them, that JSON can carry them, and what they say of a mistake."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from sample_networks import PAIRS, make_network, random_batch, random_parameters

from bpcli.core.activations import ACTIVATIONS
from bpcli.core.activations.saturating import Sigmoid
from bpcli.core.descent import Descent
from bpcli.core.gradcheck import Criteria
from bpcli.core.optimizers import OPTIMIZERS
from bpcli.core.optimizers.sgd import Sgd
from bpcli.explain.checks import check_case, check_steps, every_step, matrix, matrix_case, report

NAMES = {"activation": "sigmoid", "output": "softmax", "cost": "cross_entropy"}
PROMISED = {
    "name",
    "shape",
    "checked",
    "max_relative_error",
    "max_absolute_error",
    "worst_index",
    "analytic",
    "numeric",
}


def a_case(criteria: Criteria | None = None):
    network = make_network((4, 5, 3))
    return check_case(NAMES, network, random_parameters(network.n), random_batch(network.n), criteria or Criteria())


def a_step():
    network = make_network((4, 5, 3))
    descent = Descent(network, Sgd(momentum=0.9))
    return check_steps("sgd momentum=0.9", descent, random_parameters(network.n), random_batch(network.n), 0.1)


def test_a_case_has_its_names_its_blocks_and_a_verdict():
    case = a_case()
    assert list(case) == [*NAMES, "blocks", "passed"]
    assert [(block["name"], block["shape"], block["checked"]) for block in case["blocks"]] == [
        ("W1", (5, 4), 20),
        ("b1", (5,), 5),
        ("W2", (3, 5), 15),
        ("b2", (3,), 3),
    ]
    assert all(set(block) >= {*PROMISED, "kinks"} for block in case["blocks"])
    assert case["passed"] is True
    assert json.loads(json.dumps(case, allow_nan=False))["blocks"][0]["shape"] == [5, 4]


def test_a_step_has_its_name_and_a_verdict_for_each_block_and_memory():
    steps = a_step()
    assert {step["block"] for step in steps} == {
        f"{kind}{b}" for kind in ("", "v of ") for b in ("W1", "b1", "W2", "b2")
    }
    assert all(step["name"] == "sgd momentum=0.9" and step["passed"] for step in steps)
    json.dumps(steps, allow_nan=False)


def test_figures_that_are_not_finite_are_null(monkeypatch):
    monkeypatch.setattr(Sigmoid, "times_prime", lambda self, delta, z, a, spare: delta.fill(np.nan))
    W1, b1, W2, _ = a_case()["blocks"]
    assert [W1[key] for key in ("analytic", "max_relative_error", "max_absolute_error")] == [None] * 3
    assert W1["passed"] is False
    assert W1["repeatable"] is True  # the same bits, if not numbers
    assert math.isfinite(b1["numeric"])
    assert W2["passed"] is True
    failed = {step["block"] for step in a_step() if step["max_relative_error"] is None and not step["passed"]}
    assert failed >= {"W1", "b1", "v of W1", "v of b1"}


@pytest.mark.parametrize(("cases", "steps", "passed"), [(1, 1, True), (0, 1, False), (1, 0, False)])
def test_the_report_passes_when_every_part_does(cases, steps, passed):
    parts = [{"passed": bool(cases)}, {"passed": True}], [{"passed": True}, {"passed": bool(steps)}]
    assert report("complex", *parts) == {"passed": passed, "method": "complex", "cases": parts[0], "step": parts[1]}


def test_the_matrix_is_every_legal_case_and_every_optimizer():
    found = matrix(Criteria(samples=2))
    assert found["passed"] is True
    activations = [*ACTIVATIONS, "gelu tanh"]
    assert [(case["activation"], case["output"], case["cost"]) for case in found["cases"]] == [
        (activation, output, cost) for activation in activations for output, cost in PAIRS
    ]
    stepped = {step["name"] for step in found["step"]}
    assert stepped >= {f"{name}{form}" for name in OPTIMIZERS for form in ("", " l1, limits")}
    assert stepped >= {"sgd momentum=0.9", "sgd momentum=0.9 nesterov", "rmsprop momentum=0.9"}
    json.dumps(found, allow_nan=False)


def test_a_case_of_the_matrix_has_everything_in_it():
    network, theta, batch = matrix_case(ACTIVATIONS.get("tanh")(), "sigmoid", "cross_entropy")
    assert network.penalty.l1 > 0
    assert network.penalty.l2 > 0
    assert network.cost.label_smoothing > 0
    assert batch.w is not None
    assert len(set(batch.w)) == len(batch.x)
    work = batch.workspace(network, np.float64)
    masks = [mask for mask in work.mask if mask is not None]
    assert len(masks) == 3
    assert all(mask.mean() > 0 and (mask == 0).any() for mask in masks)
    assert theta.n == network.n


def test_every_limit_holds_something_back():
    network, theta, batch = matrix_case(ACTIVATIONS.get("tanh")(), "softmax", "cross_entropy")
    limits = {step["name"] for step in every_step(network, theta, batch) if "limits" in step["name"]}
    assert len(limits) == len(list(OPTIMIZERS)) + 3
    work, gradient = batch.workspace(network, np.float64), theta.like()
    network.forward(theta, work)
    network.gradient(theta, work, gradient, np.zeros_like(theta.weights))
    assert np.abs(gradient.flat).max() > 0.05  # clip_value
    assert np.linalg.norm(np.clip(gradient.flat, -0.05, 0.05)) > 0.1  # clip_norm
    assert max(np.linalg.norm(W, axis=1).max() for W in theta.W[1:]) > 1.0 + 0.1 * 0.1  # max_norm, after a step
