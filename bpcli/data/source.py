"""Where rows come from: a file, or a pair of files, and which rows of it."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from bpcli.errors import DataError
from bpcli.registry import nearest


@dataclass(frozen=True)
class Source:
    """One data file, or an images-and-labels pair, with the rows of it that are meant."""

    path: Path  # of a pair: the images, or X
    shown: str  # the path as the user wrote it, for messages
    labels: Path | None = None
    labels_shown: str | None = None
    rows: tuple[int, int] | None = None  # half-open, from 0; None: all
    format: str | None = None  # a name in READERS; None: by extension

    def files(self) -> list[tuple[Path, str]]:
        """Each file with the name it is shown under."""
        pair = [(self.path, self.shown)]
        if self.labels is not None:
            pair.append((self.labels, self.labels_shown or str(self.labels)))
        return pair

    def span(self, count: int) -> NDArray[np.intp]:
        """The row numbers that are meant out of `count`; raises DataError when some are not there."""
        start, stop = self.rows or (0, count)
        if not 0 <= start < stop <= count:
            raise DataError(f"{self.shown}: rows {start}:{stop} are not in the file, which has rows 0:{count}")
        return np.arange(start, stop)


@contextmanager
def open_bytes(path: Path, shown: str, unpack: bool = True) -> Iterator[BinaryIO]:
    """The bytes of a file, unpacked when its name ends in .gz; whatever goes wrong is a DataError."""
    packed = unpack and path.suffix.lower() == ".gz"
    try:
        with gzip.open(path) if packed else path.open("rb") as stream:
            yield cast(BinaryIO, stream)
    except FileNotFoundError:
        raise DataError(f"{shown}: no such file{similar_file(path)}") from None
    except IsADirectoryError:
        raise DataError(f"{shown}: is a folder, not a file") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        if str(error).startswith("Not a gzipped file"):
            raise DataError(f"{shown}: not a gzip file, though its name says so") from None
        raise DataError(f"{shown}: the gzip file is damaged ({error})") from None
    except OSError as error:
        raise DataError(f"{shown}: cannot be read: {error.strerror or error}") from None


def similar_file(path: Path) -> str:
    """The file beside it that was probably meant, as the end of a message; empty when there is none."""
    try:
        near = nearest(path.name, (p.name for p in path.parent.iterdir()))
    except OSError:  # no such folder, or one that may not be listed
        return ""
    return f" (did you mean '{near}'?)" if near else ""


@contextmanager
def memory_for(shown: str) -> Iterator[None]:
    """Within it, running out of memory is a DataError, which names the file that there was too much of."""
    try:
        yield
    except MemoryError as error:
        reason = f" ({error})" if str(error) else ""
        raise DataError(f"{shown}: takes more memory than there is{reason}") from None


def digest(path: Path, shown: str) -> str:
    """SHA-256 of the file as it lies on the disk, in hexadecimal."""
    with open_bytes(path, shown, unpack=False) as stream:
        sha256 = hashlib.sha256()
        while chunk := stream.read(1 << 20):
            sha256.update(chunk)
    return sha256.hexdigest()
