"""Reads Parquet files, with the optional pyarrow."""

from __future__ import annotations

from typing import Any

import numpy as np

from bpcli.data.source import Source, open_bytes
from bpcli.data.table import Column, Table
from bpcli.errors import DataError, UsageError


def read_parquet(source: Source) -> Table:
    """The table of a Parquet file: numbers, booleans as 0 and 1, and texts; null is a missing cell.

    A column of another type (dates, lists) must not be used. Raises UsageError when pyarrow is not installed,
    DataError when the file is not Parquet or has no rows.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise UsageError("reading .parquet needs pyarrow: pip install 'bpcli[parquet]'") from None
    with open_bytes(source.path, source.shown) as stream:
        try:
            table = pyarrow.parquet.ParquetFile(stream).read()  # read_table() stumbles over a name that stands twice
        except pyarrow.ArrowException as error:
            reason = str(error).partition("\n")[0]
            raise DataError(f"{source.shown}: not a Parquet file that can be read ({reason})") from None
    if not table.num_rows or not table.num_columns:
        raise DataError(f"{source.shown}: holds no rows")
    columns: dict[str, Column] = {}
    unusable: dict[str, str] = {}
    for name, values in zip(table.column_names, table.columns):
        if name in columns:
            raise DataError(f"{source.shown}: two columns are called '{name}'")
        column = _column(pyarrow.types, values)
        columns[name] = np.full(len(values), np.nan) if column is None else column
        if column is None:
            unusable[name] = f"{source.shown}: column '{name}' holds {values.type}, neither numbers nor text"
    return Table(source.shown, columns, (table.column_names[-1],), unusable=unusable)


def _column(types: Any, values: Any) -> Column | None:
    """Numbers (n,), texts, or None when the column is neither."""
    if types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    kind = values.type
    if types.is_string(kind) or types.is_large_string(kind):
        return [text or None for text in values.to_pylist()]
    if types.is_boolean(kind):
        values = values.cast("uint8")
    elif types.is_decimal(kind):
        values = values.cast("float64")
    elif not (types.is_integer(kind) or types.is_floating(kind)):
        return None
    return np.asarray(values.to_numpy())  # integers with nulls come out as float64 with NaN
