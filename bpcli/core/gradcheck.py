"""Backpropagation held against numerical derivatives, and a step of the optimizer against its textbook rule.

The complex step (Squire & Trapp 1998) is ∂C/∂θ = Im C(θ + ih) / h. It takes no difference, so h may be 1e-100 and
nothing cancels; nor does it ever move a real part over a kink. Central differences are the second opinion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from bpcli.core.linalg import Array
from bpcli.core.network import Network
from bpcli.core.optimizers import Optimizer
from bpcli.core.parameters import Parameters
from bpcli.core.workspace import Workspace
from bpcli.registry import Registry
from bpcli.streams import stream

STEP_TOLERANCE = 1e-12  # of a block's largest entry


@dataclass(frozen=True)
class Batch:
    """Some examples in float64: x (m, n[0]), y (m, n[L]), and weights of the rows (m,) or None."""

    x: Array
    y: Array
    w: Array | None = None

    def workspace(self, network: Network, dtype: type) -> Workspace:
        """Room of this type with the batch laid in."""
        work = network.workspace(len(self.x), dtype)
        work.a[0][:] = self.x
        work.y[:] = self.y
        work.w = None if self.w is None else self.w.astype(dtype)[:, None]
        return work


@dataclass(frozen=True)
class BlockReport:
    """How one block of parameters compared, with the raw values of the entry that compared worst."""

    name: str
    shape: tuple[int, ...]
    checked: int
    max_relative_error: float
    max_absolute_error: float
    worst_index: tuple[int, ...]
    analytic: float
    numeric: float
    kinks: int  # weighted inputs of this layer that lie where f has no derivative; their rows are left out
    passed: bool


@dataclass(frozen=True)
class Method:
    """A way to differentiate the cost numerically, and what it can promise."""

    derivatives: Callable[[Network, Parameters, Batch], Callable[[int], float]]
    rtol: float
    floor: float  # of a block's largest entry: relative errors of smaller entries are counted against this


METHODS: Registry[Method] = Registry("method")


def _complex_step(network: Network, theta: Parameters, batch: Batch) -> Callable[[int], float]:
    h = 1e-100
    shifted, work = theta.copy(np.complex128), batch.workspace(network, np.complex128)

    def derivative(entry: int) -> float:
        shifted.flat[entry] += 1j * h
        network.forward(shifted, work)
        C = network.batch_cost(shifted, work)
        shifted.flat[entry] = theta.flat[entry]
        return float(C.imag / h)

    return derivative


def _central_difference(network: Network, theta: Parameters, batch: Batch) -> Callable[[int], float]:
    shifted, work = theta.copy(), batch.workspace(network, np.float64)

    def cost_at(entry: int, value: float) -> float:
        shifted.flat[entry] = value
        network.forward(shifted, work)
        return float(network.batch_cost(shifted, work))

    def derivative(entry: int) -> float:
        value = float(theta.flat[entry])
        h = 1e-6 * max(1.0, abs(value))
        slope = (cost_at(entry, value + h) - cost_at(entry, value - h)) / (2 * h)
        shifted.flat[entry] = value
        return slope

    return derivative


METHODS.register("complex")(Method(_complex_step, rtol=1e-9, floor=1e-3))
METHODS.register("central")(Method(_central_difference, rtol=1e-5, floor=1.0))


def check_gradient(
    network: Network,
    theta: Parameters,
    batch: Batch,
    method: str = "complex",
    rtol: float | None = None,
    atol: float | None = None,
    samples: int | None = None,
) -> Iterator[BlockReport]:
    """Compares each block of the gradient at theta (float64) with numerical derivatives.

    An entry passes when |analytic − numeric| ≤ max(atol, rtol · max(|analytic|, |numeric|)). Without `atol` it is rtol
    times the method's floor times the block's largest entry: differences down there are the rounding of the large ones.
    Without `rtol` it is the method's own. `samples` caps the entries compared in a block, evenly spread over it.
    Raises ValueError when every row of the batch lies on a kink.
    """
    chosen = METHODS.get(method)
    rtol = chosen.rtol if rtol is None else rtol
    batch, kinks = leave_out_kinks(network, theta, batch)
    work, gradient = batch.workspace(network, np.float64), theta.like()
    network.forward(theta, work)
    network.gradient(theta, work, gradient)
    derivative = chosen.derivatives(network, theta, batch)
    place = Parameters(theta.n, np.int64)  # where in the flat vector each entry of a block stands
    place.flat[:] = np.arange(len(place.flat))
    for (name, block), (_, places) in zip(gradient.blocks(), place.blocks()):
        entries = _spread(block.size, samples)
        analytic = block.ravel()[entries]
        numeric = np.array([derivative(int(entry)) for entry in places.ravel()[entries]])
        size = np.maximum(np.abs(analytic), np.abs(numeric))
        least = chosen.floor * size.max() if atol is None else atol / rtol
        off = np.abs(analytic - numeric)
        relative = np.divide(off, np.maximum(size, least), out=np.zeros_like(off), where=off != 0)
        relative[np.isnan(relative)] = np.inf
        worst = int(relative.argmax())
        yield BlockReport(
            name,
            block.shape,
            checked=len(entries),
            max_relative_error=float(relative[worst]),
            max_absolute_error=float(off.max()),
            worst_index=tuple(int(i) for i in np.unravel_index(entries[worst], block.shape)),
            analytic=float(analytic[worst]),
            numeric=float(numeric[worst]),
            kinks=kinks[int(name[1:])],
            passed=bool(relative[worst] <= rtol),
        )


def _spread(size: int, samples: int | None) -> Array:
    """Positions in a block to look at: all of them, or so many at even distances from the first to the last."""
    if samples is None or samples >= size:
        return np.arange(size)
    return np.unique(np.linspace(0, size - 1, samples).round().astype(np.int64))


def leave_out_kinks(network: Network, theta: Parameters, batch: Batch) -> tuple[Batch, list[int]]:
    """The rows of the batch none of whose z lies on a kink, and how many z of each layer do (index 0 is the input)."""
    work = network.workspace(len(batch.x), np.float64, keep_z=True)
    work.a[0][:] = batch.x
    network.forward(theta, work)
    smooth = np.ones(len(batch.x), bool)
    counts = [0]
    for f, z in zip((*network.hidden, network.output), work.z[1:]):
        on_kink = np.isin(z, f.kinks)
        counts.append(int(on_kink.sum()))
        smooth &= ~on_kink.any(axis=1)
    if not smooth.any():
        raise ValueError("every row lies on a kink of an activation, where there is no derivative")
    return Batch(batch.x[smooth], batch.y[smooth], None if batch.w is None else batch.w[smooth]), counts


@dataclass(frozen=True)
class StepReport:
    """How far one block, or the optimizer's memory of it, landed from the rule, in parts of its largest entry."""

    name: str
    max_relative_error: float
    passed: bool


