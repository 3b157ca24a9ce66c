"""Reads CSV and TSV files: numbers alone by the block, anything else cell by cell."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpcli.data.cells import as_number, as_numbers, counted, is_missing
from bpcli.data.source import Source, open_bytes
from bpcli.data.table import Column, Table
from bpcli.errors import DataError

_SIGNS = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "bars"}
_DECIMAL_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]+")
BLOCK_ROWS = 4096  # bounds the memory that text takes while it is turned into numbers


def read_csv(source: Source, delimiter: str) -> Table:
    """The table of a file in UTF-8 with a header line; blank lines are passed over.

    A column holds numbers if at least half of its cells that are not missing are numbers; a cell of it that
    is none then forbids the use of the column. Raises DataError for what is wrong with the file as a whole.
    """
    try:
        file = _CsvFile.open(source, delimiter)
        return _read_numbers(file) or _read_cells(file)
    except UnicodeDecodeError:
        raise _encoding_error(source) from None


@dataclass(frozen=True)
class _CsvFile:
    """A file whose header has been read."""

    source: Source
    delimiter: str
    names: list[str]  # of the columns
    header_lines: int

    @classmethod
    def open(cls, source: Source, delimiter: str) -> _CsvFile:
        with open_bytes(source.path, source.shown) as stream:
            reader = csv.reader(io.TextIOWrapper(stream, "utf-8-sig", newline=""), delimiter=delimiter, strict=True)
            try:
                names = [name.strip() for name in next(reader, [])]
            except csv.Error as error:
                raise DataError(f"{source.shown}:1: {_sentence(error)}") from None
            if not reader.line_num:
                raise DataError(f"{source.shown}: is empty")
        _check_names(names, f"{source.shown}:1", delimiter)
        return cls(source, delimiter, names, reader.line_num)

    @contextmanager
    def text(self) -> Iterator[io.TextIOWrapper]:
        """The lines under the header."""
        with open_bytes(self.source.path, self.source.shown) as stream:
            text = io.TextIOWrapper(stream, "utf-8-sig", newline="")
            next(islice(text, self.header_lines, self.header_lines), None)  # the recipe of itertools to skip
            yield text

    def blocks(self) -> Iterator[tuple[list[int], list[tuple[str, ...]]]]:
        """Line numbers and columns of the rows that are not blank, some thousand rows at a time."""
        with self.text() as text:
            rows = self._rows(csv.reader(text, delimiter=self.delimiter, strict=True))
            while block := list(islice(rows, BLOCK_ROWS)):
                lines, cells = zip(*block)
                yield list(lines), list(zip(*cells))

    def _rows(self, reader: Any) -> Iterator[tuple[int, list[str]]]:
        line = self.header_lines + 1  # that the row begins in
        try:
            for row in reader:
                if len(row) > 1 or "".join(row).strip():
                    if len(row) != len(self.names):
                        cells = counted(len(row), "cell")
                        raise DataError(f"{self.source.shown}:{line}: {cells} where the header has {len(self.names)}")
                    yield line, row
                line = self.header_lines + reader.line_num + 1
        except csv.Error as error:
            raise DataError(f"{self.source.shown}:{line}: {_sentence(error)}") from None

    def table(self, columns: dict[str, Column], lines: list[int], **more: Any) -> Table:
        if not lines:
            raise DataError(f"{self.source.shown}: has a header but no rows")
        return Table(self.source.shown, columns, (self.names[-1],), lines=np.array(lines), **more)


def _sentence(error: csv.Error) -> str:
    """What Python's reader has to say, in our words."""
    said = str(error)
    known = (sentence for start, sentence in _SENTENCES.items() if said.startswith(start))
    return next(known, said)


_SENTENCES = {
    "field larger than field limit": f"a cell of more than {csv.field_size_limit():,} characters (is a quote open?)",
    "unexpected end of data": "a quote that is opened in this row is not closed",
    "'": "a text behind a closed quote (within quotes a quote is written twice)",  # ',' expected after '"'
}


def _check_names(names: list[str], place: str, delimiter: str) -> None:
    if any("\0" in name for name in names):
        raise DataError(f"{place}: not UTF-8 text (byte 0x00); save the file as UTF-8")
    if not any(names):
        raise DataError(f"{place}: the first line must name the columns, and this one is blank")
    if all(as_number(name) is not None for name in names):
        raise DataError(f"{place}: the first line must name the columns, and this one holds numbers")
    seen: dict[str, int] = {}
    for number, name in enumerate(names, 1):
        if not name:
            raise DataError(f"{place}: column {number} has no name")
        if name in seen:
            raise DataError(f"{place}: columns {seen[name]} and {number} are both called '{name}'")
        seen[name] = number
    if len(names) == 1 and (other := next((sign for sign in ";\t,|" if sign in names[0]), "")):
        raise DataError(
            f"{place}: one column, '{names[0]}': cells must be separated by {_SIGNS[delimiter]}, not {_SIGNS[other]}"
        )


