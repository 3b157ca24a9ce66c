"""Parquet, with pyarrow and without."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pytest

from bpcli.data.readers import read
from bpcli.data.source import Source
from bpcli.errors import DataError

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")


def write(path: Path) -> Source:
    columns = {
        "whole": [1, None],
        "real": [0.5, 1.5],
        "flag": [True, False],
        "day": [datetime.date(2020, 1, 1)] * 2,
        "text": pyarrow.array(["b", None]).dictionary_encode(),
    }
    parquet.write_table(pyarrow.table(columns), path)
    return Source(path, path.name)


def test_numbers_booleans_and_texts(tmp_path: Path) -> None:
    table = read(write(tmp_path / "a.parquet"))
    np.testing.assert_equal(table.numbers("whole"), [1, np.nan])
    assert table.numbers("real").tolist() == [0.5, 1.5]
    assert table.numbers("flag").tolist() == [1, 0]
    assert table.columns["text"] == ["b", None]
    assert table.default_target == ("text",)


def test_a_column_of_another_kind_must_not_be_used(tmp_path: Path) -> None:
    table = read(write(tmp_path / "a.parquet"))
    with pytest.raises(DataError) as caught:
        table.column("day")
    assert str(caught.value) == "a.parquet: column 'day' holds date32[day], neither numbers nor text"
