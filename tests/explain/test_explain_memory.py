"""Bytes of arrays, against what Python says was allocated."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from bpcli.core.activations import ACTIVATIONS
from bpcli.core.costs import COSTS
from bpcli.core.descent import Descent
from bpcli.core.network import Network
from bpcli.core.optimizers.adaptive import Adam
from bpcli.core.optimizers.base import CHUNK
from bpcli.core.outputs import OUTPUTS
from bpcli.core.parameters import Parameters
from bpcli.explain.memory import array_bytes

N = (300, 400, 200, 10)
NETWORK = Network(
    N,
    (ACTIVATIONS.get("gelu")(), ACTIVATIONS.get("relu")()),
    OUTPUTS.get("softmax")(),
    COSTS.get("cross_entropy")["softmax"](),
)


def descent() -> Descent:
    started = Descent(NETWORK, Adam(), clip_norm=1.0)
    started.start(Parameters(N, np.float32))
    return started


@pytest.mark.parametrize(
    "make",
    [
        lambda: Parameters(N, np.float32),
        lambda: NETWORK.workspace(500, np.float32, (0.1, 0.2, 0.3)),
        lambda: NETWORK.workspace(500, np.float64),
    ],
)
def test_it_is_what_was_allocated(make: Callable[[], Any]) -> None:
    make()  # whatever is made once and kept is there now
    tracemalloc.start()
    made = make()
    allocated, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert array_bytes(made) == pytest.approx(allocated, rel=0.01)


def test_an_optimizer_holds_its_memories_and_the_gradient() -> None:
    size = Parameters(N, np.float32).flat.nbytes
    pieces = 2 * CHUNK * 4
    expected = 4 * size + pieces  # m, v, the gradient, room for the penalty, and for the pieces at work
    assert array_bytes(descent()) == pytest.approx(expected, rel=0.01)


@dataclass(frozen=True, slots=True)
class Slotted:
    inside: Any


def test_memory_that_is_shared_counts_once() -> None:
    whole = np.zeros(1000, np.uint8)
    views = [whole[:10], whole[10:].reshape(9, 110), {"again": whole}, (Slotted(whole[::2]),)]
    assert array_bytes(views) == array_bytes(views, whole) == 1000
    assert array_bytes(whole, np.zeros(5, np.uint8)) == 1005
    assert array_bytes(None, 3, "text", Slotted) == 0
