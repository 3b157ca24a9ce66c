"""What every reader gives: named columns of numbers or texts, and where each row stands in its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from bpcli.data.cells import as_number, as_text, listed
from bpcli.errors import DataError
from bpcli.registry import nearest

Scale = Literal["standard", "minmax", "none"] | tuple[Literal["divide"], float]
Column = NDArray[Any] | list[str | None]
"""(n,) numbers, often a view into a matrix, with NaN where one is missing; or texts, with None for that."""
Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Table:
    """The columns of one file, by name and in the order of the file."""

    shown: str
    columns: Mapping[str, Column]
    default_target: tuple[str, ...]  # empty: the file holds inputs alone
    default_scale: Scale = "standard"
    lines: Rows | None = None  # (n,) line of each row, from 1; None where the format has no lines
    unusable: Mapping[str, str] = field(default_factory=dict)  # column: why it must not be used
    matrix: NDArray[Any] | None = None  # (n, k) that the first k columns are views into, if the file is one

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def place(self, row: int | np.intp) -> str:
        """Where a row stands, as messages begin: `file:line`, or `file: row N` counted from 0."""
        return f"{self.shown}: row {row}" if self.lines is None else f"{self.shown}:{self.lines[row]}"

    def column(self, name: str) -> Column:
        """The column of that name; raises DataError when it is not there or must not be used."""
        if name in self.unusable:
            raise DataError(self.unusable[name])
        if name not in self.columns:
            near = nearest(name, self.columns)
            hint = f"did you mean '{near}'? " if near else ""
            raise DataError(f"{self.shown}: no column '{name}' ({hint}columns: {listed(self.columns)})")
        return self.columns[name]

    def is_text(self, name: str) -> bool:
        return isinstance(self.column(name), list)

    def numbers(self, name: str) -> NDArray[Any]:
        """The whole column as numbers (n,); raises DataError with the place of a cell that is none."""
        column = self.column(name)
        if not isinstance(column, list):
            return column
        values = np.empty(len(column))
        for row, cell in enumerate(column):
            value = as_number(cell or "")
            if value is None:
                raise DataError(f"{self.place(row)}: column '{name}': '{cell}' is not a number")
            values[row] = value
        return values

    def side_by_side(self, names: tuple[str, ...]) -> NDArray[Any] | None:
        """Columns of these names as one array (n, names), where they stand so in the matrix; None where they do not."""
        if self.matrix is None:
            return None
        known = tuple(self.columns)[: self.matrix.shape[1]]
        first = known.index(names[0]) if names[0] in known else 0
        stop = first + len(names)
        return self.matrix[:, first:stop] if known[first:stop] == names else None

    def distinct(self, name: str, rows: Rows) -> tuple[list[str | None], Rows]:
        """The different cells of some rows as text, and which of them each row holds (rows,).

        Whole numbers are written without a decimal point.
        """
        column = self.column(name)
        if not isinstance(column, list):
            values, where = np.unique(column[rows], return_inverse=True)
            exact = values.dtype.kind != "f"
            return [str(int(value)) if exact else as_text(float(value)) for value in values], where
        number: dict[str | None, int] = {}
        held = [number.setdefault(column[row], len(number)) for row in rows]
        return list(number), np.array(held, dtype=np.intp)

    def codes(self, name: str, rows: Rows, known: tuple[str, ...], what: str) -> Rows:
        """Where the cell of each row stands among the known values (rows,); -1 where it is missing.

        Raises DataError with the place of the first cell that holds something else; `what` is the word for it.
        """
        cells, where = self.distinct(name, rows)
        index: dict[str | None, int] = {value: i for i, value in enumerate(known)} | {None: -1}
        strange = np.array([cell not in index for cell in cells], dtype=bool)[where]
        if strange.any():
            at = int(strange.argmax())
            raise DataError(
                f"{self.place(rows[at])}: column '{name}': unknown {what} '{cells[where[at]]}' (known: {listed(known)})"
            )
        return np.array([index[cell] for cell in cells], dtype=np.intp)[where]

    def may_lack(self, name: str) -> bool:
        """Whether a column can have missing cells; one of whole numbers cannot."""
        column = self.column(name)
        return isinstance(column, list) or column.dtype.kind == "f"

    def missing(self, name: str, rows: Rows) -> NDArray[np.bool_]:
        """Which of some rows have no cell in a column (rows,); raises DataError at an infinite number."""
        column = self.column(name)
        if isinstance(column, list):
            return np.array([column[row] is None for row in rows], dtype=bool)
        if not self.may_lack(name):
            return np.zeros(len(rows), dtype=bool)
        values = column[rows]
        infinite = np.isinf(values)
        if infinite.any():
            at = int(infinite.argmax())
            raise DataError(f"{self.place(rows[at])}: column '{name}': {values[at]} is not a finite number")
        return np.isnan(values)
