"""Optimizers, schedules and what holds a step back, in PyTorch's words, in tables keyed by registry name.

Where PyTorch has the same convention its own class stands in the table, handed every parameter by hand, so that no
default of either side is trusted. Where conventions differ the rule is written out here, and says how it differs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from torch_network import torch

from bpcli.core.schedules import Schedule, WarmedUp

Groups = list[dict[str, Any]]  # the weights, and after them the biases if they are trained

Make = Callable[[Any, Groups, float], Any]  # one of our optimizers, the parameters, η → one of PyTorch's

optim, lr_scheduler = torch.optim, torch.optim.lr_scheduler


class WrittenSgd(optim.Optimizer):
    """v ← μ v − η g; W ← W + v, or with Nesterov W ← W + μ v − η g with the new v.

    Here η stands inside v, so that each v keeps the η of its own step; torch.optim.SGD has η outside, W ← W − η v, so
    that a new η scales old steps too. The two agree only as long as η is constant.
    """

    def __init__(self, groups: Groups, lr: float, momentum: float, nesterov: bool) -> None:
        super().__init__(groups, {"lr": lr, "momentum": momentum, "nesterov": nesterov})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            eta, mu = group["lr"], group["momentum"]
            for w in group["params"]:
                g, old = w.grad, self.state[w].get("v", torch.zeros_like(w))
                v = self.state[w]["v"] = mu * old - eta * g
                w += mu * v - eta * g if group["nesterov"] else v


def sgd_at_a_constant_rate(o: Any, groups: Groups, eta: float) -> Any:
    """PyTorch's own, with η outside v."""
    return optim.SGD(groups, lr=eta, momentum=o.momentum, dampening=0, nesterov=o.nesterov)


def adam(o: Any, groups: Groups, eta: float) -> Any:
    """ε stands beside the corrected root in both; Kingma & Ba's own order of work would put it beside the bare one."""
    return optim.Adam(groups, lr=eta, betas=(o.beta1, o.beta2), eps=o.epsilon, weight_decay=0)


def adamw(o: Any, groups: Groups, eta: float) -> Any:
    """Decay is η · weight_decay in both; PyTorch decays every group unless told otherwise, here biases never decay."""
    weights, *biases = groups
    decays = [{**weights, "weight_decay": o.weight_decay}, *({**group, "weight_decay": 0} for group in biases)]
    return optim.AdamW(decays, lr=eta, betas=(o.beta1, o.beta2), eps=o.epsilon)


def rmsprop(o: Any, groups: Groups, eta: float) -> Any:
    """ε stands beside the root in both, η outside u; TensorFlow has ε under the root and η inside."""
    return optim.RMSprop(groups, lr=eta, alpha=o.rho, eps=o.epsilon, momentum=o.momentum, centered=False)


def adagrad(o: Any, groups: Groups, eta: float) -> Any:
    """v begins at 0 in both; TensorFlow begins at 0.1."""
    return optim.Adagrad(groups, lr=eta, lr_decay=0, initial_accumulator_value=0, eps=o.epsilon)


def rprop(o: Any, groups: Groups, eta: float) -> Any:
    """No way is taken back when a sign turns, in both (Igel & Hüsken's iRprop−)."""
    return optim.Rprop(groups, lr=eta, etas=(o.shrink, o.grow), step_sizes=(o.smallest, o.largest))


@dataclass(frozen=True)
class Stepper:
    """PyTorch's optimizer for one of ours at a moving η, and the parameters to try both with."""

    make: Make
    forms: tuple[dict[str, Any], ...]


STEPPERS = {
    "sgd": Stepper(
        lambda o, groups, eta: WrittenSgd(groups, eta, o.momentum, o.nesterov),
        ({}, {"momentum": 0.9}, {"momentum": 0.9, "nesterov": True}),
    ),
    "adam": Stepper(adam, ({}, {"beta1": 0.7, "beta2": 0.95, "epsilon": 1e-2})),
    "adamw": Stepper(
        adamw, ({}, {"beta1": 0.7, "beta2": 0.95, "epsilon": 1e-2}, {"weight_decay": 0.8}, {"weight_decay": 0.0})
    ),
    "rmsprop": Stepper(
        rmsprop, ({}, {"momentum": 0.9}, {"rho": 0.99, "epsilon": 1e-2}, {"rho": 0.6, "epsilon": 0.3, "momentum": 0.4})
    ),
    "adagrad": Stepper(adagrad, ({}, {"epsilon": 1e-2})),
    "rprop": Stepper(rprop, ({}, {"grow": 1.5, "shrink": 0.3, "smallest": 0.01, "largest": 0.1})),
}


