"""Which reader a file gets, and what no reader takes."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from bpcli.data import readers
from bpcli.data.readers import read
from bpcli.data.source import Source
from bpcli.errors import DataError


@pytest.mark.parametrize("name", ["D.CSV.GZ", "d.Csv.gz"])
def test_the_extension_may_be_in_capitals(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(gzip.compress(b"x,y\n1,2\n"))
    assert list(read(Source(tmp_path / name, name)).columns) == ["x", "y"]


def test_idx_files_may_be_in_capitals(tmp_path: Path) -> None:
    path = tmp_path / "T-IMAGES-IDX3-UBYTE"
    path.write_bytes(bytes([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 7, 9]))
    assert np.array_equal(read(Source(path, path.name)).numbers("pixel_0"), [7, 9])


@pytest.mark.parametrize("shown", ["x.csv", None])
def test_labels_of_their_own_go_with_pairs_alone(tmp_path: Path, shown: str | None) -> None:
    (tmp_path / "d.csv").write_text("x,y\n1,2\n")
    labels = tmp_path / "x.csv"
    with pytest.raises(DataError) as caught:
        read(Source(tmp_path / "d.csv", "d.csv", labels, shown))
    assert str(caught.value) == (
        f"{shown or labels}: labels in a file of their own go with IDX and .npy, and d.csv is csv"
    )


def test_want_of_memory_names_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def run_out(source: Source) -> None:
        raise MemoryError

    monkeypatch.setitem(readers.READERS._entries, "npy", run_out)
    with pytest.raises(DataError) as caught:
        read(Source(Path("d.npy"), "d.npy"))
    assert str(caught.value) == "d.npy: takes more memory than there is"
