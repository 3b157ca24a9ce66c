"""Reads IDX files, the format of MNIST: a pair of files, images and labels, each perhaps in gzip."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpcli.data.cells import counted
from bpcli.data.source import Source, open_bytes
from bpcli.data.table import Column, Scale, Table
from bpcli.errors import DataError

TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
"""What the third byte of an IDX file says its numbers are."""

MOST_DIMENSIONS = 32  # that an array has in every NumPy


def read_idx(source: Source) -> Table:
    """Columns pixel_0, pixel_1, ... (one for each entry of an image, by rows) and `label`, the target.

    Without a labels file there is no target. Raises DataError when a file is not IDX or is cut short, or when
    the two do not go together.
    """
    images = _array(source.path, source.shown)
    matrix = images.reshape(len(images), -1)
    columns: dict[str, Column] = {f"pixel_{j}": matrix[:, j] for j in range(matrix.shape[1])}
    if source.labels is not None:
        shown = source.labels_shown or str(source.labels)
        labels = _array(source.labels, shown)
        if labels.ndim != 1:
            raise DataError(f"{shown}: labels must have 1 dimension, and these have {labels.ndim} (are they images?)")
        if len(labels) != len(images):
            raise DataError(
                f"{shown}: {counted(len(labels), 'label')} for the {counted(len(images), 'image')} of {source.shown}"
            )
        columns["label"] = labels
    target = ("label",) if source.labels is not None else ()
    scale: Scale = ("divide", 255.0) if images.dtype == np.uint8 else "standard"
    return Table(source.shown, columns, target, scale, matrix=matrix)


def _array(path: Path, shown: str) -> NDArray[Any]:
    """The whole file as an array of the dimensions that its head gives."""
    with open_bytes(path, shown) as stream:
        content = stream.read()
    kind = TYPES.get(content[2]) if len(content) >= 4 and content[:2] == b"\0\0" else None
    if kind is None or not 1 <= content[3] <= MOST_DIMENSIONS:
        raise DataError(f"{shown}: not an IDX file")
    head = 4 + 4 * content[3]
    if len(content) < head:
        raise DataError(f"{shown}: cut short within its head")
    shape = [int(n) for n in np.frombuffer(content[4:head], ">u4")]
    expected = head + math.prod(shape) * np.dtype(kind).itemsize
    if len(content) != expected:
        raise DataError(f"{shown}: {len(content)} bytes where its head promises {expected}")
    if expected == head:
        raise DataError(f"{shown}: holds no rows")
    return np.frombuffer(content, kind, offset=head).reshape(shape)
