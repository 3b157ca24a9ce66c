"""The formats that can be read, each by one function from a source to a table."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from bpcli.data.csv_reader import read_csv
from bpcli.data.idx_reader import read_idx
from bpcli.data.numpy_reader import read_npy, read_npz
from bpcli.data.parquet_reader import read_parquet
from bpcli.data.source import Source, memory_for, open_bytes
from bpcli.data.table import Table
from bpcli.errors import DataError
from bpcli.registry import Registry, UnknownNameError

Reader = Callable[[Source], Table]

READERS: Registry[Reader] = Registry("format")
READERS.register("csv")(partial(read_csv, delimiter=","))
READERS.register("tsv")(partial(read_csv, delimiter="\t"))
READERS.register("idx")(read_idx)
READERS.register("npz")(read_npz)
READERS.register("npy")(read_npy)
READERS.register("parquet")(read_parquet)

PAIRS = ("idx", "npy")
"""The formats that have the targets in a file of their own."""
OWN_TARGET = (*PAIRS, "npz")
"""The formats that say what the target is."""


def read(source: Source) -> Table:
    """Every row of the source's file, whichever rows of it are meant (`Source.span` names those).

    Raises DataError with file and line when the file is missing, damaged or not what its format says.
    """
    form = format_of(source)
    try:
        reader = READERS.get(form)
    except UnknownNameError as error:
        with open_bytes(source.path, source.shown):
            pass  # so that a missing file is told as any other
        if "." not in source.path.name:
            known = ", ".join(sorted(READERS))
            raise DataError(
                f"{source.shown}: no extension tells its format: name it in data.format ({known})"
            ) from None
        raise DataError(f"{source.shown}: format: {error}") from None
    if source.labels is not None and form not in PAIRS:
        raise DataError(
            f"{source.labels_shown or source.labels}: labels in a file of their own go with IDX and .npy, and "
            f"{source.shown} is {form}"
        )
    with memory_for(source.shown):
        return reader(source)


def format_of(source: Source) -> str:
    """The format, as given or as the name tells; IDX files are called `train-images-idx3-ubyte.gz` and the like."""
    if source.format is not None:
        return source.format
    plain = source.path.name.lower().removesuffix(".gz")
    return "idx" if re.search(r"[.-]idx\d(-ubyte)?$", plain) else plain.rpartition(".")[2]
