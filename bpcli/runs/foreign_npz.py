"""An .npz that NumPy or another program wrote, read without trusting anything that it says of itself.

`numpy.load` takes what a header states before it looks: a kilobyte can make it ask for gigabytes. Here no more is
unpacked than the caller has use for, and only stored and deflated members of plain numbers are.
"""

from __future__ import annotations

import io
import math
import warnings
import zipfile
import zlib
from typing import IO

import numpy as np

from bpcli.runs.npz import Array

MOST_MEMBERS = 1000
MOST_HEADER = 1000  # characters of the header of an array
_ENTRY = b"PK\1\2"  # of each member, in the directory


def read_foreign_npz(data: bytes, most: int, leave_out: str) -> dict[str, Array]:
    """The arrays of an archive, all but the one called `leave_out`; together they hold at most so many numbers.

    Raises ValueError, with a line, for everything else.
    """
    if data.count(_ENTRY) > MOST_MEMBERS:
        raise ValueError(f"it has more than {MOST_MEMBERS} members")
    arrays: dict[str, Array] = {}
    try:
        with warnings.catch_warnings(), zipfile.ZipFile(io.BytesIO(data)) as archive:
            warnings.simplefilter("ignore")  # of duplicate names, which are an error here
            for info in archive.infolist():
                name = info.filename.removesuffix(".npy")
                if name in arrays:
                    raise ValueError(f"it holds {name[:40]!r} twice")
                if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise ValueError(f"{name[:40]!r} is packed in a way that NumPy does not use")
                if name != leave_out:
                    with archive.open(info) as member:
                        arrays[name] = _array(member, name[:40], most)
                    most -= arrays[name].size
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, IndexError) as error:
        raise ValueError("not a readable .npz of plain numbers") from error
    return arrays


def _array(member: IO[bytes], name: str, most: int) -> Array:
    """One array of at most so many numbers."""
    version = np.lib.format.read_magic(member)
    if version not in ((1, 0), (2, 0)):
        raise ValueError(f"{name!r} is in a format of .npy that is not known here")
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    length = member.peek(4) if hasattr(member, "peek") else b""
    if int.from_bytes(length[: 2 if version == (1, 0) else 4], "little") > MOST_HEADER:
        raise ValueError(f"{name!r} has a header that is too long")
    try:
        shape, by_columns, dtype = read(member)
    except (SyntaxError, RecursionError, MemoryError, TypeError, KeyError) as error:
        raise ValueError(f"{name!r} has a header that is none") from error
    if dtype.kind not in "fiu":
        raise ValueError(f"{name} holds {dtype}, not numbers")
    if any(size < 0 for size in shape) or math.prod(shape) > most:
        raise ValueError(f"{name} states shape {shape!s:.60}, more numbers than there is use for")
    values = member.read(math.prod(shape) * dtype.itemsize + 1)
    if len(values) != math.prod(shape) * dtype.itemsize:
        raise ValueError(f"{name!r} has not as many values as its shape says")
    return np.frombuffer(values, dtype).reshape(shape, order="F" if by_columns else "C")
