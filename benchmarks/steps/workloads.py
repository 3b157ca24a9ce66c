"""What every program is timed on: networks from tiny to large. Their data: made_up.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Workload:
    """One network, one batch size, and as many rows as make an epoch long enough to be timed."""

    layers: tuple[int, ...]
    batch: int
    steps: int  # of the epoch that is timed
    activation: str = "relu"
    output: str = "softmax"
    cost: str = "cross_entropy"
    eta: float = 0.01

    @property
    def rows(self) -> int:
        return self.batch * self.steps


WORKLOADS = {
    "T": Workload((4, 10, 3), 16, 4000),
    "S": Workload((784, 30, 10), 10, 2000),
    "M": Workload((784, 128, 10), 32, 600),
    "L": Workload((784, 512, 512, 10), 128, 60),
    "XL": Workload((784, 2048, 2048, 10), 256, 6),
    "N": Workload((784, 30, 10), 10, 1000, "sigmoid", "sigmoid", "quadratic", 3.0),  # Nielsen's chapter 1
}

OPTIMIZERS: dict[str, dict[str, Any]] = {
    "sgd": {},
    "momentum": {"momentum": 0.9},
    "nesterov": {"momentum": 0.9, "nesterov": True},
    "adam": {},
}
