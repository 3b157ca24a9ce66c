"""Ways to differentiate the cost by nothing but going forward.

The complex step (Squire & Trapp 1998) is ∂C/∂θ = Im C(θ + ih) / h. It takes no difference, so h may be 1e-100 and
nothing cancels; nor does it ever move a real part over a kink. Central differences are the second opinion. Along a
direction v a derivative is ∂C/∂θ · v: a few of them check a whole block at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bpcli.core.batch import Batch
from bpcli.core.kinks import sides
from bpcli.core.linalg import Array
from bpcli.core.network import Network
from bpcli.core.parameters import Parameters
from bpcli.registry import Registry

Derivative = Callable[[NDArray[np.int64], Array], float | None]
"""∂C/∂θ along v, for entries of the flat vector and the v (of their number) by which they move.

None where a kink lies within the step, so that there is nothing to compare with.
"""


@dataclass(frozen=True)
class Method:
    """A way to differentiate the cost numerically, and what it can promise."""

    derivative: Callable[[Network, Parameters, Batch], Derivative]
    rtol: float
    floor: float  # of a block's largest entry: relative errors of smaller entries are counted against this
    rounding: float  # of the cost, or the largest entry of all where that is more: what rounding alone may do
    directional: bool = False


METHODS: Registry[Method] = Registry("method")


def complex_step(network: Network, theta: Parameters, batch: Batch) -> Derivative:
    """∂C/∂θ · v = Im C(θ + ihv) / h with h = 1e-100: exact but for rounding."""
    h = 1e-100
    shifted, work = theta.copy(np.complex128), batch.workspace(network, np.complex128)

    def derivative(entries: NDArray[np.int64], v: Array) -> float:
        shifted.flat[entries] += 1j * h * v
        network.forward(shifted, work)
        C = network.batch_cost(shifted, work)
        shifted.flat[entries] = theta.flat[entries]
        return float(C.imag / h)

    return derivative


def central_difference(network: Network, theta: Parameters, batch: Batch) -> Derivative:
    """∂C/∂θ · v = (C(θ + hv) − C(θ − hv)) / 2h with h = 1e-6 · max(1, |θ|), where no kink lies between."""
    shifted, work = theta.copy(), batch.workspace(network, np.float64, keep_z=True)

    def cost_at(entries: NDArray[np.int64], values: Array) -> tuple[float, bool]:
        """The cost with these values of the entries, and whether everything lies on the side where it lay at θ."""
        shifted.flat[entries] = values
        network.forward(shifted, work)
        C = float(network.batch_cost(shifted, work))
        shifted_sides = sides(network, shifted, work)
        shifted.flat[entries] = theta.flat[entries]
        return C, all(map(np.array_equal, shifted_sides, sides_at_theta))

    def derivative(entries: NDArray[np.int64], v: Array) -> float | None:
        values = theta.flat[entries]
        h = 1e-6 * max(1.0, float(np.abs(values).max()))
        (above, stays_above), (below, stays_below) = cost_at(entries, values + h * v), cost_at(entries, values - h * v)
        return (above - below) / (2 * h) if stays_above and stays_below else None

    network.forward(theta, work)
    sides_at_theta = sides(network, theta, work)
    return derivative


METHODS.register("complex")(Method(complex_step, rtol=1e-9, floor=1e-3, rounding=1e-14))
METHODS.register("central")(Method(central_difference, rtol=1e-5, floor=1.0, rounding=1e-9))
METHODS.register("directional")(Method(complex_step, rtol=1e-9, floor=1e-3, rounding=1e-14, directional=True))
