"""All that turns the rows of a table into arrays: fitted once, stored with the weights, used ever after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from bpcli.data.table import Rows, Table
from bpcli.errors import DataError

Task = Literal["classes", "labels", "numbers"]
"""What the outputs stand for: one class of several, several labels that are each 0 or 1, or numbers."""
Missing = Literal["error", "drop", "mean"]
DType = np.dtype[np.float32] | np.dtype[np.float64]

BLOCK_ROWS = 4096  # rows that are in memory as float64 at one time
CACHED = 65_536  # numbers that are scaled while they are in the cache


def row_blocks(count: int, size: int = BLOCK_ROWS) -> Iterator[slice]:
    """Slices of up to `size` rows that together cover `count`."""
    for start in range(0, count, size):
        yield slice(start, min(start + size, count))


@dataclass(frozen=True)
class Columns:
    """Which columns play which part."""

    features: tuple[str, ...]
    target: tuple[str, ...]
    weight: str | None


@dataclass(frozen=True)
class Preparation:
    """From named columns to inputs and targets.

    A number is one input, a text as many inputs of 0 and 1 as the column has categories, in their order. Each
    input is (x - shift) / divisor, in float64. Three tuples have one entry for each input: fill (what stands
    for a missing cell; None: none may be missing), shift and divisor.
    """

    columns: Columns
    categories: dict[str, tuple[str, ...]]  # of each text feature
    missing: Missing
    fill: tuple[float, ...] | None
    shift: tuple[float, ...]
    divisor: tuple[float, ...]
    task: Task
    classes: tuple[str, ...]  # in the order of the outputs; empty unless the task is classes
    one_output: bool  # two classes on one output, 0 and 1

    @property
    def parts(self) -> tuple[tuple[str, str | None], ...]:
        """Of each input, its feature and its category; None where the feature is a number."""
        return tuple(
            (name, category) for name in self.columns.features for category in self.categories.get(name, (None,))
        )

    @property
    def input_names(self) -> tuple[str, ...]:
        """A name for each input: the feature, or `feature=category`."""
        return tuple(name if value is None else f"{name}={value}" for name, value in self.parts)

    @property
    def target_in_words(self) -> str:
        """What the target was taken for."""
        names = ", ".join(self.columns.target)
        if self.task == "classes":
            return f"{names}, {len(self.classes)} classes"
        kind = "labels of their own" if self.task == "labels" else "numbers"
        return f"{names}, {kind}"

    @property
    def output_names(self) -> tuple[str, ...]:
        """A name for each output: the classes, or the target columns."""
        return self.classes if self.task == "classes" and not self.one_output else self.columns.target

    def complete_rows(self, table: Table, rows: Rows, with_target: bool = True) -> Rows:
        """The rows that can be used: all of them, less, under `drop`, those with a missing cell.

        Raises DataError with the place of the first missing cell that is not allowed, or of an infinite one.
        """
        wanted = list(self.columns.features)
        if with_target:
            wanted += self.columns.target
            wanted += [name for name in table.columns if name == self.columns.weight]
        wanted = [name for name in wanted if table.may_lack(name)]
        keep = np.ones(len(rows), dtype=bool)
        for block in row_blocks(len(rows)):
            for name in wanted:
                absent = table.missing(name, rows[block])
                if absent.any() and not self._allows_missing(name):
                    fills = ", missing: mean fills them" if name in self.columns.features else ""
                    raise DataError(
                        f"{table.place(rows[block][absent.argmax()])}: column '{name}': the cell is missing "
                        f"(missing: drop leaves such rows out{fills})"
                    )
                if self.missing == "drop":
                    keep[block] &= ~absent
        if not keep.any():
            raise DataError(f"{table.shown}: no row is left, each has a missing cell")
        return rows[keep]

    def _allows_missing(self, name: str) -> bool:
        return self.missing == "drop" or (self.missing == "mean" and name in self.columns.features)

    def raw_blocks(
        self, table: Table, rows: Rows, size: int = BLOCK_ROWS, to_add: bool = True
    ) -> Iterator[tuple[slice, NDArray[np.float64]]]:
        """Inputs before scaling (block, inputs), block by block; NaN where a missing cell is not filled.

        The blocks may be overwritten. Those whose rows are added up lie in memory by columns, whichever way they are
        made, because the last bits of a sum depend on it.
        """
        matrix = self._matrix(table)
        blocks = (
            self._gathered(table, rows, size) if matrix is None else _cut(matrix, rows, size, "F" if to_add else "C")
        )
        for block, raw in blocks:
            yield block, raw if self.fill is None else np.where(np.isnan(raw), np.array(self.fill), raw)

    def _matrix(self, table: Table) -> NDArray[Any] | None:
        """The inputs of all rows as one array, where the table holds them so."""
        return None if self.categories else table.side_by_side(self.columns.features)

    def _gathered(self, table: Table, rows: Rows, size: int) -> Iterator[tuple[slice, NDArray[np.float64]]]:
        """The blocks of any inputs, each gathered by itself."""
        parts = []
        for name in self.columns.features:
            known = self.categories.get(name)
            values = table.numbers(name) if known is None else table.codes(name, rows, known, "category")
            parts.append((values, known))
        for block in row_blocks(len(rows), size):
            by_input = np.empty((len(self.shift), block.stop - block.start))
            at = 0
            for values, known in parts:
                if known is None:
                    by_input[at] = values[rows[block]]
                    at += 1
                    continue
                code = values[block]
                hot = by_input[at : at + len(known)]
                hot[:] = code == np.arange(len(known))[:, np.newaxis]
                hot[:, code < 0] = np.nan
                at += len(known)
            yield block, by_input.T

    def inputs(self, table: Table, rows: Rows, dtype: DType) -> NDArray[Any]:
        """Inputs x (rows, inputs), C-contiguous; raises DataError if a cell or a column does not fit."""
        x = np.empty((len(rows), len(self.shift)), dtype)
        if not self._look_up(table, rows, x):
            self._scale(table, rows, x)
        return x

    @property
    def _cached_rows(self) -> int:
        return max(1, CACHED // len(self.shift))

    def _look_up(self, table: Table, rows: Rows, x: NDArray[Any]) -> bool:
        """Fills x where the inputs are bytes all scaled alike, as those of images are; whether that was all.

        Each of the 256 values a byte has is scaled once, which takes half the time of scaling every input. Where one of
        them is too large, it is not all: `_scale` says which row has it, if one does.
        """
        matrix = self._matrix(table)
        if matrix is None or matrix.dtype != np.uint8 or len({*zip(self.shift, self.divisor)}) > 1:
            return False
        with np.errstate(over="ignore"):
            scaled = ((np.arange(256.0) - self.shift[0]) / self.divisor[0]).astype(x.dtype)
        for block in row_blocks(len(rows), self._cached_rows):
            np.take(scaled, matrix[rows[block]], out=x[block], mode="clip")  # nothing to clip; "raise" would copy x
        return bool(np.isfinite(scaled).all())

    def _scale(self, table: Table, rows: Rows, x: NDArray[Any]) -> None:
        """Fills x with any inputs, some rows at a time."""
        shift, divisor = np.array(self.shift), np.array(self.divisor)
        for block, raw in self.raw_blocks(table, rows, self._cached_rows, to_add=False):
            with np.errstate(over="ignore"):
                raw -= shift
                raw /= divisor
                x[block] = raw
            if not np.isfinite(x[block]).all():
                row, j = np.argwhere(~np.isfinite(x[block]))[0]
                at = rows[block][row]
                _, [[*cells]] = next(self.raw_blocks(table, np.array([at])))
                fits = np.abs(cells[j]) <= np.finfo(x.dtype).max
                scaled = f", less {shift[j]:g} and divided by {divisor[j]:g} to scale it," if fits else ""
                raise DataError(
                    f"{table.place(at)}: column '{self.input_names[j]}': {cells[j]}{scaled} is too large for {x.dtype}"
                )

    def targets(self, table: Table, rows: Rows, dtype: DType) -> NDArray[Any]:
        """Targets y (rows, outputs), C-contiguous; raises DataError if a cell or a column does not fit."""
        y = np.empty((len(rows), len(self.output_names)), dtype)
        if self.task == "classes":
            code = self.class_codes(table, rows)
            y[:] = code[:, np.newaxis] if self.one_output else code[:, np.newaxis] == np.arange(len(self.classes))
            return y
        for j, name in enumerate(self.columns.target):
            y[:, j] = column_in(dtype, table, name, rows)
        if self.task == "labels":
            wrong = (y != 0) & (y != 1)
            if wrong.any():
                row, j = np.argwhere(wrong)[0]
                raise DataError(
                    f"{table.place(rows[row])}: column '{self.columns.target[j]}': {y[row, j]:g} is no label: of "
                    "several target columns each holds 0 or 1 (task: numbers takes them for numbers)"
                )
        return y

    def class_codes(self, table: Table, rows: Rows) -> Rows:
        """The class of each row (rows,), counted from 0."""
        return table.codes(self.columns.target[0], rows, self.classes, "class")


def _cut(
    matrix: NDArray[Any], rows: Rows, size: int, order: Literal["C", "F"]
) -> Iterator[tuple[slice, NDArray[np.float64]]]:
    """The blocks of inputs that are the columns of one array."""
    for block in row_blocks(len(rows), size):
        yield block, matrix[rows[block]].astype(np.float64, order=order)


def column_in(dtype: DType, table: Table, name: str, rows: Rows) -> NDArray[Any]:
    """The numbers of some rows of a column (rows,); raises DataError with the place of one too large for `dtype`."""
    values = table.numbers(name)[rows].astype(np.float64)
    with np.errstate(over="ignore"):
        narrow = values.astype(dtype)
    if not np.isfinite(narrow).all():
        at = int(np.isinf(narrow).argmax())
        raise DataError(f"{table.place(rows[at])}: column '{name}': {values[at]} is too large for {dtype}")
    return narrow
