"""Data and first weights of a workload, drawn so that every program has the same."""

from __future__ import annotations

import numpy as np
from workloads import Workload


def data(work: Workload) -> tuple[np.ndarray, np.ndarray]:
    """Inputs (rows, n[0]) in float32 and labels (rows,); no program's speed depends on the values."""
    rng = np.random.default_rng(0)
    return rng.random((work.rows, work.layers[0]), dtype=np.float32), rng.integers(0, work.layers[-1], work.rows)


def first_weights(work: Workload) -> list[np.ndarray]:
    """First weights (n[l], n[l-1]) of each layer."""
    rng = np.random.default_rng(1)
    pairs = zip(work.layers[1:], work.layers)
    return [(rng.standard_normal(shape) * (2 / shape[1]) ** 0.5).astype(np.float32) for shape in pairs]
