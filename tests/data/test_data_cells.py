"""What one cell says."""

from __future__ import annotations

import math

import pytest

from bpcli.data.cells import as_number, as_numbers, as_text, in_order, listed


@pytest.mark.parametrize(("cell", "number"), [("3", 3.0), (" -1e-3 ", -0.001), (".5", 0.5), ("inf", math.inf)])
def test_a_number(cell: str, number: float) -> None:
    assert as_number(cell) == number
    assert as_numbers([cell]) == [number]


@pytest.mark.parametrize("cell", ["", "  ", "NA", "N/A", "NaN", "nan", "null", "?"])
def test_a_missing_cell_is_nan(cell: str) -> None:
    assert math.isnan(as_number(cell) or 0.0)


@pytest.mark.parametrize("cell", ["abc", "1_000", "0x10", "1,5", "1 2", "true"])
def test_anything_else_is_no_number(cell: str) -> None:
    assert as_number(cell) is None
    assert as_numbers([cell, "2"]) == [None, 2.0]


def test_whole_numbers_are_named_without_a_point() -> None:
    assert [as_text(3.0), as_text(0.5), as_text(math.nan)] == ["3", "0.5", None]


def test_numbers_are_ordered_as_numbers_and_text_as_text() -> None:
    assert in_order(["10", "9", "0", "9"]) == ("0", "9", "10")
    assert in_order(["b", "10", "9"]) == ("10", "9", "b")


def test_a_long_list_is_cut() -> None:
    assert listed("abc") == "a, b, c"
    assert listed("abcdef", most=2) == "a, b, ... 6 in all"
