"""What a training has become so far: all that the rest of it depends on, beside its config and its data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np

from bpcli.core.linalg import Array

MOST = 2**63 - 1  # what a count may be


@dataclass(frozen=True)
class State:
    """Arrays and values of one moment; a trainer that takes them over goes on to the last bit as this one does.

    The arrays are the trainer's own memory and change with the next step: write or copy them before it.
    """

    arrays: dict[str, Array]  # flat, all as long: parameters, kept (where something is), optimizer.<memory>
    values: dict[str, Any]  # JSON values

    @property
    def is_finite(self) -> bool:
        return all(map(all_finite, self.arrays.values()))


@dataclass
class Position:
    """Where a training stands, in counts and running sums."""

    epoch: int = 0  # passes done
    batch: int = 0  # of the pass at hand: batches met
    step: int = 0  # updates made
    best_epoch: int | None = None
    cost: float = 0.0  # of the pass at hand: Σ over its batches of rows · cost
    learning_rate: float = 0.0  # of the newest step
    seconds: float = 0.0  # that the training took

    @classmethod
    def read(cls, values: Mapping[str, Any], batches: int) -> Position:
        """The position that `asdict` took down, of a training with so many batches to a pass; raises ValueError."""
        epoch, batch, step = whole(values, "epoch"), whole(values, "batch", batches), whole(values, "step")
        if step != epoch * batches + batch:
            raise ValueError(f"its step {step} is not step {batch} of epoch {epoch + 1}")
        best = None if values["best_epoch"] is None else whole(values, "best_epoch", epoch)
        return cls(
            epoch, batch, step, best, number(values, "cost"), number(values, "learning_rate"), number(values, "seconds")
        )


def copy_arrays(arrays: Mapping[str, Array], into: Mapping[str, Array]) -> None:
    """Copy arrays into others of the same names; raises ValueError unless names, shapes and types are the same."""
    if arrays.keys() != into.keys():
        raise ValueError(f"it holds {', '.join(sorted(arrays))}, not {', '.join(sorted(into))}")
    for name, array in arrays.items():
        if array.shape != into[name].shape or array.dtype != into[name].dtype:
            raise ValueError(f"its {name} is {array.dtype} {array.shape}, not {into[name].dtype} {into[name].shape}")
        into[name][:] = array


def all_finite(array: Array) -> bool:
    """Whether each entry is a finite number; takes no memory of the array's size."""
    return math.isfinite(array.min()) and math.isfinite(array.max())


def learnt(thing: Any) -> dict[str, Any]:
    """What a watch or a schedule has taken in so far, as JSON values.

    That is the fields which its constructor does not set, and those of a schedule inside it. Infinity is null.
    """
    found: dict[str, Any] = {}
    for one in fields(thing):
        value = getattr(thing, one.name)
        if is_dataclass(value):
            found[one.name] = learnt(value)
        elif not one.init:
            found[one.name] = None if value == math.inf else value
    return found


def remind(thing: Any, values: Any) -> None:
    """Give back what `learnt` took down; raises ValueError where it is not that."""
    expected = learnt(thing)
    demand_keys(values, expected)
    for name in expected:
        now = getattr(thing, name)
        if is_dataclass(now):
            remind(now, values[name])
        elif isinstance(now, int):
            setattr(thing, name, whole(values, name))
        else:
            setattr(thing, name, math.inf if values[name] is None else number(values, name))


def masks_state(masks: np.random.Generator) -> dict[str, int]:
    """Where a random stream stands."""
    state: Any = masks.bit_generator.state
    return {"state": state["state"]["state"], "has_uint32": state["has_uint32"], "uinteger": state["uinteger"]}


def set_masks_state(masks: np.random.Generator, values: Any) -> None:
    """Put a stream, fresh from the same seed, where another one stood; raises ValueError where that is no place."""
    state: Any = masks.bit_generator.state
    demand_keys(values, masks_state(masks))
    state["state"]["state"] = whole(values, "state", 2**128 - 1)
    state["has_uint32"] = whole(values, "has_uint32", 1)
    state["uinteger"] = whole(values, "uinteger", 2**32 - 1)
    masks.bit_generator.state = state


def demand_keys(values: Any, expected: Mapping[str, Any]) -> None:
    """Raises ValueError unless `values` is a mapping with just these keys."""
    if not isinstance(values, dict) or values.keys() != expected.keys():
        raise ValueError(f"its state is not one of {', '.join(expected) or 'nothing'}")


def whole(values: Mapping[str, Any], name: str, most: int = MOST) -> int:
    """A count out of a state; raises ValueError for what is none."""
    value = values[name]
    if type(value) is not int or not 0 <= value <= most:
        raise ValueError(f"its {name} is {value!r:.40}, not a whole number from 0 to {most}")
    return value


def number(values: Mapping[str, Any], name: str) -> float:
    """A finite number out of a state; raises ValueError for what is none."""
    value = values[name]
    if not (type(value) is float and math.isfinite(value)) and not (type(value) is int and abs(value) <= MOST):
        raise ValueError(f"its {name} is {value!r:.40}, not a finite number")
    return float(value)
