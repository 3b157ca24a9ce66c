"""Trains a network of one size for a few epochs; prints seconds of an epoch and bytes, as JSON: one_size.py JSON."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np

from bpcli.core.activations import ACTIVATIONS
from bpcli.core.costs import COSTS
from bpcli.core.descent import Descent
from bpcli.core.network import Network
from bpcli.core.optimizers import OPTIMIZERS
from bpcli.core.outputs import OUTPUTS
from bpcli.core.parameters import Parameters
from bpcli.core.schedules import Constant
from bpcli.data.batches import Batches
from bpcli.data.loading import Examples
from bpcli.training.evaluate import Evaluator
from bpcli.training.events import EpochEnded
from bpcli.training.stopping import Watch
from bpcli.training.trainer import Trainer

LEAST = 1.0  # seconds that are spent on a size, at least


def resident() -> int:
    """The most memory that this process has taken so far, in bytes."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return 1024 * int(status.partition("VmHWM:")[2].split()[0])


def main(rows: int, hidden: int, depth: int, batch: int, **_: str) -> None:
    """Makes the data up, trains, and prints."""
    before = resident()
    n, rng = (100, *[hidden] * depth, 10), np.random.default_rng(0)
    x = rng.random((rows, n[0]), dtype=np.float32)
    y = np.zeros((rows, n[-1]), np.float32)
    y[np.arange(rows), rng.integers(0, n[-1], rows)] = 1
    f = tuple(ACTIVATIONS.get("relu")() for _ in range(depth))
    network = Network(n, f, OUTPUTS.get("softmax")(), COSTS.get("cross_entropy")["softmax"]())
    theta = Parameters(n, np.float32)
    for W in theta.W[1:]:
        W[:] = rng.standard_normal(W.shape, np.float32) * (2 / W.shape[1]) ** 0.5
    trainer = Trainer(
        descent=Descent(network, OPTIMIZERS.get("sgd")()),
        theta=theta,
        schedule=Constant(),
        eta=0.01,
        epochs=1000,
        batches=Batches(rows, batch, seed=1),
        train=Examples(x, y, None, np.arange(rows)),
        validation=None,
        test=None,
        evaluator=Evaluator(network, "classes", np.dtype(np.float32)),
        watch=Watch("running.cost"),
    )
    seconds: list[float] = []
    began = time.process_time()
    for event in trainer.run():
        if isinstance(event, EpochEnded):
            seconds.append(time.process_time() - began)
            began = time.process_time()
            if len(seconds) > 2 and sum(seconds) > LEAST:
                break
    print(json.dumps({"seconds": float(np.median(seconds[1:])), "bytes": resident() - before}))


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
