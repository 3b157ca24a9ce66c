"""Tables that no text file shows well: odd bytes in CSV, Parquet, gzip."""

from __future__ import annotations

import errno
import gzip
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pyarrow
import pyarrow.parquet
from odd_arrays import CSV, data
from odd_starts import linked_to_itself


def parquet(called: list[str] | None = None, **columns: Any) -> bytes:
    table = pyarrow.table(columns)
    with io.BytesIO() as file:
        pyarrow.parquet.write_table(table.rename_columns(called) if called else table, file)
        return file.getvalue()


@contextmanager
def without_pyarrow() -> Iterator[None]:
    with patch.dict(sys.modules, {"pyarrow": None}):
        yield


CASES = [
    data(
        "init: names, not classes",
        "d.csv",
        {"d.csv": b"a,name\n" + b"".join(b"%d,n%d\n" % (n % 7, n) for n in range(200))},
        "d.csv: column 'name' has 200 different texts in 200 rows, names rather than classes (--target names another "
        "column)",
        commands=(("init", "d.csv", "--target", "name"),),
    ),
    data(
        "init: dates alone",
        "d.parquet",
        {"d.parquet": parquet(a=pyarrow.array([1, 2], "date32"))},
        "d.parquet: no column holds numbers or texts that can be used",
        commands=(("init", "d.parquet"),),
    ),
    data(
        "Parquet: CSV inside",
        "d.parquet",
        {"d.parquet": CSV},
        "d.parquet: not a Parquet file that can be read ({reason})",
    ),
    data("Parquet: no rows", "d.parquet", {"d.parquet": parquet(a=[], y=[])}, "d.parquet: holds no rows"),
    data(
        "Parquet: a name twice",
        "d.parquet",
        {"d.parquet": parquet(a=[1, 2], b=[3, 4], called=["a", "b", "a"], c=[0, 1])},
        "d.parquet: two columns are called 'a'",
    ),
    data(
        "Parquet: dates",
        "d.parquet",
        {"d.parquet": parquet(a=pyarrow.array([1, 2], "date32"), y=[0, 1])},
        "d.parquet: column 'a' holds date32[day], neither numbers nor text",
    ),
    data(
        "Parquet: no pyarrow",
        "d.parquet",
        {},
        "reading .parquet needs pyarrow: pip install 'bpcli[parquet]'",
        code=2,
        around=without_pyarrow,
    ),
    data("CSV: empty", "d.csv", {"d.csv": b""}, "d.csv: is empty"),
    data(
        "CSV: blank",
        "d.csv",
        {"d.csv": b"\n1,2\n"},
        "d.csv:1: the first line must name the columns, and this one is blank",
    ),
    data(
        "CSV: Latin-1",
        "d.csv",
        {"d.csv": b"a,y\n1,p\n2,\xe9t\xe9\n"},
        "d.csv:3: not UTF-8 text (byte 0xe9); save the file as UTF-8",
    ),
    data(
        "CSV: UTF-16",
        "d.csv",
        {"d.csv": "a,y\n1,p\n".encode("utf-16")},
        "d.csv:1: not UTF-8 text (byte 0xff); save the file as UTF-8",
    ),
    data(
        "CSV: UTF-16 without a mark",
        "d.csv",
        {"d.csv": "a,y\n1,p\n".encode("utf-16-le")},
        "d.csv:1: not UTF-8 text (byte 0x00); save the file as UTF-8",
    ),
    data(
        "CSV: endless name",
        "d.csv",
        {"d.csv": b"a,%b,y\n1,2,p\n" % (b"x" * 200_000)},
        "d.csv:1: a cell of more than 131,072 characters (is a quote open?)",
    ),
    data(
        "CSV: endless cell",
        "d.csv",
        {"d.csv": b"a,y\n1,p\n2,%b\n" % (b"x" * 200_000)},
        "d.csv:3: a cell of more than 131,072 characters (is a quote open?)",
    ),
    data(
        "CSV: bad cell far down",
        "d.csv",
        {"d.csv": b"a,y\n" + b"1,2\n" * 9000 + b"1_0,2\n"},
        "d.csv:9002: column 'a': '1_0' is not a number (a missing one is written as an empty cell, NA, NaN, null or ?)",
    ),
    data(
        "CSV: thousands of columns",
        "d.csv",
        {"d.csv": b",".join(b"a%d" % n for n in range(20_000)) + b",a7\n1\n"},
        "d.csv:1: columns 8 and 20001 are both called 'a7'",
    ),
    data(
        "CSV: colours",
        "d.csv",
        {"d.csv": b'a,b,y\n1,"\x1b[31m\nx",p\n3,4,q\n5,6,p\n'},
        "d.csv:2: column 'b': '\\x1b[31m\\nx' is not a number (a missing one is written as an empty cell, NA, NaN, "
        "null or ?)",
    ),
    data(
        "CSV: blank lines and quoted breaks count",
        "d.csv",
        {"d.csv": b'a,b,y\n\n1,2,"p\np"\n\n3,four,q\n5,6,q\n7,8,q\n'},
        "d.csv:6: column 'b': 'four' is not a number (a missing one is written as an empty cell, NA, NaN, null or ?)",
    ),
    data(
        "gzip: cut",
        "d.csv.gz",
        {"d.csv.gz": gzip.compress(CSV * 99, mtime=0)[:-9]},
        "d.csv.gz: the gzip file is damaged ({reason})",
    ),
    data(
        "unreadable",
        "l.csv",
        {},
        f"l.csv: cannot be read: {os.strerror(errno.ELOOP)}",
        around=lambda: linked_to_itself("l.csv"),
    ),
]
