"""Networks, parameters and batches for tests, drawn at random but always the same."""

from __future__ import annotations

import numpy as np

from bpcli.core.activations import ACTIVATIONS
from bpcli.core.costs import COSTS
from bpcli.core.gradcheck import Batch
from bpcli.core.network import Network
from bpcli.core.outputs import OUTPUTS
from bpcli.core.parameters import Parameters
from bpcli.core.penalties import Penalty

PAIRS = [(output, cost) for cost in COSTS for output in COSTS.get(cost)]


def make_network(
    n: tuple[int, ...] = (4, 5, 3),
    activation: str = "sigmoid",
    output: str = "softmax",
    cost: str = "cross_entropy",
    l2: float = 0.0,
    l1: float = 0.0,
) -> Network:
    f = ACTIVATIONS.get(activation)()
    return Network(n, (f,) * (len(n) - 2), OUTPUTS.get(output)(), COSTS.get(cost)[output](), Penalty(l1, l2))


def random_parameters(n: tuple[int, ...], seed: int = 0, dtype: type = np.float64) -> Parameters:
    theta = Parameters(n, dtype)
    theta.flat[:] = np.random.default_rng(seed).standard_normal(len(theta.flat))
    return theta


def random_batch(
    n: tuple[int, ...], m: int = 6, seed: int = 0, weighted: bool = False, dropout: tuple[float, ...] = ()
) -> Batch:
    rng = np.random.default_rng(seed)
    y = np.eye(n[-1])[rng.integers(0, n[-1], m)] if n[-1] > 1 else rng.integers(0, 2, (m, 1)).astype(float)
    return Batch(rng.standard_normal((m, n[0])), y, rng.uniform(0.5, 2, m) if weighted else None, dropout)
