"""Predictions as files."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bpcli.runs.predictions import WRITERS, Predictions


def test_columns_of_an_npz_may_be_called_anything(tmp_path: Path) -> None:
    outputs = np.arange(6, dtype=np.float32).reshape(2, 3)
    columns = {"class": np.array(["é", "猫猫"]), "file": outputs[:, 1], "self": outputs[:, 2], "größe/m": outputs[:, 0]}
    path = tmp_path / "p.npz"
    path.write_bytes(WRITERS.get(".npz")(Predictions(columns, np.array([0, 2]), 3)))
    with np.load(path, allow_pickle=False) as archive:
        assert archive.files == ["row", "class", "file", "self", "größe/m"]
        assert archive["row"].tolist() == [0, 2]
        for name, column in columns.items():
            assert archive[name].dtype == column.dtype
            assert np.array_equal(archive[name], column)
