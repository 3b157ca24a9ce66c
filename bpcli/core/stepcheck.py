"""One step of training held against its rule as the textbooks write it, applied to the gradient that is checked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bpcli.core.batch import Batch
from bpcli.core.descent import Descent
from bpcli.core.gradcheck import gradient_of
from bpcli.core.linalg import Array
from bpcli.core.parameters import Parameters
from bpcli.streams import stream

TOLERANCE = 1e-9  # of the largest change in a block
ROUNDING = 16 * np.finfo(float).eps  # of the largest entry of a block: what a step may always be off
STEPS_BEFORE = 2  # as if so many had been made: a rule that counts its steps must not start from nothing


@dataclass(frozen=True)
class StepReport:
    """How far one block, or the optimizer's memory of it, landed from the rule, in parts of its largest change."""

    name: str
    max_relative_error: float
    passed: bool


def check_step(descent: Descent, theta: Parameters, batch: Batch, eta: float, seed: int = 0) -> Iterator[StepReport]:
    """One step in float64 from theta, with memories drawn at random: from zero a wrong use of them would not show.

    The batch is laid in as the last one of an epoch is, which is shorter than there is room for. What the step is held
    against is written here and in the `rule` of the optimizer, block by block and with no thought of speed: the
    gradient, clipped; the rule; the limit on the weights into a unit.
    """
    network, optimizer = descent.network, descent.optimizer
    gradient = gradient_of(network, theta, batch)
    moved, work = theta.copy(), batch.workspace(network, np.float64, room=len(batch.x) + 1)
    descent.start(moved)
    optimizer.t = STEPS_BEFORE
    rng = stream(seed, "memories")
    for memory in optimizer.state.values():
        memory.flat[:] = np.abs(gradient.flat).max() * rng.random(len(memory.flat))
    before = {name: memory.copy() for name, memory in optimizer.state.items()}
    network.forward(moved, work)
    descent.step(moved, work, eta)

    clipped = dict(_clipped(descent, gradient).blocks())
    for name, w in theta.blocks():
        memories = {key: dict(old.blocks())[name] for key, old in before.items()}
        expected, remembered, decays = w, memories, name.startswith("W")
        if decays or descent.train_biases:
            expected, remembered = optimizer.rule(w, clipped[name], memories, eta, STEPS_BEFORE + 1, decays)
        if descent.max_norm and decays:
            lengths = np.linalg.norm(expected, axis=1, keepdims=True)
            expected = expected * np.minimum(1, descent.max_norm / np.maximum(lengths, np.finfo(float).tiny))
        yield _landed(name, w, dict(moved.blocks())[name], expected)
        for key, value in remembered.items():
            yield _landed(f"{key} of {name}", memories[key], dict(optimizer.state[key].blocks())[name], value)


def _clipped(descent: Descent, gradient: Parameters) -> Parameters:
    clipped = gradient.copy()
    g = clipped.flat if descent.train_biases else clipped.weights
    if descent.clip_value:
        g[:] = np.minimum(np.maximum(g, -descent.clip_value), descent.clip_value)
    if descent.clip_norm:
        g *= descent.clip_norm / max(float(np.linalg.norm(g)), descent.clip_norm)
    return clipped


def _landed(name: str, before: Array, reached: Array, expected: Array) -> StepReport:
    """Counted against the change, not against the block: a small step must be as right as a large one."""
    change, largest = np.abs(expected - before).max(), max(np.abs(before).max(), np.abs(expected).max())
    size = max(change, ROUNDING / TOLERANCE * largest, np.finfo(float).tiny)
    error = float(np.abs(reached - expected).max() / size)
    return StepReport(name, error, passed=error <= TOLERANCE)
