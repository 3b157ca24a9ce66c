"""One epoch of 784-30-10 on 50,000 rows, batch 10, sigmoid, plain descent: bpcli beside scikit-learn, in turn.

    python benchmarks/epoch.py [ROUNDS]

Both shuffle and record their cost; both in float32 on one thread. Data drawn at random stands in for MNIST: neither
program's speed depends on the values. Prints the median seconds of each and of their ratio.
"""

import statistics
import sys
import time
import warnings

import numpy as np
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from bpcli.core.activations import ACTIVATIONS
from bpcli.core.costs import COSTS
from bpcli.core.descent import Descent
from bpcli.core.initializers import INITIALIZERS, draw
from bpcli.core.network import Network
from bpcli.core.optimizers import OPTIMIZERS
from bpcli.core.outputs import OUTPUTS
from bpcli.core.parameters import Parameters
from bpcli.core.schedules import Constant
from bpcli.data.batches import Batches
from bpcli.data.loading import Examples
from bpcli.training.evaluate import Evaluator
from bpcli.training.stopping import Watch
from bpcli.training.trainer import Trainer

LAYERS = (784, 30, 10)
ROWS = 50_000
BATCH = 10
ETA = 0.1


def ours(x: np.ndarray, labels: np.ndarray) -> float:
    """Seconds of an epoch of bpcli's own trainer: batches gathered and shuffled, cost recorded."""
    network = Network(
        LAYERS,
        (ACTIVATIONS.get("sigmoid")(),),
        OUTPUTS.get("softmax")(),
        COSTS.get("cross_entropy")["softmax"](),
    )
    theta = Parameters(LAYERS, np.float32)
    draw(theta, [INITIALIZERS.get("glorot_uniform")] * 2, [INITIALIZERS.get("zeros")] * 2, seed=1)
    trainer = Trainer(
        descent=Descent(network, OPTIMIZERS.get("sgd")()),
        theta=theta,
        schedule=Constant(),
        eta=ETA,
        epochs=1,
        batches=Batches(ROWS, BATCH, seed=1),
        train=Examples(x, np.eye(10, dtype=np.float32)[labels], None, np.arange(ROWS)),
        validation=None,
        test=None,
        evaluator=Evaluator(network, "classes", np.dtype(np.float32)),
        watch=Watch("running.cost"),
    )
    began = time.perf_counter()
    for _ in trainer.run():
        pass
    return time.perf_counter() - began


def theirs(x: np.ndarray, labels: np.ndarray) -> float:
    """Seconds of an epoch of MLPClassifier doing the same."""
    model = MLPClassifier(
        (30,),
        activation="logistic",
        solver="sgd",
        momentum=0,
        alpha=0,
        batch_size=BATCH,
        learning_rate_init=ETA,
        max_iter=1,
    )
    began = time.perf_counter()
    model.fit(x, labels)
    return time.perf_counter() - began


def main(rounds: int) -> None:
    """Runs both in turn, after one round that is not counted."""
    warnings.simplefilter("ignore")  # one epoch is no convergence, and scikit-learn says so
    rng = np.random.default_rng(0)
    x, labels = rng.random((ROWS, 784), dtype=np.float32), rng.integers(0, 10, ROWS)
    with threadpool_limits(1):
        pairs = [(ours(x, labels), theirs(x, labels)) for _ in range(rounds + 1)][1:]
    for name, seconds in zip(("bpcli", "scikit-learn"), zip(*pairs)):
        print(f"{name:12}  {statistics.median(seconds):.3f} s an epoch ({min(seconds):.3f} to {max(seconds):.3f})")
    print(f"ratio         {statistics.median(b / a for a, b in pairs):.2f} (scikit-learn over bpcli, {rounds} rounds)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
