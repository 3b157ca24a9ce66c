"""How the learning rate changes while training goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bpcli.registry import Registry


class Schedule(Protocol):
    """A learning rate for each epoch."""

    def rate(self, eta: float, examples_seen: int) -> float:
        """The learning rate of an epoch that begins after so many examples, out of the configured one."""


SCHEDULES: Registry[type[Schedule]] = Registry("schedule")


@SCHEDULES.register("constant")
@dataclass(frozen=True)
class Constant:
    """η stays as it is."""

    def rate(self, eta: float, examples_seen: int) -> float:
        return eta


@SCHEDULES.register("inverse_scaling")
@dataclass(frozen=True)
class InverseScaling:
    """η / (t + 1)^power, with t the examples seen when the epoch begins (scikit-learn's `invscaling`)."""

    power: float = 0.5

    def rate(self, eta: float, examples_seen: int) -> float:
        return float(eta / (examples_seen + 1.0) ** self.power)
