"""Whether this machine's memory holds a network, and a batch on its way through it."""

from __future__ import annotations

import os
from itertools import pairwise

import numpy as np

from bpcli.spec.schema import Spec


def parameters_too_large(spec: Spec) -> str | None:
    """What to say of layers whose parameters, with their gradient, the memory cannot hold; `auto` counts as 1."""
    sizes = _sizes(spec)
    parameters = sum((columns + 1) * rows for columns, rows in pairwise(sizes))
    return _too_large(f"{parameters:,} parameters and their gradient", 2 * parameters, spec)


def batch_too_large(spec: Spec, rows: int) -> str | None:
    """What to say of a batch of so many rows whose activations and errors the memory cannot hold."""
    sizes = _sizes(spec)
    numbers = rows * (2 * sum(sizes) + 3 * max(sizes))  # a and δ of each layer, and room to work in
    return _too_large(f"{rows:,} examples on their way through the layers at once", numbers, spec)


def _sizes(spec: Spec) -> list[int]:
    return [1 if size == "auto" else int(size) for size in spec.layers]


def _too_large(what: str, numbers: int, spec: Spec) -> str | None:
    needed, there = numbers * np.dtype(spec.dtype).itemsize, machine_memory()
    if needed <= there:
        return None
    return f"{what} would need {needed / 1e9:,.1f} GB, and this machine has {there / 1e9:,.1f} GB"


def machine_memory() -> int:
    """The memory that is built in, in bytes."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
