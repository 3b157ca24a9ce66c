"""A first look at a data file: what its target seems to be, what is fit to predict it from, what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bpcli.data.cells import listed
from bpcli.data.preparation import Missing, Preparation, Task
from bpcli.data.preprocessing import MOST_CLASSES, Recipe, describe
from bpcli.data.readers import OWN_TARGET, format_of, read
from bpcli.data.source import Source
from bpcli.data.table import Rows, Scale, Table
from bpcli.errors import DataError

TARGETS = ("target", "class", "label", "species", "category", "diagnosis", "outcome", "response", "y")
"""What a target is often called, in small letters."""
KINDS = frozenset({"class", "label", "species", "category", "diagnosis"})
"""Those of them that are kinds of things, even where they are numbered."""
MOST_CATEGORIES = 50  # different texts of a column that is taken for kinds of things
FEW_ROWS = 10  # too few to tell names from kinds
MANY_ROWS = 20  # in which whole numbers do not come in order by chance
LARGEST_TARGET = 1e18  # squares are finite in float32 up to here, and those of a batch can still be added
FEW_PIXELS = 50  # fewer whole numbers from 0 to 255 are no picture
MANY_FEATURES = 30  # too many to be listed for the sake of one that never changes
_CONSTANT = "never changes"


@dataclass(frozen=True)
class Survey:
    """What a look at a file brought to light."""

    rows: int  # that can be used
    target: tuple[str, ...]
    why_target: str  # how it was found; empty where it was given, or is the format's own
    task: Task
    classes: Mapping[str, int]  # rows of each; empty unless the task is classes
    magnitude: float  # √(mean y²) of number targets, the largest of the columns'
    spread: float  # their standard deviation, likewise
    inputs: int
    features: tuple[str, ...] | None  # None: all columns but the target
    left_out: Mapping[str, str]  # column that is no feature: why
    constant: int  # features that never change
    missing: Missing
    incomplete: int  # rows with a missing cell
    scale: Scale


def survey(source: Source, given: Sequence[str] = ()) -> Survey:
    """Reads a file and decides what to predict, from what; raises DataError where nothing sensible can be predicted.

    `given` are the targets where they are known.
    """
    table = read(source)
    target, why = (tuple(given), "") if given else _guess(table, format_of(source))
    for name in target:
        table.column(name)
    rows: Rows = np.arange(len(table))
    features = [name for name in table.columns if name not in target]
    left_out = {name: reason for name in features if (reason := _why_unfit(table, name, rows))}
    constants = [name for name, reason in left_out.items() if reason == _CONSTANT]
    if len(features) > MANY_FEATURES:
        left_out = {name: reason for name, reason in left_out.items() if name not in constants}
    kept = tuple(name for name in features if name not in left_out)
    if not kept:
        told = f" ({listed(f'{name} {reason}' for name, reason in left_out.items())})" if left_out else ""
        raise DataError(f"{table.shown}: no column is fit to predict '{target[0]}' from{told}")
    absent = {name: table.missing(name, rows) for name in (*kept, *target)}
    missing = _missing(absent, target)
    recipe = Recipe(target=target, features=kept, missing=missing)
    if _are_kinds(table, target, rows[~np.logical_or.reduce([absent[name] for name in target])]):
        recipe = replace(recipe, task="classes")
    described = describe(table, rows, recipe)
    if len(described.classes) > max(MOST_CATEGORIES, len(rows) / 2) and table.is_text(target[0]):
        raise DataError(
            f"{table.shown}: column '{target[0]}' has {len(described.classes)} different texts in {len(rows)} rows, "
            "names rather than classes (--target names another column)"
        )
    usable = described.complete_rows(table, rows)
    magnitude, spread = _sizes(described, table, usable)
    return Survey(
        rows=len(usable),
        target=target,
        why_target=why,
        task=described.task,
        classes=_counts(described, table, usable),
        magnitude=magnitude,
        spread=spread,
        inputs=len(described.parts),
        features=kept if left_out else None,
        left_out=left_out,
        constant=0 if len(features) <= MANY_FEATURES else len(constants),
        missing=missing,
        incomplete=int(np.logical_or.reduce(list(absent.values())).sum()),
        scale=_scale(table, kept),
    )


def _guess(table: Table, form: str) -> tuple[tuple[str, ...], str]:
    """The target and how it was found; a format that has one of its own leaves nothing to guess."""
    if form in OWN_TARGET:
        if not table.default_target:
            raise DataError(f"{table.shown}: holds inputs alone (labels in a file of their own: --labels)")
        return table.default_target, ""
    usable = {name.lower(): name for name in table.columns if name not in table.unusable}
    for word in TARGETS:
        if word in usable:
            return (usable[word],), "by its name"
    if not usable:
        raise DataError(f"{table.shown}: no column holds numbers or texts that can be used")
    return (list(usable.values())[-1],), "it is the last column"


def _why_unfit(table: Table, name: str, rows: Rows) -> str:
    """Why a column is no use as a feature; empty when it may be one."""
    if name in table.unusable:
        return "holds neither numbers nor texts alone"
    absent = table.missing(name, rows)
    if absent.all():
        return "is empty"
    if table.is_text(name):
        kinds = len(set(table.distinct(name, rows)[0]) - {None})
        if len(rows) >= FEW_ROWS and kinds > min(MOST_CATEGORIES, len(rows) / 2):
            return f"has {kinds} different texts, names rather than kinds"
        return _CONSTANT if kinds == 1 and not absent.any() else ""
    values = table.numbers(name)[rows[~absent]]
    if values.min() == values.max():
        return "" if absent.any() else _CONSTANT
    return "numbers the rows" if _number_the_rows(values) else ""


def _number_the_rows(values: NDArray[np.generic]) -> bool:
    """Whether they are whole and go up one by one; among many rows it is enough that they only go up, or down."""
    whole, steps = np.array_equal(values, np.round(values)), np.diff(values.astype(np.float64))
    one_way = len(values) >= MANY_ROWS and bool((steps > 0).all() or (steps < 0).all())
    return whole and (one_way or (len(values) >= FEW_ROWS and bool((steps == 1).all())))


def _missing(absent: Mapping[str, NDArray[np.bool_]], target: tuple[str, ...]) -> Missing:
    """What to do about missing cells: nothing can be filled in for a target."""
    if any(absent[name].any() for name in target):
        return "drop"
    return "mean" if any(cells.any() for cells in absent.values()) else "error"


def _are_kinds(table: Table, target: tuple[str, ...], rows: Rows) -> bool:
    """Whether targets are classes or labels although they are numbers: two values, or numbered kinds."""
    if any(table.is_text(name) for name in target):
        return False
    if len(target) > 1:
        return all(np.isin(table.numbers(name)[rows], (0, 1)).all() for name in target)
    values = np.unique(table.numbers(target[0])[rows])
    numbered = target[0].lower() in KINDS and len(values) <= MOST_CLASSES and np.array_equal(values, np.round(values))
    return len(values) == 2 or numbered


def _counts(described: Preparation, table: Table, rows: Rows) -> dict[str, int]:
    """The rows of each class."""
    if described.task != "classes":
        return {}
    counts = np.bincount(described.class_codes(table, rows), minlength=len(described.classes))
    return dict(zip(described.classes, counts.tolist()))


def _sizes(described: Preparation, table: Table, rows: Rows) -> tuple[float, float]:
    """How far number targets are from 0, and how far they lie apart; raises DataError where they are all the same,
    or too large to be squared."""
    if described.task != "numbers":
        return 0.0, 0.0
    columns = [table.numbers(name)[rows].astype(np.float64) for name in described.columns.target]
    for name, values in zip(described.columns.target, columns):
        if values.min() == values.max():
            raise DataError(f"{table.shown}: column '{name}' never changes, so there is nothing to predict")
        if (largest := float(np.abs(values).max())) > LARGEST_TARGET:
            raise DataError(
                f"{table.shown}: column '{name}' has numbers as large as {largest:.3g}, whose squares are none in "
                f"float32 (at most {LARGEST_TARGET:g}: write it in larger units)"
            )
    return max(float(np.sqrt((y**2).mean())) for y in columns), max(float(y.std()) for y in columns)


def _scale(table: Table, features: tuple[str, ...]) -> Scale:
    """What suits the inputs: bytes of pictures are divided, so that blank pixels stay 0; all else is standardised."""
    columns = [column for name in features if not isinstance(column := table.columns[name], list)]
    pixels = len(columns) == len(features) >= FEW_PIXELS and all(column.dtype == np.uint8 for column in columns)
    return ("divide", 255.0) if pixels and max(column.max() for column in columns) > 127 else "standard"
