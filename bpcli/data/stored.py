"""A preparation as plain values, as it stands in the weights file."""

from __future__ import annotations

import math
from typing import Any, get_args

from bpcli.data.preparation import Columns, Missing, Preparation, Task

UNSOUND = "the stored preparation of the data is not sound"


def preparation_as_json(preparation: Preparation) -> dict[str, Any]:
    """Plain values for the weights file; `preparation_from_json` gives an equal preparation back."""
    return {
        "features": list(preparation.columns.features),
        "target": list(preparation.columns.target),
        "weight": preparation.columns.weight,
        "categories": {name: list(values) for name, values in preparation.categories.items()},
        "missing": preparation.missing,
        "fill": None if preparation.fill is None else _compact(preparation.fill),
        "shift": _compact(preparation.shift),
        "divisor": _compact(preparation.divisor),
        "task": preparation.task,
        "classes": list(preparation.classes),
        "one_output": preparation.one_output,
    }


def preparation_from_json(stored: object) -> Preparation:
    """The preparation that `preparation_as_json` told of; raises ValueError at anything it would not have said."""
    if not isinstance(stored, dict) or not isinstance(stored.get("categories"), dict):
        raise ValueError(UNSOUND)
    categories = {name: _names(values) for name, values in stored["categories"].items()}
    columns = Columns(_names(stored.get("features")), _names(stored.get("target")), stored.get("weight"))
    inputs = sum(len(categories.get(name, ("",))) for name in columns.features)
    preparation = Preparation(
        columns,
        categories,
        stored.get("missing", "error"),
        None if stored.get("fill") is None else _numbers(stored["fill"], inputs),
        _numbers(stored.get("shift"), inputs),
        _numbers(stored.get("divisor"), inputs),
        stored.get("task", "numbers"),
        _names(stored.get("classes")),
        stored.get("one_output", False),
    )
    if not _is_sound(preparation) or preparation_as_json(preparation) != stored:
        raise ValueError(UNSOUND)
    return preparation


def _is_sound(preparation: Preparation) -> bool:
    columns, classes = preparation.columns, preparation.classes
    return (
        preparation.missing in get_args(Missing)
        and preparation.task in get_args(Task)
        and isinstance(preparation.one_output, bool)
        and isinstance(columns.weight, str | None)
        and bool(columns.features and columns.target)
        and set(preparation.categories) <= set(columns.features)
        and all(value > 0 for value in preparation.divisor)
        and (preparation.missing == "mean") == (preparation.fill is not None)
        and (len(classes) >= 2 if preparation.task == "classes" else not classes)
    )


def _compact(values: tuple[float, ...]) -> float | list[float]:
    """One number when all are the same."""
    return values[0] if len(set(values)) == 1 else list(values)


def _names(stored: object) -> tuple[str, ...]:
    if not isinstance(stored, list) or not all(isinstance(name, str) for name in stored):
        raise ValueError(UNSOUND)
    return tuple(stored)


def _numbers(stored: object, count: int) -> tuple[float, ...]:
    """As many finite numbers; one alone stands for all."""
    values = stored if isinstance(stored, list) else [stored] * count
    if len(values) != count or not all(isinstance(value, float) and math.isfinite(value) for value in values):
        raise ValueError(UNSOUND)
    return tuple(values)
