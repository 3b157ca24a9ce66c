"""CSV and TSV: what is read, and the one line that says what is wrong and where."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from bpcli.data.readers import read
from bpcli.data.source import Source
from bpcli.data.table import Table
from bpcli.errors import DataError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.csv"


def table(path: Path, content: str | bytes) -> Table:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read(Source(path, path.name))


def cells(table: Table) -> dict[str, list[object]]:
    return {name: list(column) for name, column in table.columns.items()}


PLAIN = {"x": [1.0, 2.5], "class": ["a", "b"]}


@pytest.mark.parametrize(
    "content",
    [
        "x,class\n1,a\n2.5,b\n",
        "x,class\n1,a\n2.5,b",
        "x,class\r\n1,a\r\n2.5,b\r\n",
        "\ufeffx,class\n1,a\n2.5,b\n\n  \n",
        'x ,"class"\n\n"1", a \n2.5,"b"\n',
    ],
)
def test_every_way_of_writing_the_same_table(path: Path, content: str) -> None:
    assert cells(table(path, content)) == PLAIN


def test_tsv_and_gzip(tmp_path: Path) -> None:
    assert cells(table(tmp_path / "a.tsv", "x\tclass\n1\ta\n2.5\tb\n")) == PLAIN
    packed = gzip.compress(b"x,class\n1,a\n2.5,b\n")
    assert cells(table(tmp_path / "a.CSV.gz", packed)) == PLAIN


def test_the_last_column_is_the_target(path: Path) -> None:
    assert table(path, "x,y\n1,2\n").default_target == ("y",)


@pytest.mark.parametrize("last", ["3,4", '"3",4'])  # numbers alone, and the careful way
def test_both_ways_give_the_same_numbers_and_lines(path: Path, last: str) -> None:
    read_table = table(path, f"x,y\n\n1,-0.1\n\n{last}\n")
    assert cells(read_table) == {"x": [1, 3], "y": [-0.1, 4]}
    assert [read_table.place(row) for row in range(2)] == ["a.csv:3", "a.csv:5"]


def test_lines_count_through_quoted_newlines(path: Path) -> None:
    read_table = table(path, 'x,class\n1,"a\nb"\n2,c\n')
    assert read_table.columns["class"] == ["a\nb", "c"]
    assert read_table.place(1) == "a.csv:4"


def test_pixels_are_kept_as_bytes_and_other_numbers_are_not(path: Path) -> None:
    assert table(path, "x,y\n0,255\n").numbers("x").dtype == np.uint8
    for cell in ("256", "-1", "0.5", "nan"):
        values = table(path, f"x,y\n{cell},255\n").numbers("x")
        assert values.dtype == np.float64
        np.testing.assert_equal(values, [float(cell)])


def test_missing_cells(path: Path) -> None:
    read_table = table(path, "x,class\n1,a\n,NA\n?,b\nNaN,null\n2,c\n")
    np.testing.assert_equal(read_table.numbers("x"), [1, np.nan, np.nan, np.nan, 2])
    assert read_table.columns["class"] == ["a", None, "b", None, "c"]


def test_a_column_is_numbers_when_half_of_its_cells_are(path: Path) -> None:
    read_table = table(path, "x,t,y\n1,1,1\na,b,1\n,c,1\n")
    assert not read_table.is_text("y")
    assert read_table.is_text("t")
    with pytest.raises(DataError) as caught:
        read_table.numbers("x")
    assert str(caught.value) == (
        "a.csv:3: column 'x': 'a' is not a number (a missing one is written as an empty cell, NA, NaN, null or ?)"
    )


def test_the_format_may_be_said(tmp_path: Path) -> None:
    path = tmp_path / "a.data"
    path.write_text("x,class\n1,a\n2.5,b\n")
    assert cells(read(Source(path, "a.data", format="csv"))) == PLAIN


def test_a_header_that_is_a_row_is_refused(path: Path) -> None:
    with pytest.raises(DataError, match=r"a\.csv:1: .* this one is like the rows below it"):
        table(path, "5.1,3.5,Iris-setosa\n4.9,3.0,Iris-setosa\n7.0,3.2,Iris-versicolor\n")


@pytest.mark.parametrize("header", ["1100.5,1101.5,kind", "x,y,a"])  # wavelengths; a class that is called as its column
def test_a_header_of_odd_names_is_one(path: Path, header: str) -> None:
    assert list(table(path, f"{header}\n1,2,a\n3,4,b\n").columns) == header.split(",")