def _read_numbers(file: _CsvFile) -> Table | None:
    """The fast way, for files that hold numbers alone; None when this one does not."""
    blocks: list[NDArray[Any]] = []
    lines: list[int] = []
    with file.text() as text:
        numbered = enumerate(text, file.header_lines + 1)
        while block := list(islice(numbered, BLOCK_ROWS)):
            filled = [(number, line) for number, line in block if not line.isspace()]
            if not filled:
                continue
            try:
                values = np.loadtxt([line for _, line in filled], delimiter=file.delimiter, comments=None, ndmin=2)
            except ValueError:
                return None
            if values.shape != (len(filled), len(file.names)):
                return None
            blocks.append(_narrow(values))
            lines += [number for number, _ in filled]
    matrix = np.concatenate(blocks) if blocks else np.empty((0, len(file.names)))
    return file.table({name: matrix[:, j] for j, name in enumerate(file.names)}, lines, matrix=matrix)


def _narrow(values: NDArray[np.float64]) -> NDArray[Any]:
    """The same values as bytes when all are whole and from 0 to 255: pixels then take an eighth of the room."""
    with np.errstate(invalid="ignore"):
        small = values.astype(np.uint8)
    return small if np.array_equal(small, values) else values


def _read_cells(file: _CsvFile) -> Table:
    """The careful way: every column as numbers, then, in a second pass, those that turn out to hold text."""
    lines: list[int] = []
    numbers: list[list[NDArray[np.float64]]] = [[] for _ in file.names]
    others = [0] * len(file.names)  # by column: how many cells are neither numbers nor missing
    first_other: dict[int, str] = {}
    for block_lines, block in file.blocks():
        for j, cells in enumerate(block):
            values = as_numbers(cells)
            numbers[j].append(np.array(values, dtype=np.float64))  # None becomes NaN
            others[j] += values.count(None)
            if others[j] and j not in first_other:
                at = values.index(None)
                first_other[j] = f"{file.source.shown}:{block_lines[at]}: column '{file.names[j]}': '{cells[at]}'"
        lines += block_lines
    matrix = [np.concatenate(parts) for parts in numbers]
    texts = [j for j, values in enumerate(matrix) if others[j] > np.isfinite(values).sum()]
    columns: dict[str, Column] = dict(zip(file.names, matrix))
    unusable = {
        file.names[j]: f"{place} is not a number (a missing one is written as an empty cell, NA, NaN, null or ?)"
        for j, place in first_other.items()
        if j not in texts
    }
    read = _read_texts(file, texts) if texts else {}
    _check_header(file, read)
    unusable |= {
        file.names[j]: f"{first_other[j]} is no number: write it with a decimal point, not a comma"
        for j in texts
        if _has_decimal_commas(read[file.names[j]])
    }
    return file.table(columns | read, lines, unusable=unusable)


def _has_decimal_commas(column: Column) -> bool:
    """Whether most cells of a text column are numbers as they are written where the comma is the decimal sign."""
    cells = [cell for cell in column if isinstance(cell, str)]
    return 2 * sum(_DECIMAL_COMMA.fullmatch(cell) is not None for cell in cells) > len(cells)


def _check_header(file: _CsvFile, texts: dict[str, Column]) -> None:
    """A first line with a number in it and a text that its column has again is a row: the header is missing."""
    number = next((name for name in file.names if not is_missing(name) and as_number(name) is not None), None)
    if number and any(name in column for name, column in texts.items() if isinstance(column, list)):
        raise DataError(
            f"{file.source.shown}:1: the first line must name the columns, and this one is like the rows below it "
            f"('{number}' is a number)"
        )


def _read_texts(file: _CsvFile, wanted: list[int]) -> dict[str, Column]:
    """Some columns as text, by name; equal cells share their memory."""
    texts: dict[int, list[str | None]] = {j: [] for j in wanted}
    for _, block in file.blocks():
        for j, column in texts.items():
            column += [None if is_missing(cell) else sys.intern(cell.strip()) for cell in block[j]]
    return {file.names[j]: column for j, column in texts.items()}


def _encoding_error(source: Source) -> DataError:
    """Finds the first line that is not UTF-8."""
    place, byte = source.shown, b""
    with open_bytes(source.path, source.shown) as stream:
        for number, line in enumerate(stream, 1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                place, byte = f"{source.shown}:{number}", line[error.start : error.start + 1]
                break
    return DataError(f"{place}: not UTF-8 text (byte 0x{byte.hex()}); save the file as UTF-8")
