"""What of the registries can be compiled, and the parameters of what is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from bpcli.core.linalg import Array
from bpcli.registry import Registry


def can_be_compiled(entry: type[Any]) -> bool:
    """Whether it says itself of single numbers, or of single rows; what a class inherits is not about itself."""
    return bool({"value", "row", "moved"} & set(vars(entry)))


def compiled_names(registry: Registry[Any]) -> list[str]:
    """The names of a registry of classes that can be compiled, sorted."""
    return sorted(name for name in registry if can_be_compiled(registry.get(name)))


def parameters(things: Sequence[Any]) -> Array:
    """The parameters of each thing, a record for each, which stands for `self` in what is compiled."""
    names = sorted({field.name for thing in things for field in fields(thing)})
    records = np.recarray(len(things), [(name, np.float64) for name in [*names, "none"]])
    records.fill(0)
    for record, thing in zip(records, things):
        for field in fields(thing):
            record[field.name] = getattr(thing, field.name)
    return records
