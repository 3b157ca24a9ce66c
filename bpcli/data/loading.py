"""From sources and a recipe to the examples that a network is trained and measured on."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from bpcli.data.preparation import DType, Preparation, column_in
from bpcli.data.preprocessing import Recipe, describe, fit
from bpcli.data.readers import read
from bpcli.data.source import Source, digest, memory_for
from bpcli.data.splits import Fold, Pool, held_out, split
from bpcli.data.table import Rows, Scale, Table
from bpcli.errors import DataError

SplitName = Literal["train", "validation", "test"]
HeldOut = Source | float | Fold | None
"""Rows of their own, a fraction or a fold of the training rows, or none."""


@dataclass(frozen=True)
class Examples:
    """Rows ready for the network: all C-contiguous and of one dtype."""

    x: NDArray[Any]  # (examples, inputs)
    y: NDArray[Any]  # (examples, outputs)
    weight: NDArray[Any] | None  # (examples,) positive; None: all count the same
    rows: Rows  # (examples,) where each stands in its file, from 0

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True)
class Inputs:
    """Rows to predict for, their targets unknown or of no interest."""

    x: NDArray[Any]  # (examples, inputs)
    rows: Rows  # (examples,) where each stands in its file, from 0
    count: int  # rows of the file, those left out for a missing cell too


@dataclass(frozen=True)
class Prepared:
    """All splits of a run, and how they were made."""

    train: Examples
    validation: Examples | None
    test: Examples | None
    preparation: Preparation
    scale: Scale  # the one that was asked for, or the format's own
    digests: dict[str, str]  # of each file read, by the path as shown: SHA-256

    @property
    def splits(self) -> dict[str, Examples]:
        """The sets of rows that there are, training first."""
        every = {"train": self.train, "validation": self.validation, "test": self.test}
        return {name: rows for name, rows in every.items() if rows is not None}


@dataclass
class _Tables:
    """Reads each file once, however many splits take rows of it, and remembers the digests."""

    digests: dict[str, str] = field(default_factory=dict)
    _read: dict[tuple[Path, Path | None], Table] = field(default_factory=dict)

    def rows(self, source: Source) -> tuple[Table, Rows]:
        """The table of the source's file and the rows of it that are meant."""
        key = (source.path, source.labels)
        if key not in self._read:
            self._read[key] = read(source)
            self.digests |= {shown: digest(path, shown) for path, shown in source.files()}
        return self._read[key], source.span(len(self._read[key]))


def load(train: Source, validation: HeldOut, test: HeldOut, recipe: Recipe, seed: int, dtype: DType) -> Prepared:
    """Reads, splits and prepares everything a run needs; the same arguments give the same bytes.

    Categories and classes are those of the whole training source; scaling and fills are measured on the rows
    that are trained on. Raises DataError with the place when anything does not fit.
    """
    tables = _Tables()
    table, rows = tables.rows(train)
    described = describe(table, rows, recipe)
    parts = _parts(table, rows, described, {"test": test, "validation": validation}, recipe.stratify, seed)
    with memory_for(train.shown):
        preparation = fit(described, table, parts["train"], recipe.scale)

    def examples(name: str, choice: HeldOut) -> Examples | None:
        if choice is None:
            return None
        if isinstance(choice, Source):
            return _examples(*tables.rows(choice), preparation, dtype)
        return _examples(table, parts[name], preparation, dtype)

    return Prepared(
        _examples(table, parts["train"], preparation, dtype),
        examples("validation", validation),
        examples("test", test),
        preparation,
        recipe.scale or table.default_scale,
        tables.digests,
    )


def load_split(
    name: SplitName,
    train: Source,
    validation: HeldOut,
    test: HeldOut,
    recipe: Recipe,
    seed: int,
    dtype: DType,
    preparation: Preparation,
) -> tuple[Examples, dict[str, str]]:
    """One split as `load` makes it, but prepared as stored, with the digests of the files it took.

    There must be such a split. Raises DataError when the data no longer fits the preparation.
    """
    tables = _Tables()
    choice = {"train": train, "validation": validation, "test": test}[name]
    assert choice is not None
    if name != "train" and isinstance(choice, Source):
        return _examples(*tables.rows(choice), preparation, dtype), tables.digests
    table, rows = tables.rows(train)
    parts = _parts(table, rows, preparation, {"test": test, "validation": validation}, recipe.stratify, seed)
    return _examples(table, parts[name], preparation, dtype), tables.digests


def load_one(source: Source, preparation: Preparation, dtype: DType) -> Examples:
    """The examples of a file that training never saw, prepared as stored; the target must be there."""
    return _examples(*_Tables().rows(source), preparation, dtype)


def load_inputs(source: Source, preparation: Preparation, dtype: DType) -> Inputs:
    """The inputs of a file, prepared as stored; the target may be absent.

    Under `missing: drop` the rows with a missing cell are left out, so look at `rows`.
    """
    table, rows = _Tables().rows(source)
    rows = preparation.complete_rows(table, rows, with_target=False)
    with memory_for(source.shown):
        return Inputs(preparation.inputs(table, rows, dtype), rows, len(table))


def _parts(
    table: Table,
    rows: Rows,
    preparation: Preparation,
    choices: dict[SplitName, HeldOut],
    stratify: bool,
    seed: int,
) -> dict[str, Rows]:
    """The training rows without what is cut from them, and what is: folds first, then fractions in this order."""
    rows = preparation.complete_rows(table, rows)
    classes = preparation.class_codes(table, rows) if stratify and preparation.task == "classes" else None
    pool = Pool(table.shown, rows, classes, preparation.classes)
    parts: dict[str, Rows] = {}
    for name, choice in choices.items():
        if isinstance(choice, Fold):
            chosen = held_out(pool, choice, seed)
            parts[name], pool = pool.rows[chosen], pool[~chosen]
    fractions: dict[str, float] = {name: choice for name, choice in choices.items() if isinstance(choice, float)}
    return parts | split(pool, fractions, seed)


def _examples(table: Table, rows: Rows, preparation: Preparation, dtype: DType) -> Examples:
    rows = preparation.complete_rows(table, rows)
    with memory_for(table.shown):
        x = preparation.inputs(table, rows, dtype)
        y = preparation.targets(table, rows, dtype)
    return Examples(x, y, _weights(table, rows, preparation.columns.weight, dtype), rows)


def _weights(table: Table, rows: Rows, name: str | None, dtype: DType) -> NDArray[Any] | None:
    """The weight of each example (examples,); None when the table has no such column."""
    if name is None or name not in table.columns:
        return None
    weights: NDArray[np.float64] = table.numbers(name)[rows].astype(np.float64)
    if not (weights > 0).all():
        at = int((weights <= 0).argmax())
        raise DataError(f"{table.place(rows[at])}: column '{name}': a weight must be positive, not {weights[at]:g}")
    narrow = column_in(dtype, table, name, rows)
    if not narrow.all():
        at = int((narrow == 0).argmax())
        raise DataError(f"{table.place(rows[at])}: column '{name}': {weights[at]} is too small for {dtype}")
    return narrow
