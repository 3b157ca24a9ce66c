"""Which epoch was the best so far, and when to give up waiting for a better one."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

MORE_IS_BETTER = frozenset({"accuracy", "r2"})


@dataclass
class Watch:
    """Follows one figure from epoch to epoch; `patience` None watches for the best and never stops.

    An epoch is one of waiting when its value is worse than best ∓ min_delta; after `patience` of them in a row it is
    time to stop. Best is the best value ever seen, by however little.
    """

    monitor: str  # as in validation.cost
    patience: int | None = None
    min_delta: float = 0.0
    value: float = field(default=math.inf, init=False)  # the newest, with its sign turned where more is better
    best: float = field(default=math.inf, init=False)  # likewise
    waited: int = field(default=0, init=False)

    def improves(self, value: float) -> bool:
        """Takes in the value of one more epoch; whether it is the best one."""
        self.value = -value if self.monitor.split(".")[-1] in MORE_IS_BETTER else value
        progress = self.value <= self.best - self.min_delta  # which what is no number never is
        self.waited = 0 if progress else self.waited + 1
        better = self.value < self.best
        self.best = self.value if better else self.best
        return better

    @property
    def exhausted(self) -> bool:
        return self.patience is not None and self.waited >= self.patience
