"""How the learning rate changes while training goes on: a factor on η, by how far training has come."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from math import cos, inf, pi
from typing import ClassVar

from bpcli.registry import Registry


@dataclass(frozen=True)
class Progress:
    """Where training stands when a step begins; everything counts from 0."""

    epoch: int
    step: int  # updates made
    examples: int  # training rows met before this epoch
    epochs: int  # that there will be
    steps_per_epoch: int


class Schedule(ABC):
    """A course of the learning rate; its fields are its parameters."""

    per_step: ClassVar[bool] = False
    """Whether it moves from step to step rather than from epoch to epoch."""
    spans_all: ClassVar[bool] = False
    """Whether it is laid out over all epochs, so that another number of them changes it from the first."""

    @abstractmethod
    def factor(self, at: Progress) -> float:
        """What η is multiplied by."""

    def measured(self, value: float) -> None:  # noqa: B027 - most schedules do not listen
        """Told, after each epoch, the figure that is watched, the lower the better."""


SCHEDULES: Registry[type[Schedule]] = Registry("schedule")


@SCHEDULES.register("constant")
@dataclass
class Constant(Schedule):
    """η stays as it is."""

    def factor(self, at: Progress) -> float:
        return 1.0


@SCHEDULES.register("step")
@dataclass
class Step(Schedule):
    """η · gamma^⌊epoch / every⌋."""

    every: int = 10  # epochs
    gamma: float = 0.1

    def factor(self, at: Progress) -> float:
        return float(self.gamma ** (at.epoch // self.every))


@SCHEDULES.register("exponential")
@dataclass
class Exponential(Schedule):
    """η · gamma^epoch."""

    gamma: float = 0.95

    def factor(self, at: Progress) -> float:
        return float(self.gamma**at.epoch)


@SCHEDULES.register("inverse_scaling")
@dataclass
class InverseScaling(Schedule):
    """η / (t + 1)^power, with t the examples met before the epoch (scikit-learn's `invscaling`)."""

    power: float = 0.5

    def factor(self, at: Progress) -> float:
        return float((at.examples + 1.0) ** -self.power)


@SCHEDULES.register("cosine")
@dataclass
class Cosine(Schedule):
    """From η to η · final along half a cosine (Loshchilov & Hutter 2017); the last epoch is one short of its end."""

    final: float = 0.0

    spans_all: ClassVar[bool] = True

    def factor(self, at: Progress) -> float:
        return self.final + (1 - self.final) * (1 + cos(pi * at.epoch / at.epochs)) / 2


@SCHEDULES.register("linear")
@dataclass
class Linear(Schedule):
    """From η to η · final along a line; the last epoch is one short of its end."""

    final: float = 0.0

    spans_all: ClassVar[bool] = True

    def factor(self, at: Progress) -> float:
        return 1 + (self.final - 1) * at.epoch / at.epochs


@SCHEDULES.register("plateau")
@dataclass
class Plateau(Schedule):
    """η · gamma each time the watched figure has not fallen below best − min_delta for more than `patience` epochs.

    The figure is the one of early stopping, else the validation cost, else the running cost.
    """

    gamma: float = 0.1
    patience: int = 10
    min_delta: float = 1e-4
    final: float = 0.0  # the factor never falls below this

    _factor: float = field(default=1.0, init=False)
    _best: float = field(default=inf, init=False)
    _waited: int = field(default=0, init=False)

    def factor(self, at: Progress) -> float:
        return self._factor

    def measured(self, value: float) -> None:
        if value < self._best - self.min_delta:
            self._best, self._waited = value, 0
            return
        self._waited += 1
        if self._waited > self.patience:
            self._factor, self._waited = max(self._factor * self.gamma, self.final), 0


@SCHEDULES.register("one_cycle")
@dataclass
class OneCycle(Schedule):
    """From η / start up to η over the first part of all steps, then down to η / start / end, both along half a cosine.

    Smith & Topin (2018), with the cosines of PyTorch's OneCycleLR.
    """

    rise: float = 0.3  # part of all steps that go up
    start: float = 25.0
    end: float = 1e4

    per_step: ClassVar[bool] = True
    spans_all: ClassVar[bool] = True

    def factor(self, at: Progress) -> float:
        last = at.epochs * at.steps_per_epoch - 1
        top = min(max(self.rise * (last + 1) - 1, 0), last)  # the step at full η; with few steps it may be an end
        low, final = 1 / self.start, 1 / self.start / self.end
        if at.step == top:
            return 1.0
        if at.step < top:
            return _between(low, 1.0, at.step / top)
        return _between(1.0, final, (at.step - top) / (last - top))


def _between(first: float, last: float, part: float) -> float:
    return last + (first - last) / 2 * (1 + cos(pi * part))


@dataclass
class WarmedUp(Schedule):
    """A schedule that begins after some epochs in which η rises evenly, step by step, to its full size."""

    schedule: Schedule
    epochs: int

    per_step: ClassVar[bool] = True

    _heard: int = field(default=0, init=False)

    def factor(self, at: Progress) -> float:
        steps = self.epochs * at.steps_per_epoch
        if at.step < steps:
            return (at.step + 1) / (steps + 1)
        seen = at.examples // at.epoch * self.epochs if at.epoch else 0
        after = replace(
            at,
            epoch=at.epoch - self.epochs,
            step=at.step - steps,
            examples=at.examples - seen,
            epochs=at.epochs - self.epochs,
        )
        return self.schedule.factor(after)

    def measured(self, value: float) -> None:
        self._heard += 1
        if self._heard > self.epochs:
            self.schedule.measured(value)
