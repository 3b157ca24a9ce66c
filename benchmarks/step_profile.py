"""Where the time of a training step goes: gathering, products, activations, cost, update, and all around them.

    python benchmarks/step_profile.py [--workloads T,S,M,L,XL] [--optimizers sgd,momentum,adam] [--threads 1]

Steps are made by bpcli's own network and optimizer, with a clock around each of their parts, which it makes longer by
0.1 µs a call. `between and around` is what a step of the whole trainer takes beyond them: the loop, the order of the
rows, and the Python between the parts. Each figure is the least of many short rounds, so that what else the machine
does stays out. Run it in an environment that has bpcli.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from bpcli.core import network as network_module
from bpcli.core.activations import ACTIVATIONS
from bpcli.core.costs import COSTS
from bpcli.core.descent import Descent
from bpcli.core.network import Network
from bpcli.core.optimizers import OPTIMIZERS, sgd
from bpcli.core.outputs import OUTPUTS
from bpcli.core.parameters import Parameters
from bpcli.training.threads import blas_threads, useful_threads

sys.path[:0] = [str(Path(__file__).parent / "steps")]

from made_up import data, first_weights  # noqa: E402
from ours import bpcli as whole_trainer  # noqa: E402
from workloads import OPTIMIZERS as FORMS  # noqa: E402
from workloads import WORKLOADS, Workload  # noqa: E402

PARTS = (
    "gather",
    "forward products",
    "activations",
    "cost",
    "error of the outputs",
    "backward products",
    "derivatives",
    "gradient products",
    "update",
)


@dataclass
class Clock:
    """Seconds of each part, without those of the parts inside it."""

    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    inside: list[float] = field(default_factory=list)

    def around(self, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The same function with the clock running."""

        def timed(*arguments: Any, **named: Any) -> Any:
            self.inside.append(0.0)
            began = time.perf_counter()
            result = function(*arguments, **named)
            took = time.perf_counter() - began
            self.seconds[part] += took - self.inside.pop()
            if self.inside:
                self.inside[-1] += took
            return result

        return timed


class Watched:
    """An activation or a cost with some of its methods on the clock."""

    def __init__(self, clock: Clock, watched: Any, **parts: str) -> None:
        self._watched = watched
        for method, part in parts.items():
            setattr(self, method, clock.around(part.replace("_", " "), getattr(watched, method)))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._watched, name)


def make_step(work: Workload, optimizer: str, clock: Clock) -> Callable[[np.ndarray], None]:
    """One step on the rows that it is given, every part on the clock."""
    x, labels = data(work)
    y = np.eye(work.layers[-1], dtype=np.float32)[labels]

    def on_clock(function: Any) -> Any:
        return Watched(clock, function, apply="activations", times_prime="derivatives")

    hidden = tuple(on_clock(ACTIVATIONS.get(work.activation)()) for _ in work.layers[1:-1])
    cost = Watched(clock, COSTS.get(work.cost)[work.output](), error="error_of_the_outputs")
    network = Network(work.layers, hidden, on_clock(OUTPUTS.get(work.output)()), cost)
    name = "adam" if optimizer == "adam" else "sgd"
    descent = Descent(network, OPTIMIZERS.get(name)(**FORMS[optimizer]))
    theta, batch = Parameters(work.layers, np.float32), network.workspace(work.batch, np.float32)
    for W, first in zip(theta.W[1:], first_weights(work)):
        W[:] = first
    descent.start(theta)
    network_module.add_product = clock.around("forward products", network_module.add_product)
    network_module.pull_back = clock.around("backward products", network_module.pull_back)
    network_module.accumulate = clock.around("gradient products", network_module.accumulate)
    sgd.accumulate = clock.around("gradient products", sgd.accumulate)
    descent.optimizer.move = clock.around("update", descent.optimizer.move)
    descent.optimizer._move_block = clock.around("update", getattr(descent.optimizer, "_move_block", None))
    measure, gather = clock.around("cost", network.batch_cost), clock.around("gather", np.ndarray.take)

    def step(rows: np.ndarray) -> None:
        gather(x, rows, 0, batch.a[0], "clip")
        gather(y, rows, 0, batch.y, "clip")
        network.forward(theta, batch)
        measure(theta, batch)
        descent.step(theta, batch, work.eta)

    return step


def profile(work: Workload, optimizer: str, rounds: int, now: Callable[[], float]) -> dict[str, float]:
    """Least microseconds of each part of a step, and of the whole trainer's."""
    kept = network_module.add_product, network_module.pull_back, network_module.accumulate, sgd.accumulate
    epoch = whole_trainer(work, optimizer)
    epoch()
    clock = Clock()
    found: defaultdict[str, list[float]] = defaultdict(list)
    order = np.random.default_rng(0).permutation(work.rows).reshape(work.steps, work.batch)
    step = make_step(work, optimizer, clock)
    plain = network_module.add_product, network_module.pull_back, network_module.accumulate, sgd.accumulate
    for turn in range(rounds):
        clock.seconds.clear()
        for rows in order[turn % 8 :: 8]:
            step(rows)
        for part in PARTS:
            found[part].append(8 * clock.seconds[part])
        _put_back(kept)
        began = now()
        epoch()
        found["trainer"].append(now() - began)
        _put_back(plain)
    _put_back(kept)
    return {part: 1e6 * min(times) / work.steps for part, times in found.items()}


def _put_back(functions: tuple[Any, ...]) -> None:
    network_module.add_product, network_module.pull_back, network_module.accumulate, sgd.accumulate = functions


def main() -> None:
    """Reads the options and prints a table for each workload."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workloads", default="T,S,M,L,XL", help=f"of {','.join(WORKLOADS)}")
    parser.add_argument("--optimizers", default="sgd", help=f"of {','.join(FORMS)}")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=40)
    asked = parser.parse_args()
    now = time.process_time if asked.threads == 1 else time.perf_counter  # of all threads together
    os.environ["OMP_NUM_THREADS"] = str(asked.threads)  # which the trainer of the steps goes by
    print(f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}")
    print(f"load {os.getloadavg()[0]:.1f}, threads: {asked.threads}")
    for optimizer in asked.optimizers.split(","):
        for name in asked.workloads.split(","):
            work = WORKLOADS[name]
            work = replace(work, steps=8 * max(work.steps // 80, 1))
            with blas_threads(useful_threads(asked.threads, work.layers)):
                found = profile(work, optimizer, asked.rounds, now)
            whole = found.pop("trainer")
            found["between and around"] = max(whole - sum(found.values()), 0.0)
            print(f"\n{name}: {'-'.join(map(str, work.layers))}, batch {work.batch}, {optimizer}")
            for part in (*PARTS, "between and around"):
                print(f"  {part:24}{found[part]:12.2f} µs{found[part] / whole:8.1%}")
            print(f"  {'a step of the trainer':24}{whole:12.2f} µs", flush=True)


if __name__ == "__main__":
    main()
