"""Opening files, and the rows that are meant."""

from __future__ import annotations

import gzip
import hashlib
import re
from pathlib import Path

import numpy as np
import pytest

from bpcli.data.source import Source, digest, memory_for, open_bytes
from bpcli.errors import DataError


def message(path: Path) -> str:
    with pytest.raises(DataError) as caught, open_bytes(path, "shown") as stream:
        stream.read()
    return str(caught.value)


def test_a_missing_file_names_a_similar_one(tmp_path: Path) -> None:
    (tmp_path / "iris.csv").touch()
    assert message(tmp_path / "irsi.csv") == "shown: no such file (did you mean 'iris.csv'?)"
    assert message(tmp_path / "nowhere" / "iris.csv") == "shown: no such file"


def test_a_folder_that_may_not_be_listed_has_no_similar_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(folder: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    assert message(tmp_path / "irsi.csv") == "shown: no such file"


def test_want_of_memory_names_the_file() -> None:
    with pytest.raises(DataError) as caught, memory_for("a.npz"):
        np.empty((2**40, 2**10))
    assert str(caught.value) == (
        "a.npz: takes more memory than there is (Unable to allocate 8.00 PiB for an array with shape "
        "(1099511627776, 1024) and data type float64)"
    )
    with pytest.raises(DataError) as caught, memory_for("a.csv"):
        raise MemoryError
    assert str(caught.value) == "a.csv: takes more memory than there is"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert message(tmp_path) == "shown: is a folder, not a file"


def test_a_damaged_gzip_file_is_told(tmp_path: Path) -> None:
    whole = gzip.compress(b"1,2\n" * 1000)
    path = tmp_path / "a.csv.gz"
    flipped = bytearray(whole)
    flipped[20] ^= 0xFF
    for damaged in (whole[:-9], bytes(flipped)):
        path.write_bytes(damaged)
        assert message(path).startswith("shown: the gzip file is damaged (")


def test_the_digest_is_of_the_bytes_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(b"abc"))
    assert digest(path, "a.gz") == hashlib.sha256(path.read_bytes()).hexdigest()


def test_rows_are_half_open_from_zero() -> None:
    assert Source(Path("a"), "a", rows=(1, 3)).span(3).tolist() == [1, 2]
    assert Source(Path("a"), "a").span(2).tolist() == [0, 1]


@pytest.mark.parametrize("rows", [(0, 4), (2, 2), (-1, 2)])
def test_rows_outside_the_file_are_refused(rows: tuple[int, int]) -> None:
    told = f"a.csv: rows {rows[0]}:{rows[1]} are not in the file, which has rows 0:3"
    with pytest.raises(DataError, match=f"^{re.escape(told)}$"):
        Source(Path("a"), "a.csv", rows=rows).span(3)
