"""Gradient checks of whole networks, as the objects that `gradcheck --json` prints."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any

import numpy as np

from bpcli.core.activations import ACTIVATIONS
from bpcli.core.costs import COSTS
from bpcli.core.gradcheck import Batch, check_gradient, check_step
from bpcli.core.network import Network
from bpcli.core.optimizers import OPTIMIZERS, Optimizer
from bpcli.core.outputs import OUTPUTS
from bpcli.core.parameters import Parameters
from bpcli.streams import stream

MATRIX_LAYERS = (4, 5, 6, 3)
MATRIX_ROWS = 7


@dataclass(frozen=True)
class Settings:
    """How to differentiate, and how far off is too far; None is what the method itself promises."""

    method: str = "complex"
    rtol: float | None = None
    atol: float | None = None
    samples: int | None = None


def check_case(
    names: dict[str, str], network: Network, theta: Parameters, batch: Batch, settings: Settings
) -> dict[str, Any]:
    """One network block by block; `names` says what it is made of."""
    found = check_gradient(network, theta, batch, settings.method, settings.rtol, settings.atol, settings.samples)
    blocks = [
        {
            key: None if isinstance(value, float) and not isfinite(value) else value
            for key, value in asdict(block).items()
        }
        for block in found
    ]  # JSON has no word for numbers that are not finite
    return {**names, "blocks": blocks, "passed": all(block["passed"] for block in blocks)}


def check_steps(
    name: str,
    network: Network,
    theta: Parameters,
    batch: Batch,
    optimizer: Optimizer,
    eta: float,
    train_biases: bool = True,
) -> list[dict[str, Any]]:
    """One step of the optimizer, block by block."""
    return [
        {
            "name": name,
            "block": report.name,
            "max_relative_error": report.max_relative_error if isfinite(report.max_relative_error) else None,
            "passed": report.passed,
        }
        for report in check_step(network, theta, batch, optimizer, eta, train_biases)
    ]


def report(method: str, cases: list[dict[str, Any]], steps: list[dict[str, Any]]) -> dict[str, Any]:
    """The whole answer: it passes when every part of it does."""
    passed = all(part["passed"] for part in (*cases, *steps))
    return {"passed": passed, "method": method, "cases": cases, "step": steps}


def matrix(settings: Settings) -> dict[str, Any]:
    """Every activation with every legal output and cost, on a small network with l2 and weighted examples.

    Then a step of every optimizer, in each of its forms.
    """
    cases = [
        check_case(
            {"activation": activation, "output": output, "cost": cost},
            *_small_case(activation, output, cost),
            settings,
        )
        for activation in ACTIVATIONS
        for cost in COSTS
        for output in COSTS.get(cost)
    ]
    network, theta, batch = _small_case("tanh", "softmax", "cross_entropy")
    steps = [
        step
        for name, optimizer in _optimizers()
        for step in check_steps(name, network, theta, batch, optimizer, eta=0.1)
    ]
    return report(settings.method, cases, steps)


def _small_case(activation: str, output: str, cost: str) -> tuple[Network, Parameters, Batch]:
    """A network of four layers with everything in it that a gradient can be made of, and a batch for it."""
    f = ACTIVATIONS.get(activation)()
    network = Network(MATRIX_LAYERS, (f, f), OUTPUTS.get(output)(), COSTS.get(cost)[output](), lmbda=0.1)
    rng = stream(0, "gradcheck")
    theta = Parameters(network.n)
    theta.flat[:] = rng.standard_normal(len(theta.flat))
    x = rng.standard_normal((MATRIX_ROWS, network.n[0]))
    y = np.eye(network.n[-1])[rng.integers(0, network.n[-1], MATRIX_ROWS)]
    return network, theta, Batch(x, y, rng.uniform(0.5, 2.0, MATRIX_ROWS))


def _optimizers() -> Iterator[tuple[str, Optimizer]]:
    """Each optimizer in each form that takes another path through its code."""
    sgd: Any = OPTIMIZERS.get("sgd")
    yield "sgd", sgd()
    yield "sgd momentum=0.9", sgd(momentum=0.9)
    yield "sgd momentum=0.9 nesterov", sgd(momentum=0.9, nesterov=True)
