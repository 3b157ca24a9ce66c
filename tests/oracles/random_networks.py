"""Networks drawn at random over all that is registered: sizes, activations, outputs, costs, penalties, rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bpcli.core.activations import ACTIVATIONS
from bpcli.core.batch import Batch
from bpcli.core.costs import COSTS
from bpcli.core.network import Network
from bpcli.core.outputs import OUTPUTS
from bpcli.core.parameters import Parameters
from bpcli.core.penalties import Penalty

PAIRS = [(output, cost) for cost in COSTS for output in COSTS.get(cost)]

VARIANTS = {  # parameters to try, for entries that take some; the defaults are tried in any case
    "leaky_relu": [{"slope": 0.2}, {"slope": 0.9}],
    "gelu": [{"form": "tanh"}],
    "huber": [{"delta": 0.3}, {"delta": 4.0}],
    "cross_entropy": [{"label_smoothing": 0.1}, {"label_smoothing": 0.7}],
}


MOST_LAYERS, MOST_UNITS, MOST_ROWS = 4, 12, 17


@dataclass(frozen=True)
class Case:
    """A network with its names, a point in its parameters, and a batch."""

    activations: tuple[str, ...]
    output: str
    cost: str
    network: Network
    theta: Parameters
    batch: Batch

    def __str__(self) -> str:
        hidden = ",".join(self.activations) or "no hidden layer"
        n = "-".join(map(str, self.network.n))
        rest = f"{self.network.penalty} dropout={self.batch.dropout} m={len(self.batch.x)}"
        return f"{n} {hidden} {self.output} {self.network.cost} {rest}"


def random_case(seed: int, drops: bool = True) -> Case:
    """Seed s takes pair s of PAIRS, round and round, and the rest by chance; single units and rows are common.

    Without `drops` no units are dropped.
    """
    rng = np.random.default_rng([seed, 2015])
    output, cost = PAIRS[seed % len(PAIRS)]
    n = tuple(int(rng.integers(1, rng.choice([2, MOST_UNITS + 1]))) for _ in range(rng.integers(2, MOST_LAYERS + 2)))
    if output == "softmax":
        n = (*n[:-1], max(n[-1], 2))
    names = tuple(str(name) for name in rng.choice(list(ACTIVATIONS), len(n) - 2))
    network = Network(
        n,
        tuple(ACTIVATIONS.get(name)(**varied(name, rng)) for name in names),
        OUTPUTS.get(output)(),
        COSTS.get(cost)[output](**varied(cost, rng)),
        Penalty(l1=float(rng.choice([0.0, 0.01, 0.5])), l2=float(rng.choice([0.0, 0.03, 1.5]))),
    )
    m = int(rng.integers(1, rng.choice([3, MOST_ROWS + 1])))
    x = rng.uniform(-1.7, 1.7, (m, n[0]))
    w = rng.uniform(0.1, 3.0, m) if rng.random() < 0.5 else None
    theta, y = random_parameters(n, rng), targets(rng, cost, m, n[-1])
    dropout = tuple(rng.choice([0.0, 0.2, 0.5], len(n) - 1).tolist()) if drops and rng.random() < 0.5 else ()
    return Case(names, output, cost, network, theta, Batch(x, y, w, dropout, seed))


def varied(name: str, rng: np.random.Generator) -> dict[str, object]:
    """Parameters for an entry: its defaults, or one of its variants."""
    choices: list[dict[str, object]] = [{}, *VARIANTS.get(name, [])]
    return choices[int(rng.integers(len(choices)))]


def random_parameters(n: tuple[int, ...], rng: np.random.Generator) -> Parameters:
    """Weights and biases that neither saturate the units nor leave them straight."""
    theta = Parameters(n)
    theta.flat[:] = rng.uniform(-0.8, 0.8, len(theta.flat))
    for l in range(1, len(n)):
        theta.W[l] *= 2 / np.sqrt(n[l - 1])
    return theta


def targets(rng: np.random.Generator, cost: str, m: int, k: int) -> np.ndarray:
    """Targets (m, k) that go with a cost: classes, hard or softened, counts, marks of one class, numbers."""
    if cost == "cross_entropy":
        hard = np.eye(k)[rng.integers(0, k, m)] if k > 1 else rng.integers(0, 2, (m, 1)).astype(float)
        return 0.9 * hard + 0.1 / max(k, 2) if rng.random() < 0.3 else hard
    if cost == "poisson":
        return rng.poisson(2.0, (m, k)).astype(float)
    if cost == "hinge":
        return np.eye(k)[rng.integers(0, k, m)]
    return rng.standard_normal((m, k))


def cost_and_gradient(case: Case) -> tuple[float, Parameters]:
    """What the network itself says, in float64."""
    work, gradient = case.batch.workspace(case.network, np.float64), case.theta.like()
    case.network.forward(case.theta, work)
    C = float(case.network.batch_cost(case.theta, work))
    case.network.gradient(case.theta, work, gradient, np.zeros_like(case.theta.weights))
    return C, gradient
