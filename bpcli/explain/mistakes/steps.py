"""Mistakes in what is done with a gradient that is right: a gradient check cannot see them, a check of the step can."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bpcli.core.descent import Descent
from bpcli.core.linalg import Array, pull_back
from bpcli.core.network import Factors, Network
from bpcli.core.optimizers.adaptive import Adagrad, Adam, AdamW
from bpcli.core.optimizers.sgd import Sgd
from bpcli.core.parameters import Parameters
from bpcli.core.penalties import Penalty
from bpcli.core.workspace import Workspace
from bpcli.explain.mistakes.planting import Right, mistake


@mistake(Network, "backward")
def delta_after_the_update(right: Right, self: Network, theta: Parameters, work: Workspace) -> Factors:
    """δ[l-1] is taken through W[l] when W[l] has already moved."""
    for l, delta, a in right(self, theta, work):
        yield l, delta, a
        if l > 1:
            pull_back(work.delta[l - 1], delta, theta.W[l])
            work.drop_error(l - 1)
            self.hidden[l - 2].times_prime(work.delta[l - 1], work.z[l - 1], work.a[l - 1], work.spare[l - 1])


@mistake(Workspace, "_view")
def short_batch_averaged_as_a_full_one(right: Right, self: Workspace, m: int) -> Workspace:
    """The last batch of an epoch is divided by the size of the others."""
    view: Workspace = right(self, m)
    view.rows = self.rows
    return view


@mistake(Sgd, "_move_block")
def eta_applied_twice(
    right: Right, self: Sgd, w: Array, v: Array | None, delta: Array, a: Array, eta: float, l2: float
) -> None:
    """The learning rate is in the step twice."""
    right(self, w, v, delta, a, eta * eta, l2)


@mistake(Sgd, "_move_block")
def uphill(right: Right, self: Sgd, w: Array, v: Array | None, delta: Array, a: Array, eta: float, l2: float) -> None:
    """The step goes along the gradient instead of against it."""
    right(self, w, v, delta, a, -eta, l2)


@mistake(Sgd, "_move_block")
def momentum_on_the_wrong_buffer(
    right: Right, self: Sgd, w: Array, v: Array | None, delta: Array, a: Array, eta: float, l2: float
) -> None:
    """μ shrinks the weights, and the velocity moves by them."""
    if v is None:
        right(self, w, v, delta, a, eta, l2)
    else:
        right(self, v, w, delta, a, eta, l2)


@mistake(Sgd, "_move_block")
def velocity_not_kept(
    right: Right, self: Sgd, w: Array, v: Array | None, delta: Array, a: Array, eta: float, l2: float
) -> None:
    """The new velocity moves the weights and is then forgotten."""
    right(self, w, None if v is None else v.copy(), delta, a, eta, l2)


@mistake(Sgd, "_move_block")
def look_ahead_missing(
    right: Right, self: Sgd, w: Array, v: Array | None, delta: Array, a: Array, eta: float, l2: float
) -> None:
    """Nesterov's momentum is plain momentum."""
    right(Sgd(self.momentum), w, v, delta, a, eta, l2)


@mistake(Sgd, "_move_block")
def l2_twice_in_the_step(
    right: Right, self: Sgd, w: Array, v: Array | None, delta: Array, a: Array, eta: float, l2: float
) -> None:
    """The weights are decayed twice."""
    right(self, w, v, delta, a, eta, 2 * l2)


@mistake(Sgd, "follow")
def l2_on_biases_in_the_step(
    right: Right, self: Sgd, theta: Parameters, factors: Factors, ones: Array, eta: float, l2: float
) -> None:
    """The step decays biases like weights."""
    right(self, theta, factors, ones, eta, l2)
    for b in theta.b:
        b *= 1 - eta * l2


@mistake(Adam, "move")
def bias_correction_missing(right: Right, self: Adam, theta: Parameters, gradient: Parameters, eta: float) -> None:
    """Adam's m and v are used as if they had not started from 0."""
    t, self.t = self.t, 1_000_000
    right(self, theta, gradient, eta)
    self.t = t + 1


@mistake(AdamW, "move")
def weight_decay_on_biases(right: Right, self: AdamW, theta: Parameters, gradient: Parameters, eta: float) -> None:
    """AdamW decays biases too."""
    for b in theta.b:
        b *= 1 - eta * self.weight_decay
    right(self, theta, gradient, eta)


@mistake(Adagrad, "move")
def squares_forgotten(right: Right, self: Adagrad, theta: Parameters, gradient: Parameters, eta: float) -> None:
    """Adagrad's sum of squares starts anew at each step."""
    self.state["v"].flat[:] = 0
    right(self, theta, gradient, eta)


@mistake(Descent, "step")
def clip_before_the_penalty(right: Right, self: Descent, theta: Parameters, work: Workspace, eta: float) -> None:
    """Limits hold back the gradient of the examples, and the penalty comes on top."""
    if not (self.clip_norm or self.clip_value):
        right(self, theta, work, eta)
        return
    bare = replace(self.network, penalty=Penalty())
    bare.gradient(theta, work, self._gradient, self._spare)
    self._clip(self._gradient.flat[: self._trained])
    self.network.penalty.add_gradient(theta.weights, self._gradient.weights, self._spare)
    self.optimizer.move(theta, self._gradient, eta)
    if self.max_norm:
        self._limit(theta, self.max_norm)


@mistake(Descent, "_limit")
def limit_on_the_wrong_axis(right: Right, self: Descent, theta: Parameters, most: float) -> None:
    """max_norm limits the weights out of a unit instead of those into it."""
    for W in theta.W[1:]:
        W *= np.minimum(1, most / np.linalg.norm(W, axis=0))
