"""Mistakes in the cost, in carrying the error back, and in the gradient."""

from __future__ import annotations

import numpy as np

from bpcli.core import network
from bpcli.core.activations.base import Spare
from bpcli.core.activations.rectifying import Relu
from bpcli.core.activations.saturating import Sigmoid
from bpcli.core.activations.saturating import sigmoid as sigma
from bpcli.core.costs import Cost, Quadratic, SoftmaxCrossEntropy
from bpcli.core.linalg import Array
from bpcli.core.network import Factors, Network
from bpcli.core.outputs import Output, Softmax
from bpcli.core.parameters import Parameters
from bpcli.core.penalties import Penalty
from bpcli.core.workspace import Workspace
from bpcli.explain.mistakes.planting import Right, mistake
from bpcli.streams import stream


@mistake(Quadratic, "examples")
def cost_without_its_half(right: Right, self: Cost, z: Array, a: Array, y: Array, spare: Spare, out: Array) -> None:
    """The quadratic cost that is reported lacks the ½ that its derivative has."""
    right(self, z, a, y, spare, out)
    out *= 2


@mistake(Quadratic, "error")
def cross_entropy_error_with_quadratic_cost(
    right: Right, self: Cost, f: Output, z: Array, a: Array, y: Array, spare: Spare, delta: Array
) -> None:
    """δ[L] is a − y with the quadratic cost too, where f′ of the output does not cancel."""
    np.subtract(a, y, out=delta)


@mistake(SoftmaxCrossEntropy, "error")
def output_derivative_that_cancels(
    right: Right, self: Cost, f: Output, z: Array, a: Array, y: Array, spare: Spare, delta: Array
) -> None:
    """δ[L] of cross-entropy is multiplied by f′ of the output, which cancels."""
    right(self, f, z, a, y, spare, delta)
    f.times_prime(delta, z, a, spare)


@mistake(SoftmaxCrossEntropy, "error")
def sign_of_the_error(
    right: Right, self: Cost, f: Output, z: Array, a: Array, y: Array, spare: Spare, delta: Array
) -> None:
    """δ[L] is y − a, so that descent climbs."""
    right(self, f, z, a, y, spare, delta)
    np.negative(delta, out=delta)


@mistake(SoftmaxCrossEntropy, "error")
def smoothing_forgotten_in_the_error(
    right: Right, self: Cost, f: Output, z: Array, a: Array, y: Array, spare: Spare, delta: Array
) -> None:
    """The cost smooths the labels, its derivative does not."""
    np.subtract(a, y, out=delta)


@mistake(Softmax, "times_prime")
def softmax_as_if_elementwise(right: Right, self: Output, delta: Array, z: Array, a: Array, spare: Spare) -> None:
    """Of the Jacobian of softmax only the diagonal a (1 − a) is used."""
    delta *= a * (1 - a)


@mistake(Sigmoid, "times_prime")
def sigma_prime_forgotten(right: Right, self: Sigmoid, delta: Array, z: Array, a: Array, spare: Spare) -> None:
    """σ′ is left out of the chain."""


@mistake(Sigmoid, "times_prime")
def sigma_prime_at_a(right: Right, self: Sigmoid, delta: Array, z: Array, a: Array, spare: Spare) -> None:
    """σ′ is taken at a instead of at z."""
    twice = np.empty_like(a)
    sigma(a, out=twice)
    delta *= twice * (1 - twice)


@mistake(Relu, "times_prime")
def relu_prime_at_negative_z(right: Right, self: Relu, delta: Array, z: Array, a: Array, spare: Spare) -> None:
    """f′ of relu asks whether a ≥ 0, which a = max(z, 0) always is."""
    delta *= a >= 0


@mistake(network, "pull_back")
def transposed_W(right: Right, below: Array, delta: Array, W: Array) -> None:
    """The error is carried back by Wᵀ, which fits where a layer is as wide as the one below it."""
    right(below, delta, np.ascontiguousarray(W.T))


@mistake(network, "accumulate")
def missing_1_over_m(right: Right, block: Array, delta: Array, a: Array, alpha: float, beta: float) -> None:
    """The gradient is the sum over the batch, and the cost its mean."""
    right(block, delta, a, 1.0, beta)


@mistake(network, "accumulate")
def gradient_not_cleared(right: Right, block: Array, delta: Array, a: Array, alpha: float, beta: float) -> None:
    """Each gradient is added to that of the batch before."""
    right(block, delta, a, alpha, 1.0)


@mistake(network, "accumulate")
def wrong_sum_axis_for_b(right: Right, block: Array, delta: Array, a: Array, alpha: float, beta: float) -> None:
    """∂C/∂b sums over the units instead of the examples, which fits where there are as many of them."""
    right(block, delta if block.ndim == 2 else np.ascontiguousarray(delta.T), a, alpha, beta)


@mistake(Network, "backward")
def off_by_one_layer(right: Right, self: Network, theta: Parameters, work: Workspace) -> Factors:
    """∂C/∂W[l] is made with a[l] instead of a[l-1]."""
    for l, delta, _ in right(self, theta, work):
        yield l, delta, work.fed[l]


@mistake(Network, "backward")
def first_layer_left_out(right: Right, self: Network, theta: Parameters, work: Workspace) -> Factors:
    """The loop over the layers stops at 2."""
    for l, delta, a in right(self, theta, work):
        if l > 1:
            yield l, delta, a


@mistake(Network, "backward")
def example_weights_forgotten(right: Right, self: Network, theta: Parameters, work: Workspace) -> Factors:
    """The cost weighs the examples, the error does not."""
    w, work.w = work.w, None
    yield from right(self, theta, work)
    work.w = w


@mistake(Workspace, "drop_error")
def dropout_scale_missing(right: Right, self: Workspace, l: int) -> None:
    """Backward drops the units that forward dropped, and forgets 1 / (1 − p)."""
    mask = self.mask[l]
    if mask is not None:
        self.delta[l] *= mask > 0


@mistake(Workspace, "drop_error")
def mask_redrawn(right: Right, self: Workspace, l: int) -> None:
    """Backward drops other units than forward did."""
    self.draw_masks(stream(l, "mistakes"))
    right(self, l)


@mistake(Penalty, "add_gradient")
def l2_counted_twice(right: Right, self: Penalty, weights: Array, out: Array, spare: Array) -> None:
    """The gradient has l2 W in it twice."""
    right(self, weights, out, spare)
    out += self.l2 * weights


@mistake(Network, "gradient")
def l2_on_biases(
    right: Right, self: Network, theta: Parameters, work: Workspace, out: Parameters, spare: Array
) -> None:
    """Biases are decayed like weights."""
    right(self, theta, work, out, spare)
    for l in range(1, self.L + 1):
        out.b[l] += self.penalty.l2 * theta.b[l]
