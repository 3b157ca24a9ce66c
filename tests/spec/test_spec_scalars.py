"""What each way of writing a scalar means under a key that wants a number, a whole number, a flag or text."""

from __future__ import annotations

import math

import pytest
from pydantic import BaseModel, ValidationError

from bpcli.spec.scalars import Flag, Number, Text, Whole
from bpcli.spec.tree import Place, ScalarNode
from bpcli.spec.yaml_reader import YamlReader


class Typed(BaseModel):
    """One field of each type, to read one scalar by all of them."""

    number: Number = 0.0
    whole: Whole = 0
    flag: Flag = False
    text: Text = ""


def read(kind: str, written: str) -> object:
    """The value, or the message of the refusal."""
    node = YamlReader("c.yaml").read(written.encode())
    try:
        return getattr(Typed.model_validate({kind: node}), kind)
    except ValidationError as error:
        return error.errors()[0]["ctx"]["message"]


def no_number(shown: str, hint: str = "") -> str:
    return f"expected a number, not {shown}{hint and f' (write {hint})'}"


NUMBERS = [
    ("0", 0.0),
    ("-0", 0.0),
    ("+3", 3.0),
    ("0.1", 0.1),
    (".5", 0.5),
    ("-.5", -0.5),
    ("5.", 5.0),
    ("1e-3", 0.001),
    ("1E3", 1000.0),
    ("1.0e+3", 1000.0),
    (".5e1", 5.0),
    ("5e-324", 5e-324),
    ("0.1  # of the maximum", 0.1),
    (".inf", math.inf),
    ("-.Inf", -math.inf),
    ("1e999", math.inf),
    ("010", no_number("'010'", "10")),
    ("-007", no_number("'-007'", "-7")),
    ("00.5", no_number("'00.5'", "0.5")),
    ("1_000", no_number("'1_000'", "1000")),
    ("1_000.5", no_number("'1_000.5'", "1000.5")),
    ("1,000", no_number("'1,000'", "1000")),
    ("0,1", no_number("'0,1'", "0.1")),
    ("10%", no_number("'10%'", "0.1")),
    ("1/4", no_number("'1/4'", "0.25")),
    ("0x10", no_number("'0x10'", "16")),
    ("0o17", no_number("'0o17'", "15")),
    ("0b11", no_number("'0b11'", "3")),
    ("1:30", no_number("'1:30' (a colon makes no number: write one in plain digits)")),
    ("'0.1'", no_number("the text '0.1' in quotes", "0.1")),
    ('"1e-3"', no_number("the text '1e-3' in quotes", "0.001")),
    ("inf", no_number("'inf'")),
    ("1e", no_number("'1e'")),
    ("1e3.5", no_number("'1e3.5'")),
    ("e5", no_number("'e5'")),
    ("_", no_number("'_'")),
    ("0/0", no_number("'0/0'")),
    ("٣", no_number("'٣'")),
    ("on", no_number("'on'")),
    ("true", no_number("'true'")),
    ("~", no_number("nothing")),
    ("", no_number("nothing")),
    ("{}", no_number("a mapping")),
    ("[1]", no_number("a list")),
    ('"a\\tb\\u202e"', no_number("the text 'a\\tb\\u202e' in quotes")),
]


@pytest.mark.parametrize(("written", "meant"), NUMBERS)
def test_number(written: str, meant: object) -> None:
    assert read("number", written) == meant


def test_not_a_number_is_a_number_to_yaml() -> None:
    assert str(read("number", ".nan")) == "nan"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("12", 12),
        ("-1", -1),
        ("12345678901234567890", 12345678901234567890),
        ("9" * 5000, f"'{'9' * 60}…' is too large"),
        ("1e3", "expected a whole number, not '1e3' (write 1000)"),
        ("32.0", "expected a whole number, not '32.0' (write 32)"),
        ("0.5", "expected a whole number, not '0.5'"),
        ("010", "expected a whole number, not '010' (write 10)"),
        ("0x10", "expected a whole number, not '0x10' (write 16)"),
        ("1_000", "expected a whole number, not '1_000' (write 1000)"),
        ("'7'", "expected a whole number, not the text '7' in quotes (write 7)"),
        (".inf", "expected a whole number, not '.inf'"),
        ("1e999", "expected a whole number, not '1e999'"),
    ],
)
def test_whole_number(written: str, meant: object) -> None:
    assert read("whole", written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("true", True),
        ("True", True),
        ("FALSE", False),
        ("on", "expected true or false, not 'on' (write true)"),
        ("Yes", "expected true or false, not 'Yes' (write true)"),
        ("off", "expected true or false, not 'off' (write false)"),
        ("0", "expected true or false, not '0' (write false)"),
        ("'true'", "expected true or false, not the text 'true' in quotes (write true)"),
        ("2", "expected true or false, not '2'"),
        ("null", "expected true or false, not nothing"),
    ],
)
def test_flag(written: str, meant: object) -> None:
    assert read("flag", written) == meant


@pytest.mark.parametrize("written", ["2020", "010", "1e-3", "1:30", "on", "true", "0x10", ".inf", "2020-01-01"])
def test_text_stays_as_written(written: str) -> None:
    assert read("text", written) == written


def test_text_is_not_nothing_but_may_be_called_null_in_quotes() -> None:
    assert read("text", "~") == "expected text, not nothing"
    assert read("text", "'null'") == "null"


def test_nothing_is_plain() -> None:
    place = Place("c.yaml", 1, 1)
    assert ScalarNode("", True, place).is_null
    assert not ScalarNode("", False, place).is_null
