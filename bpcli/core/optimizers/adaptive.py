"""Optimizers that give each parameter a step size of its own, by the gradients it has met: Adam and its kin."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import ClassVar

import numpy as np

from bpcli.core.linalg import Array, add_scaled
from bpcli.core.optimizers.base import OPTIMIZERS, Memory, Optimizer
from bpcli.core.parameters import Parameters


@OPTIMIZERS.register("adam")
@dataclass
class Adam(Optimizer):
    """m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², W ← W − η m̂ / (√v̂ + ε), with m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ).

    Algorithm 1 of Kingma & Ba (2015), with ε beside the corrected root, as PyTorch has it.
    """

    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    memories: ClassVar[tuple[str, ...]] = ("m", "v")

    def may_forget(self, least: float, precision: float) -> bool:
        return _nothing_beside(self.epsilon, least, precision)

    def move(self, theta: Parameters, gradient: Parameters, eta: float) -> None:
        self.t += 1
        rate, root = self.pace(eta, self.t)
        for w, g, m, v, spare, _ in self._chunks(theta, gradient):
            m *= self.beta1
            add_scaled(m, g, 1 - self.beta1)
            v *= self.beta2
            np.square(g, out=g)
            add_scaled(v, g, 1 - self.beta2)
            np.sqrt(v, out=spare)
            spare += self.epsilon * root  # √v + ε √(1 − β₂ᵗ), and √(1 − β₂ᵗ) is in the rate
            np.divide(m, spare, out=spare)
            add_scaled(w, spare, -rate)

    def pace(self, eta: float, t: int) -> tuple[float, float]:
        root = sqrt(1 - self.beta2**t)
        return eta * root / (1 - self.beta1**t), root

    def moved(self, w: float, g: float, m: float, v: float, rate: float, root: float) -> tuple[float, float, float]:
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * g * g
        return w - rate * m / (sqrt(v) + self.epsilon * root), m, v

    def rule(self, w: Array, g: Array, memory: Memory, eta: float, t: int, decays: bool) -> tuple[Array, Memory]:
        m = self.beta1 * memory["m"] + (1 - self.beta1) * g
        v = self.beta2 * memory["v"] + (1 - self.beta2) * g**2
        m_hat, v_hat = m / (1 - self.beta1**t), v / (1 - self.beta2**t)
        return w - eta * m_hat / (np.sqrt(v_hat) + self.epsilon), {"m": m, "v": v}


@OPTIMIZERS.register("adamw")
@dataclass
class AdamW(Adam):
    """Adam, with W ← (1 − η · weight_decay) W before each step (Loshchilov & Hutter 2019); biases do not decay."""

    weight_decay: float = 0.01

    def move(self, theta: Parameters, gradient: Parameters, eta: float) -> None:
        theta.weights *= 1 - eta * self.weight_decay
        super().move(theta, gradient, eta)

    def rule(self, w: Array, g: Array, memory: Memory, eta: float, t: int, decays: bool) -> tuple[Array, Memory]:
        decayed = w - eta * self.weight_decay * w if decays else w
        return super().rule(decayed, g, memory, eta, t, decays)


@OPTIMIZERS.register("rmsprop")
@dataclass
class RmsProp(Optimizer):
    """v ← ρ v + (1 − ρ) g², W ← W − η g / (√v + ε); with momentum μ: u ← μ u + g / (√v + ε), W ← W − η u.

    Tieleman & Hinton (2012), with ε beside the root, as PyTorch has it.
    """

    rho: float = 0.9
    epsilon: float = 1e-8
    momentum: float = 0.0  # μ

    memories: ClassVar[tuple[str, ...]] = ("v",)

    def may_forget(self, least: float, precision: float) -> bool:
        return _nothing_beside(self.epsilon, least, precision)

    def start(self, theta: Parameters, trained: int) -> None:
        super().start(theta, trained)
        if self.momentum:
            self.state["u"] = theta.like()

    def move(self, theta: Parameters, gradient: Parameters, eta: float) -> None:
        for w, g, v, *u, spare, _ in self._chunks(theta, gradient):
            v *= self.rho
            np.square(g, out=spare)
            spare *= 1 - self.rho
            v += spare
            np.sqrt(v, out=spare)
            spare += self.epsilon
            g /= spare
            if u:
                u[0] *= self.momentum
                u[0] += g
                np.copyto(g, u[0])
            g *= eta
            w -= g

    def moved(self, w: float, g: float, v: float, u: float, eta: float, _other: float) -> tuple[float, float, float]:
        v = self.rho * v + (1 - self.rho) * g * g
        u = self.momentum * u + g / (sqrt(v) + self.epsilon)
        return w - eta * u, v, u

    def rule(self, w: Array, g: Array, memory: Memory, eta: float, t: int, decays: bool) -> tuple[Array, Memory]:
        v = self.rho * memory["v"] + (1 - self.rho) * g**2
        scaled = g / (np.sqrt(v) + self.epsilon)
        if not self.momentum:
            return w - eta * scaled, {"v": v}
        u = self.momentum * memory["u"] + scaled
        return w - eta * u, {"v": v, "u": u}


@OPTIMIZERS.register("adagrad")
@dataclass
class Adagrad(Optimizer):
    """v ← v + g², W ← W − η g / (√v + ε), with v from 0 (Duchi, Hazan & Singer 2011)."""

    epsilon: float = 1e-10

    memories: ClassVar[tuple[str, ...]] = ("v",)

    def move(self, theta: Parameters, gradient: Parameters, eta: float) -> None:
        for w, g, v, spare, _ in self._chunks(theta, gradient):
            np.square(g, out=spare)
            v += spare
            np.sqrt(v, out=spare)
            spare += self.epsilon
            g /= spare
            g *= eta
            w -= g

    def moved(
        self, w: float, g: float, v: float, _second: float, eta: float, _other: float
    ) -> tuple[float, float, float]:
        v = v + g * g
        return w - eta * g / (sqrt(v) + self.epsilon), v, 0.0

    def rule(self, w: Array, g: Array, memory: Memory, eta: float, t: int, decays: bool) -> tuple[Array, Memory]:
        v = memory["v"] + g**2
        return w - eta * g / (np.sqrt(v) + self.epsilon), {"v": v}


def _nothing_beside(epsilon: float, least: float, precision: float) -> bool:
    """Whether a v below `least` leaves √v + ε as it is, even where ε is multiplied by √(1 − β₂ᵗ), a quarter or more."""
    return sqrt(least) <= epsilon * precision / 16