def check_step(
    network: Network,
    theta: Parameters,
    batch: Batch,
    optimizer: Optimizer,
    eta: float,
    train_biases: bool = True,
    seed: int = 0,
) -> Iterator[StepReport]:
    """One step of the optimizer in float64 against its rule applied to the gradient that `check_gradient` checks.

    The step starts from a memory drawn at random, because from zero a wrong use of it would not show.
    """
    rng = stream(seed, "gradcheck")
    moved, work, gradient = theta.copy(), batch.workspace(network, np.float64), theta.like()
    network.forward(theta, work)
    network.gradient(theta, work, gradient)
    optimizer.start(moved, network.lmbda, train_biases)
    for memory in optimizer.state.values():
        memory.flat[:] = np.abs(gradient.flat).max() * rng.random(len(memory.flat))
    before = {name: memory.copy() for name, memory in optimizer.state.items()}
    optimizer.step(moved, network.backward(theta, work), work.ones, eta)
    for (name, w), (_, g) in zip(theta.blocks(), gradient.blocks()):
        remembered = {key: dict(old.blocks())[name] for key, old in before.items()}
        expected = w
        if train_biases or name.startswith("W"):
            expected, remembered = optimizer.rule(w, g, remembered, eta)
        yield _landed(name, dict(moved.blocks())[name], expected)
        for key, value in remembered.items():
            yield _landed(f"{key} of {name}", dict(optimizer.state[key].blocks())[name], value)


def _landed(name: str, reached: Array, expected: Array) -> StepReport:
    error = float(np.abs(reached - expected).max() / max(np.abs(expected).max(), np.finfo(float).tiny))
    return StepReport(name, error, passed=error <= STEP_TOLERANCE)
