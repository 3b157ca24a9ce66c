"""A preparation that was fitted: the arrays it makes of rows, and what it says of data it has not seen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sample_preparations import DIVIDED, PREPARATION

from bpcli.data.preparation import BLOCK_ROWS
from bpcli.data.table import Table
from bpcli.errors import DataError

FLOAT32 = np.dtype(np.float32)


def table(**columns: Any) -> Table:
    return Table("b.csv", columns, ("y",), lines=np.array([2, 5]))


GOOD = table(x=np.array([1.5, 2.5]), t=["b", "a"], y=np.array([10, 1]))


def test_inputs_and_targets() -> None:
    rows = np.array([1, 0])
    x, y = PREPARATION.inputs(GOOD, rows, FLOAT32), PREPARATION.targets(GOOD, rows, FLOAT32)
    assert x.tolist() == [[1, 1, 0], [0.5, 0, 1]]
    assert y.tolist() == [[1, 0, 0], [0, 0, 1]]
    for array in (x, y):
        assert array.dtype == FLOAT32
        assert array.flags.c_contiguous


def test_many_rows_are_the_same_as_a_few() -> None:
    x = np.random.default_rng(0).normal(size=(BLOCK_ROWS * 2 + 5, 2))
    large = Table("b.npz", {"x": x[:, 0], "t": x[:, 1]}, ())
    rows = np.arange(len(x))
    assert np.array_equal(DIVIDED.inputs(large, rows, np.dtype(np.float64)), x / 255)


@pytest.mark.parametrize("kind", [np.uint8, np.int16, ">f4", np.float64])
def test_columns_side_by_side_are_read_as_if_they_were_not(kind: str) -> None:
    cells = np.random.default_rng(0).integers(0, 200, (BLOCK_ROWS + 99, 4)).astype(kind)
    columns = {name: cells[:, j] for j, name in enumerate(("w", "x", "t", "y"))}
    one, many = (Table("b.npz", columns, ("y",), matrix=matrix) for matrix in (cells, None))
    rows = np.random.default_rng(1).permutation(len(cells))
    assert np.shares_memory(one.side_by_side(("x", "t")), cells)
    apart = replace(DIVIDED, shift=(1.0, 3.0), divisor=(255.0, 7.0))
    for filled in (DIVIDED, replace(DIVIDED, missing="mean", fill=(1.0, 2.0)), apart):
        assert filled.inputs(one, rows, FLOAT32).tobytes() == filled.inputs(many, rows, FLOAT32).tobytes()
        for (_, ours), (_, theirs) in zip(filled.raw_blocks(one, rows), filled.raw_blocks(many, rows), strict=True):
            assert np.array_equal(ours, theirs)
            assert ours.strides == theirs.strides  # on which the last bits of a sum over rows depend


def test_a_byte_that_scaling_makes_too_large_is_told_with_its_row() -> None:
    cells = np.zeros((300, 2), np.uint8)
    cells[270, 1] = 5
    images = Table("b.npz", {"x": cells[:, 0], "t": cells[:, 1]}, (), matrix=cells)
    tiny = replace(DIVIDED, divisor=(1e-40, 1e-40))
    with pytest.raises(DataError) as caught:
        tiny.inputs(images, np.arange(300), FLOAT32)
    scaled = "5.0, less 0 and divided by 1e-40 to scale it, is too large for float32"
    assert str(caught.value) == f"b.npz: row 270: column 't': {scaled}"
    assert not tiny.inputs(images, np.arange(200), FLOAT32).any()


def test_only_columns_that_stand_so_in_the_matrix_are_side_by_side() -> None:
    cells = np.arange(6).reshape(2, 3)
    held = Table("b.npz", {**{name: cells[:, j] for j, name in enumerate("abc")}, "d": cells[:, 0]}, (), matrix=cells)
    assert np.array_equal(held.side_by_side(("b", "c")), cells[:, 1:])
    for names in (("b", "a"), ("a", "c"), ("c", "d"), ("d",), ("e",)):
        assert held.side_by_side(names) is None


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"x": ["1", "many"]}, "b.csv:5: column 'x': 'many' is not a number"),
        ({"t": ["a", "c"]}, "b.csv:5: column 't': unknown category 'c' (known: a, b)"),
        ({"t": np.array([1.0, 2.0])}, "b.csv:2: column 't': unknown category '1' (known: a, b)"),
        ({"y": np.array([2, 3])}, "b.csv:5: column 'y': unknown class '3' (known: 1, 2, 10)"),
    ],
)
def test_other_data_is_told_with_its_line(changed: dict[str, Any], told: str) -> None:
    other = table(**(dict(GOOD.columns) | changed))
    of_column = PREPARATION.targets if "y" in changed else PREPARATION.inputs
    with pytest.raises(DataError) as caught:
        of_column(other, np.arange(2), FLOAT32)
    assert str(caught.value) == told


def test_an_absent_feature_is_told_with_the_nearest() -> None:
    other = table(X=GOOD.columns["x"], t=GOOD.columns["t"])
    with pytest.raises(DataError) as caught:
        PREPARATION.complete_rows(other, np.arange(2))
    assert str(caught.value) == "b.csv: no column 'x' (columns: X, t)"


def test_numbers_written_as_text_are_numbers() -> None:
    other = table(x=["1.5", "2.5"], t=["b", "a"], y=["10", "1"])
    rows = np.arange(2)
    assert np.array_equal(PREPARATION.inputs(other, rows, FLOAT32), PREPARATION.inputs(GOOD, rows, FLOAT32))
    assert np.array_equal(PREPARATION.targets(other, rows, FLOAT32), PREPARATION.targets(GOOD, rows, FLOAT32))