@dataclass(frozen=True)
class Length:
    """How long a training is."""

    epochs: int
    steps: int  # an epoch
    rows: int  # an epoch


def inverse_scaling(s: Any, o: Any, length: Length) -> Any:
    """PyTorch knows nothing of examples seen, so that this one is written out."""
    return lr_scheduler.LambdaLR(o, lambda epoch: 1 / (epoch * length.rows + 1) ** s.power)


def cosine(s: Any, o: Any, length: Length) -> Any:
    return lr_scheduler.CosineAnnealingLR(o, T_max=length.epochs, eta_min=o.defaults["lr"] * s.final)


def linear(s: Any, o: Any, length: Length) -> Any:
    return lr_scheduler.LinearLR(o, start_factor=1.0, end_factor=s.final, total_iters=length.epochs)


def plateau(s: Any, o: Any, length: Length) -> Any:
    """min_delta is absolute here; PyTorch's own default is a part of the best."""
    floor = o.defaults["lr"] * s.final
    return lr_scheduler.ReduceLROnPlateau(
        o, "min", s.gamma, s.patience, s.min_delta, threshold_mode="abs", min_lr=floor, eps=0
    )


def one_cycle(s: Any, o: Any, length: Length) -> Any:
    """Only η moves in a cycle; PyTorch moves the momentum against it too unless told otherwise."""
    return lr_scheduler.OneCycleLR(
        o, max_lr=o.defaults["lr"], total_steps=length.epochs * length.steps, pct_start=s.rise,
        anneal_strategy="cos", div_factor=s.start, final_div_factor=s.end, cycle_momentum=False,
    )  # fmt: skip


@dataclass(frozen=True)
class Course:
    """PyTorch's scheduler for one of our schedules, and the parameters to try both with."""

    make: Callable[[Any, Any, Length], Any]
    forms: tuple[dict[str, Any], ...]


COURSES = {
    "constant": Course(lambda s, o, length: lr_scheduler.ConstantLR(o, factor=1.0), ({},)),
    "step": Course(lambda s, o, length: lr_scheduler.StepLR(o, s.every, s.gamma), ({"every": 2, "gamma": 0.6},)),
    "exponential": Course(lambda s, o, length: lr_scheduler.ExponentialLR(o, s.gamma), ({}, {"gamma": 0.4})),
    "inverse_scaling": Course(inverse_scaling, ({}, {"power": 0.2})),
    "cosine": Course(cosine, ({}, {"final": 0.3})),
    "linear": Course(linear, ({}, {"final": 0.3})),
    "plateau": Course(
        plateau,
        (
            {"patience": 0, "min_delta": 0.3},
            {"patience": 1, "min_delta": 9.0, "gamma": 0.7},
            {"patience": 0, "min_delta": 9.0, "gamma": 0.3, "final": 0.2},
        ),
    ),
    "one_cycle": Course(one_cycle, ({}, {"rise": 0.6, "start": 4.0, "end": 10.0})),
}


class Rates:
    """Moves the η of one of PyTorch's optimizers through a training, by what stands in COURSES.

    In a warm-up η rises by LinearLR, step by step, to what the next step would be full size; then the schedule begins
    as if the training did, with the epochs that are left, and has heard of no cost. (PyTorch's own SequentialLR would
    do the same, were it not that it counts steps or epochs but not both, and refuses ReduceLROnPlateau.)
    """

    def __init__(self, schedule: Schedule, name: str, optimizer: Any, length: Length) -> None:
        warmup, schedule = (schedule.epochs, schedule.schedule) if isinstance(schedule, WarmedUp) else (0, schedule)
        self.optimizer, self.warmup, self.step = optimizer, warmup * length.steps, 0
        self.per_step = schedule.per_step
        self._begin = lambda: COURSES[name].make(schedule, optimizer, replace(length, epochs=length.epochs - warmup))
        if warmup:
            self._now = lr_scheduler.LinearLR(optimizer, 1 / (self.warmup + 1), 1.0, total_iters=self.warmup)
        else:
            self._now = self._begin()

    @property
    def eta(self) -> float:
        """The η of the next update."""
        return float(self.optimizer.param_groups[0]["lr"])

    def end_step(self) -> None:
        """Comes after each update."""
        self.step += 1
        if self.step <= self.warmup or self.per_step:
            self._now.step()

    def end_epoch(self, running_cost: float) -> None:
        """Comes after each epoch, when its last step has ended."""
        if self.step == self.warmup:
            for group in self.optimizer.param_groups:
                group["lr"] = group.pop("initial_lr")
            self._now = self._begin()
        elif self.step > self.warmup and not self.per_step:
            self._now.step(*([running_cost] if isinstance(self._now, lr_scheduler.ReduceLROnPlateau) else []))
