"""bpcli, by its own trainer, with both engines."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from contender import Epoch, contender
from made_up import data, first_weights
from workloads import OPTIMIZERS as OPTIMIZERS_ASKED
from workloads import Workload


@contender("bpcli")
def bpcli(work: Workload, optimizer: str) -> Epoch:
    """bpcli's own trainer, as `bpcli train` runs it."""
    from bpcli.core.descent import Descent

    return _epoch(work, optimizer, Descent)


@contender("bpcli, jit")
def bpcli_jit(work: Workload, optimizer: str) -> Epoch:
    """The same with `engine: jit`."""
    import numba  # noqa: F401 - says why not where it is missing

    from bpcli.jit.descent import CompiledDescent

    return _epoch(work, optimizer, CompiledDescent)


def _epoch(work: Workload, optimizer: str, descent: type[Any]) -> Epoch:
    from bpcli.core.activations import ACTIVATIONS
    from bpcli.core.costs import COSTS
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
    from bpcli.training.threads import blas_threads, useful_threads
    from bpcli.training.trainer import Trainer

    x, labels = data(work)
    y = np.eye(work.layers[-1], dtype=np.float32)[labels]
    hidden = tuple(ACTIVATIONS.get(work.activation)() for _ in work.layers[1:-1])
    network = Network(work.layers, hidden, OUTPUTS.get(work.output)(), COSTS.get(work.cost)[work.output]())
    theta = Parameters(work.layers, np.float32)
    for W, first in zip(theta.W[1:], first_weights(work)):
        W[:] = first
    threads = useful_threads(int(os.environ["OMP_NUM_THREADS"]), work.layers)
    name = "adam" if optimizer == "adam" else "sgd"

    trainer = Trainer(
        descent=descent(network, OPTIMIZERS.get(name)(**OPTIMIZERS_ASKED[optimizer])),
        theta=theta,
        schedule=Constant(),
        eta=work.eta,
        epochs=1_000_000,
        batches=Batches(work.rows, work.batch, seed=1),
        train=Examples(x, y, None, np.arange(work.rows)),
        validation=None,
        test=None,
        evaluator=Evaluator(network, "classes", np.dtype(np.float32)),
        watch=Watch("running.cost"),
    )
    blas_threads(threads).__enter__()  # for as long as this process lives, as in a training
    events = trainer.run()

    def epoch() -> float:
        return next(event.running["cost"] for event in events if isinstance(event, EpochEnded))

    return epoch
