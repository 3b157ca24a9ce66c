"""Reads NumPy's own files: an .npz with X and y, or an X.npy and y.npy pair, which are memory-mapped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpcli.data.source import Source, open_bytes
from bpcli.data.table import Column, Table
from bpcli.errors import DataError

NUMBERS = "biuf"  # the kinds of NumPy's types that are numbers


def read_npz(source: Source) -> Table:
    """The table of an archive that holds X and, where there is a target, y; raises DataError if it does not."""
    with open_bytes(source.path, source.shown) as stream, _told_in_one_line(source.shown):
        archive = np.load(stream, allow_pickle=False)
        members = {} if isinstance(archive, np.ndarray) else {k: archive[k] for k in "Xy" if k in archive}
    if "X" not in members:
        raise DataError(f"{source.shown}: holds no array called X")
    return _table(source, members["X"], members.get("y"))


def read_npy(source: Source) -> Table:
    """The table of a pair of arrays, X and y, of which only the rows in use come into memory."""
    x, *y = (_mapped(path, shown) for path, shown in source.files())
    return _table(source, x, y[0] if y else None)


def _mapped(path: Path, shown: str) -> NDArray[Any]:
    with open_bytes(path, shown, unpack=False), _told_in_one_line(shown):
        return np.lib.format.open_memmap(path, mode="r")


@contextmanager
def _told_in_one_line(shown: str) -> Iterator[None]:
    """NumPy meets a damaged file with exceptions of a dozen classes."""
    try:
        yield
    except MemoryError:
        raise
    except Exception as error:
        reason = str(error).partition("\n")[0] or type(error).__name__
        if "pickle" in reason:  # NumPy advises to load such a file all the same
            reason = "Python objects, or no NumPy file at all"
        raise DataError(f"{shown}: not a NumPy file that can be read ({reason})") from None


def _table(source: Source, x: NDArray[Any], y: NDArray[Any] | None) -> Table:
    """Columns x0, x1, ... and the target y, or y0, y1, ... when it is a matrix."""
    if x.ndim < 2:
        raise DataError(f"{source.shown}: X must be (examples, features) and is {x.shape}")
    if not x.size:
        raise DataError(f"{source.shown}: X is {x.shape} and holds no rows")
    matrix = x.reshape(len(x), -1)
    columns = _columns(source, "x", matrix)
    targets: dict[str, Column] = {}
    if y is not None:
        if y.ndim not in (1, 2) or len(y) != len(x):
            shown = source.files()[-1][1]
            raise DataError(f"{shown}: y must be ({len(x)},) or ({len(x)}, outputs) and is {y.shape}")
        targets = {"y": _column(source, "y", y)} if y.ndim == 1 else _columns(source, "y", y)
    numbers = matrix if x.dtype.kind in NUMBERS else None
    return Table(source.shown, columns | targets, tuple(targets), "none", matrix=numbers)


def _columns(source: Source, name: str, matrix: NDArray[Any]) -> dict[str, Column]:
    return {f"{name}{j}": _column(source, f"{name}{j}", matrix[:, j]) for j in range(matrix.shape[1])}


def _column(source: Source, name: str, values: NDArray[Any]) -> Column:
    if values.dtype.kind in NUMBERS:
        return values
    if values.dtype.kind == "U":
        return [str(value) or None for value in values]
    shown = source.files()[-1 if name.startswith("y") else 0][1]
    raise DataError(f"{shown}: column '{name}' holds {values.dtype}, neither numbers nor text")
