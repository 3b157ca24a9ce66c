"""Gradient checks of whole networks, as the objects that `gradcheck --json` prints."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from math import isfinite
from typing import Any

import numpy as np

from bpcli.core.activations import ACTIVATIONS, Activation
from bpcli.core.activations.gated import Gelu
from bpcli.core.batch import Batch
from bpcli.core.costs import COSTS, Cost
from bpcli.core.descent import Descent
from bpcli.core.gradcheck import Criteria, check_gradient
from bpcli.core.network import Network
from bpcli.core.optimizers import OPTIMIZERS, Optimizer
from bpcli.core.optimizers.adaptive import RmsProp
from bpcli.core.optimizers.sgd import Sgd
from bpcli.core.outputs import OUTPUTS
from bpcli.core.parameters import Parameters
from bpcli.core.penalties import Penalty
from bpcli.core.stepcheck import check_step
from bpcli.streams import stream

MATRIX_LAYERS = (4, 5, 6, 3)
MATRIX_ROWS = 7
MATRIX_DROPOUT = (0.2, 0.4, 0.3)
MATRIX_PENALTY = Penalty(l1=0.05, l2=0.1)
MATRIX_SPREAD = 0.6  # of the weights: larger ones saturate deep layers, and nothing is left of their gradients


def check_case(
    names: dict[str, str], network: Network, theta: Parameters, batch: Batch, criteria: Criteria
) -> dict[str, Any]:
    """One network block by block; `names` says what it is made of."""
    blocks = [_finite(asdict(block)) for block in check_gradient(network, theta, batch, criteria)]
    return {**names, "blocks": blocks, "passed": all(block["passed"] for block in blocks)}


def check_steps(name: str, descent: Descent, theta: Parameters, batch: Batch, eta: float) -> list[dict[str, Any]]:
    """One step of training, block by block; `name` says by what."""
    return [
        _finite(
            {
                "name": name,
                "block": report.name,
                "max_relative_error": report.max_relative_error,
                "passed": report.passed,
            }
        )
        for report in check_step(descent, theta, batch, eta)
    ]


def _finite(values: dict[str, Any]) -> dict[str, Any]:
    """With null for numbers that are not finite: JSON has no word for them."""
    return {key: None if isinstance(value, float) and not isfinite(value) else value for key, value in values.items()}


def report(method: str, cases: list[dict[str, Any]], steps: list[dict[str, Any]]) -> dict[str, Any]:
    """The whole answer: it passes when every part of it does."""
    passed = all(part["passed"] for part in (*cases, *steps))
    return {"passed": passed, "method": method, "cases": cases, "step": steps}


def matrix(criteria: Criteria) -> dict[str, Any]:
    """Every activation with every legal output and cost, then a step of every optimizer in each of its forms.

    The network has all in it that a gradient can be made of: dropout with masks that stay, l1, l2, weights of the
    examples, label smoothing where the cost has it.
    """
    cases = []
    for activation, f in _activations():
        for cost in COSTS:
            for output in COSTS.get(cost):
                names = {"activation": activation, "output": output, "cost": cost}
                cases.append(check_case(names, *matrix_case(f, output, cost), criteria))
    steps = every_step(*matrix_case(ACTIVATIONS.get("tanh")(), "softmax", "cross_entropy"))
    return report(criteria.method, cases, steps)


def every_step(network: Network, theta: Parameters, batch: Batch) -> list[dict[str, Any]]:
    """A step of every optimizer in each of its forms, by itself and then with l1 and all limits."""
    without_l1 = replace(network, penalty=Penalty(l2=network.penalty.l2))
    steps = []
    for name, optimizer in _optimizers():
        steps += check_steps(name, Descent(without_l1, optimizer), theta, batch, eta=0.1)
        limited = Descent(network, optimizer, clip_norm=0.1, clip_value=0.05, max_norm=1.0)
        steps += check_steps(f"{name} l1, limits", limited, theta, batch, eta=0.1)
    return steps


def matrix_case(
    f: Activation, output: str, cost: str, n: tuple[int, int, int, int] = MATRIX_LAYERS, rows: int = MATRIX_ROWS
) -> tuple[Network, Parameters, Batch]:
    """A small network with this activation and pair, parameters for it, and a batch."""
    network = Network(n, (f, f), OUTPUTS.get(output)(), _smoothed(COSTS.get(cost)[output]), MATRIX_PENALTY)
    rng = stream(0, "matrix")
    theta = Parameters(n)
    theta.flat[:] = MATRIX_SPREAD * rng.standard_normal(len(theta.flat))
    x = rng.standard_normal((rows, n[0]))
    y = np.eye(n[-1])[rng.integers(0, n[-1], rows)]
    return network, theta, Batch(x, y, rng.uniform(0.5, 2.0, rows), MATRIX_DROPOUT)


def _smoothed(cost: type[Cost]) -> Cost:
    parameters = {"label_smoothing": 0.1} if hasattr(cost, "label_smoothing") else {}
    return cost(**parameters)


def _activations() -> Iterator[tuple[str, Activation]]:
    for name in ACTIVATIONS:
        yield name, ACTIVATIONS.get(name)()
    yield "gelu tanh", Gelu("tanh")


def _optimizers() -> Iterator[tuple[str, Optimizer]]:
    """Each optimizer in each form that takes another path through its code."""
    for name in OPTIMIZERS:
        yield name, OPTIMIZERS.get(name)()
    yield "sgd momentum=0.9", Sgd(momentum=0.9)
    yield "sgd momentum=0.9 nesterov", Sgd(momentum=0.9, nesterov=True)
    yield "rmsprop momentum=0.9", RmsProp(momentum=0.9)
