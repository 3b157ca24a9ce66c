"""One step of training held against its rule as the textbooks write it, applied to the gradient that is checked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from bpcli.core.batch import Batch
from bpcli.core.descent import Descent
from bpcli.core.gradcheck import gradient_of
from bpcli.core.linalg import Array
from bpcli.core.parameters import Parameters
from bpcli.streams import stream

TOLERANCE = 1e-12  # of the largest entry of a block, or of 1,000 times its change where that is less
ROUNDING = 16 * np.finfo(float).eps  # of the largest entry of a block: what a step may always be off
STEPS_BEFORE = (0, 2)  # the first step, from empty memories, and a later one, from a past drawn at random


@dataclass(frozen=True)
class StepReport:
    """How far one block, or the optimizer's memory of it, landed from the rule, as `_distance` counts it."""

    name: str
    max_relative_error: float
    passed: bool


def check_step(descent: Descent, theta: Parameters, batch: Batch, eta: float, seed: int = 0) -> Iterator[StepReport]:
    """Steps in float64 from theta by each way that training may take: the worst of them for each block and memory.

    They are a first step and a later one, and, where the optimizer can do without the gradient, both with it written
    out as well, which training falls back on in float32. The batch is laid in as the last one of an epoch is, shorter
    than there is room for. What the steps are held against is written here and in the `rule` of the optimizer, block by
    block and with no thought of speed: the gradient, clipped; the rule; the limit on the weights into a unit.
    """
    gradient = _clipped(descent, gradient_of(descent.network, theta, batch))
    ways = [descent, replace(descent, writes_gradient=True)] if descent.may_follow else [descent]
    worst: dict[str, float] = {}
    for way in ways:
        for steps_before in STEPS_BEFORE:
            for name, error in _one_step(way, theta, batch, gradient, eta, steps_before, seed):
                worst[name] = max(error, worst.get(name, 0.0))
    for name, error in worst.items():
        yield StepReport(name, error, passed=error <= TOLERANCE)


def _one_step(
    descent: Descent, theta: Parameters, batch: Batch, gradient: Parameters, eta: float, steps_before: int, seed: int
) -> Iterator[tuple[str, float]]:
    """How far each block, and each memory of it, lands from where the rule says."""
    network, optimizer = descent.network, descent.optimizer
    moved, work = theta.copy(), batch.workspace(network, np.float64, room=len(batch.x) + 1)
    descent.start(moved)
    optimizer.t = steps_before
    rng = stream(seed, "memories")
    for memory in optimizer.state.values():
        memory.flat[:] = np.abs(gradient.flat).max() * rng.random(len(memory.flat)) if steps_before else 0.0
    before = {name: memory.copy() for name, memory in optimizer.state.items()}
    network.forward(moved, work)
    descent.step(moved, work, eta)
    for (name, w), (_, g), (_, reached) in zip(theta.blocks(), gradient.blocks(), moved.blocks()):
        memories = {key: dict(old.blocks())[name] for key, old in before.items()}
        expected, remembered, decays = w, memories, name.startswith("W")
        if decays or descent.train_biases:
            expected, remembered = optimizer.rule(w, g, memories, eta, steps_before + 1, decays)
        if descent.max_norm and decays:
            lengths = np.linalg.norm(expected, axis=1, keepdims=True)
            expected = expected * np.minimum(1, descent.max_norm / np.maximum(lengths, np.finfo(float).tiny))
        yield name, _distance(w, reached, expected)
        for key, value in remembered.items():
            yield f"{key} of {name}", _distance(memories[key], dict(optimizer.state[key].blocks())[name], value)


def _clipped(descent: Descent, gradient: Parameters) -> Parameters:
    clipped = gradient.copy()
    g = clipped.flat if descent.train_biases else clipped.weights
    if descent.clip_value:
        g[:] = np.minimum(np.maximum(g, -descent.clip_value), descent.clip_value)
    if descent.clip_norm:
        g *= descent.clip_norm / max(float(np.linalg.norm(g)), descent.clip_norm)
    return clipped


def _distance(before: Array, reached: Array, expected: Array) -> float:
    """In parts of the largest entry; a small step against its change, for it must be as right as a large one."""
    change, largest = np.abs(expected - before).max(), max(np.abs(before).max(), np.abs(expected).max())
    size = max(min(largest, 1000 * change), ROUNDING / TOLERANCE * largest, np.finfo(float).tiny)
    error = float(np.abs(reached - expected).max() / size)
    return error if np.isfinite(error) else np.inf
