"""What the config asks of the data, and fitting it: a recipe and a table make a preparation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bpcli.data.cells import in_order
from bpcli.data.preparation import Columns, Missing, Preparation, Task
from bpcli.data.table import Rows, Scale, Table
from bpcli.errors import DataError

BLURRED = 2**53  # from here on a float64 does not hold every whole number
MOST_CLASSES = 100  # integers 0..k-1 are taken for classes up to this k


@dataclass(frozen=True)
class Recipe:
    """The part of the config that says how rows become inputs and targets; None leaves it to the data."""

    target: tuple[str, ...] | None = None
    features: tuple[str, ...] | None = None
    weight: str | None = None
    task: Literal["classes", "numbers"] | None = None
    scale: Scale | None = None
    missing: Missing = "error"
    stratify: bool = True
    classes_implied: bool = False  # the output or the cost makes sense for classes alone
    one_output: bool = False  # two classes are one output of 0 and 1


def describe(table: Table, rows: Rows, recipe: Recipe) -> Preparation:
    """The preparation that leaves inputs as they are: columns, categories, task and classes are settled.

    `rows` are all rows of the training source, so that a rare category or class is known whichever split it
    falls into. Raises DataError when a column is not there or the target does not suit the task.
    """
    columns = _choose_columns(table, recipe)
    blank = Preparation(columns, {}, recipe.missing, None, (), (), "numbers", (), one_output=False)
    rows = blank.complete_rows(table, rows)
    categories = {
        name: in_order(cell for cell in table.distinct(name, rows)[0] if cell is not None)
        for name in columns.features
        if table.is_text(name)
    }
    task = _choose_task(table, rows, recipe, columns.target)
    classes = _classes(table, rows, columns.target[0]) if task == "classes" else ()
    if recipe.one_output and len(classes) > 2:
        raise DataError(
            f"{table.shown}: column '{columns.target[0]}' holds {len(classes)} classes, and one output "
            "tells two apart (task: numbers takes them for numbers)"
        )
    described = replace(
        blank,
        categories=categories,
        task=task,
        classes=classes,
        one_output=recipe.one_output and bool(classes),
    )
    inputs = len(described.parts)
    return replace(described, shift=(0.0,) * inputs, divisor=(1.0,) * inputs)


def _choose_columns(table: Table, recipe: Recipe) -> Columns:
    target = recipe.target or table.default_target
    if not target:
        raise DataError(f"{table.shown}: holds inputs alone, and no labels file or target is named")
    taken = {*target, recipe.weight}
    features = recipe.features or tuple(name for name in table.columns if name not in taken)
    for name in (*features, *target, *([recipe.weight] if recipe.weight else [])):
        table.column(name)
    for name in features:
        if name in taken:
            raise DataError(f"{table.shown}: column '{name}' cannot be a feature and the target or weight too")
    if not features:
        raise DataError(f"{table.shown}: has no column for a feature beside the target '{target[0]}'")
    return Columns(features, target, recipe.weight)


def _choose_task(table: Table, rows: Rows, recipe: Recipe, target: tuple[str, ...]) -> Task:
    """Classes or numbers, from the recipe where it says so and from the target's values where it does not."""
    wants_classes = recipe.task == "classes" or (recipe.task is None and recipe.classes_implied)
    if len(target) > 1:
        return "labels" if wants_classes else "numbers"
    if recipe.task is not None:
        return recipe.task
    if table.is_text(target[0]):
        return "classes"
    values = table.numbers(target[0])[rows]
    if recipe.classes_implied:
        broken = values != np.round(values)
        if broken.any():
            at = int(broken.argmax())
            raise DataError(
                f"{table.place(rows[at])}: column '{target[0]}': {values[at]} is no whole number, and the "
                "output or cost asks for classes (task: classes takes every value for a class)"
            )
        return "classes"
    distinct = np.unique(values)
    counted = 2 <= len(distinct) <= MOST_CLASSES and np.array_equal(distinct, np.arange(len(distinct)))
    return "classes" if counted else "numbers"


def _classes(table: Table, rows: Rows, target: str) -> tuple[str, ...]:
    column = table.column(target)
    if not isinstance(column, list) and column.dtype.kind == "f":
        blurred = np.abs(column[rows]) >= BLURRED
        if blurred.any():
            at = int(blurred.argmax())
            raise DataError(
                f"{table.place(rows[at])}: column '{target}': classes of {BLURRED:,} and more cannot be told apart as "
                "numbers (with a letter before it each is a text)"
            )
    classes = in_order(cell for cell in table.distinct(target, rows)[0] if cell is not None)
    if len(classes) < 2:
        raise DataError(
            f"{table.shown}: column '{target}' holds one class only ('{classes[0]}'), and at least two are needed"
        )
    return classes


def fit(described: Preparation, table: Table, rows: Rows, scale: Scale | None) -> Preparation:
    """The preparation with fill, shift and divisor measured on the training rows alone.

    An input that never changes is divided by 1; categories are left 0 and 1. Raises DataError when an input
    has no value to take a mean of, or values too large.
    """
    scale = scale or table.default_scale
    if described.missing == "mean":
        described = replace(described, fill=tuple(_means(described, table, rows).tolist()))
    if scale == "none":
        return described
    scaled = np.array([category is None for _, category in described.parts])
    if isinstance(scale, tuple):
        shift, divisor = np.zeros(len(scaled)), np.full(len(scaled), scale[1])
    else:
        shift, divisor = _spread(described, table, rows, scale)
    shift = np.where(scaled, shift, 0.0)
    divisor = np.where(scaled, divisor, 1.0)
    return replace(described, shift=tuple(shift.tolist()), divisor=tuple(divisor.tolist()))


def _means(described: Preparation, table: Table, rows: Rows) -> NDArray[np.float64]:
    """The mean of each input (inputs,) over the rows where it is not missing; of a category, its share."""
    total = np.zeros(len(described.parts))
    count = np.zeros(len(described.parts))
    for _, raw in described.raw_blocks(table, rows):
        present = ~np.isnan(raw)
        total += np.where(present, raw, 0.0).sum(axis=0)
        count += present.sum(axis=0)
    if not count.all():
        name = described.input_names[int(count.argmin())]
        raise DataError(f"{table.shown}: column '{name}' is missing in every training row and has no mean")
    return total / count


def _spread(
    described: Preparation, table: Table, rows: Rows, scale: Literal["standard", "minmax"]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Shift and divisor of each input: mean and standard deviation, or least value and range."""
    low, high = np.full(len(described.parts), np.inf), np.full(len(described.parts), -np.inf)
    total, squares = np.zeros(len(described.parts)), np.zeros(len(described.parts))
    with np.errstate(over="ignore", invalid="ignore"):
        for _, raw in described.raw_blocks(table, rows):
            low, high = np.minimum(low, raw.min(axis=0)), np.maximum(high, raw.max(axis=0))
            total += raw.sum(axis=0)
        shift, divisor = low, high - low
        if scale == "standard":
            shift = np.where(low == high, low, total / len(rows))
            for _, raw in described.raw_blocks(table, rows):
                squares += ((raw - shift) ** 2).sum(axis=0)
            divisor = np.sqrt(squares / len(rows))
    if not np.isfinite(divisor).all():
        name = described.input_names[int(np.argmin(np.isfinite(divisor)))]
        values = table.numbers(name)[rows]
        at = int(np.nanargmax(np.abs(values)))
        raise DataError(f"{table.place(rows[at])}: column '{name}': {values[at]} is too large to be scaled")
    return shift, np.where(divisor > 0, divisor, 1.0)
