"""What each way of writing a scalar is read as by each kind of key: the table is scalars.txt."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from bpcli.spec.scalars import Flag, Number, Text, Whole
from bpcli.spec.yaml_reader import YamlReader

WANTED = {"number": "a number", "whole": "a whole number", "flag": "true or false", "text": "text"}
FOUND = {"list": "a list", "mapping": "a mapping", "nothing": "nothing"}


class Typed(BaseModel):
    """One field of each type, to read one scalar by all of them."""

    number: Number = 0.0
    whole: Whole = 0
    flag: Flag = False
    text: Text = ""


def rows() -> list[tuple[str, dict[str, str]]]:
    """Each way of writing, and what the table says of it for each kind."""
    lines = (Path(__file__).parent / "scalars.txt").read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.split("|")] for line in lines if "|" in line]
    head, *rest = cells
    return [(row[0].replace("␣", " "), dict(zip(head[1:], row[1:]))) for row in rest]


ROWS = rows()


def read(kind: str, written: str) -> str:
    """The value as Python writes it, or the message of the refusal."""
    node = YamlReader("c.yaml").read(f"a: {written}".encode() if not written.startswith("- ") else written.encode())
    value = node["a"] if isinstance(node, dict) else node
    try:
        return repr(getattr(Typed.model_validate({kind: value}), kind))
    except ValidationError as error:
        message = error.errors()[0]["ctx"]["message"]
        assert isinstance(message, str)
        return message


def expected(kind: str, written: str, cell: str) -> str:
    """What the table says, written out."""
    verdict, _, rest = cell.partition(" ")
    if verdict == "too":
        return f"'{written}' is {cell}"
    if verdict == "no" and (kind != "text" or rest in FOUND):
        quotes = re.fullmatch("'(.*)'|\"(.*)\"", written)
        inner = (quotes[1] or quotes[2] or "").replace("''", "'").replace("\\u0031", "1") if quotes else ""
        found = FOUND.get(rest) or (f"the text '{inner}' in quotes" if quotes else f"'{plain(written)}'")
        hints = {":": " (a colon makes no number: write one in plain digits)", "": ""}
        hint = "" if rest in FOUND else hints.get(rest, f" (write {rest})")
        return f"expected {WANTED[kind]}, not {found}{hint}"
    return repr(plain(written) if cell == "=" else cell.replace("␣", " ")) if kind == "text" else cell


def plain(written: str) -> str:
    """A scalar without the blanks and the comment around it."""
    return re.sub(" +#.*", "", written).strip()


@pytest.mark.parametrize(("written", "cells"), ROWS, ids=[written for written, _ in ROWS])
def test_what_is_read_as_what(written: str, cells: dict[str, str]) -> None:
    assert {kind: read(kind, written) for kind in cells} == {
        kind: expected(kind, written, cell) for kind, cell in cells.items()
    }


def test_the_table_is_long_and_tells_each_thing_once() -> None:
    assert len(ROWS) >= 120
    assert len({written for written, _ in ROWS}) == len(ROWS)


def test_long_and_odd_texts_are_quoted_harmlessly() -> None:
    assert read("whole", "9" * 5000) == f"'{'9' * 60}…' is too large"
    assert read("number", '"a\\tb\\u202e"') == "expected a number, not the text 'a\\tb\\u202e' in quotes"
