"""One update of the parameters: the gradient if it is needed, what holds it back, the optimizer's step, the limits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bpcli.core.linalg import Array, sum_of_squares
from bpcli.core.network import Network
from bpcli.core.optimizers.base import Optimizer
from bpcli.core.parameters import Parameters
from bpcli.core.workspace import Workspace


@dataclass
class Descent:
    """How a network is trained, from step to step.

    Where the optimizer can take the factors of the gradient, and nothing else must see it, it is never formed.
    """

    network: Network
    optimizer: Optimizer
    train_biases: bool = True
    clip_norm: float | None = None  # the most that the gradient may be long, all trained parameters together
    clip_value: float | None = None  # the most that an entry of it may be
    max_norm: float | None = None  # the most that the weights into one unit may be long, after the step
    writes_gradient: bool = False  # even where the optimizer could do without

    def start(self, theta: Parameters) -> None:
        """Takes the memory that the steps need."""
        self._trained = len(theta.flat) if self.train_biases else len(theta.weights)
        self.optimizer.start(theta, self._trained)
        self._norms = [np.zeros(width, theta.flat.dtype) for width in theta.n]
        self._follows = self.may_follow
        if not self._follows or self.network.penalty.l2:
            self._gradient = theta.like()
            self._spare: Array = np.zeros_like(theta.weights)

    @property
    def may_follow(self) -> bool:
        """Whether steps can do without the gradient: the optimizer can, and nothing else must see it."""
        unseen = not (self.network.penalty.l1 or self.clip_norm or self.clip_value)
        return self.optimizer.takes_factors and unseen and not self.writes_gradient

    def step(self, theta: Parameters, work: Workspace, eta: float) -> None:
        """Moves theta by the batch that went forward in `work`, at the learning rate η."""
        l2 = self.network.penalty.l2
        if self._follows and (not l2 or self.optimizer.keeps(eta * l2, theta.flat.dtype)):
            self.optimizer.follow(theta, self.network.backward(theta, work), work.ones, eta, l2)
        else:
            self.network.gradient(theta, work, self._gradient, self._spare)
            self._clip(self._gradient.flat[: self._trained])
            self.optimizer.move(theta, self._gradient, eta)
        if self.max_norm:
            self._limit(theta, self.max_norm)

    def _clip(self, g: Array) -> None:
        """Shortens the gradient: first each entry, then the whole."""
        if self.clip_value:
            np.clip(g, -self.clip_value, self.clip_value, out=g)
        if self.clip_norm and (length := float(sum_of_squares(g)) ** 0.5) > self.clip_norm:
            g *= self.clip_norm / length

    def _limit(self, theta: Parameters, most: float) -> None:
        """Shortens the weights into each unit that are longer than `most` (Srebro & Shraibman 2005)."""
        for W, norms in zip(theta.W[1:], self._norms[1:]):
            np.einsum("jk,jk->j", W, W, out=norms)
            np.sqrt(norms, out=norms)
            np.maximum(norms, most, out=norms)
            np.divide(most, norms, out=norms)
            W *= norms[:, None]
