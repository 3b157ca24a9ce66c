"""NumPy archives and pairs of arrays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from bpcli.data.readers import read
from bpcli.data.source import Source
from bpcli.data.table import Table

X = np.array([[1.5, 2.0], [3.0, np.nan]], dtype=np.float32)


def archive(folder: Path, **arrays: Any) -> Table:
    np.savez(folder / "a.npz", **arrays)
    return read(Source(folder / "a.npz", "a.npz"))


def test_an_archive(tmp_path: Path) -> None:
    table = archive(tmp_path, X=X, y=np.array([0, 1]))
    assert list(table.columns) == ["x0", "x1", "y"]
    np.testing.assert_equal(table.numbers("x1"), X[:, 1])
    assert (table.default_target, table.default_scale) == (("y",), "none")
    assert table.place(1) == "a.npz: row 1"


def test_text_and_several_targets(tmp_path: Path) -> None:
    assert archive(tmp_path, X=X, y=np.array(["a", "b"])).columns["y"] == ["a", "b"]
    assert archive(tmp_path, X=X, y=X).default_target == ("y0", "y1")
    assert archive(tmp_path, X=X).default_target == ()


def test_a_pair_is_mapped_not_read(tmp_path: Path) -> None:
    np.save(tmp_path / "X.npy", X)
    np.save(tmp_path / "y.npy", np.array([0, 1]))
    table = read(Source(tmp_path / "X.npy", "X.npy", tmp_path / "y.npy", "y.npy"))
    assert isinstance(table.columns["x0"], np.memmap)
    assert table.numbers("y").tolist() == [0, 1]
