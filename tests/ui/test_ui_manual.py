"""Pages of help: terms beside what they mean, wrapped and never cut."""

from __future__ import annotations

import pytest

from bpcli.ui.manual import definitions, page, prose, term_width

ROWS = [
    ("--out DIR", "where to write", "a folder"),
    ("--a-very-long-option-with KEY=VALUE", "what stands below"),
    ("-q", ""),
]


def plain(lines):
    return [line.plain for line in lines]


def test_a_term_stands_beside_its_meaning_and_a_long_one_above():
    assert plain(definitions(ROWS, 60)) == [
        "  --out DIR  where to write",
        "             a folder",
        "  --a-very-long-option-with KEY=VALUE",
        "             what stands below",
        "  -q",
    ]


def test_without_a_width_nothing_is_wrapped():
    long = "word " * 100
    assert plain(definitions([("term", long.strip())], None)) == [f"  term  {long.strip()}"]
    assert plain(prose(long, None)) == [long]


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_lines_fit_and_say_everything(width):
    rows = [(f"term{i}", "several words of some length " * 5) for i in range(3)]
    lines = plain(definitions(rows, width))
    assert max(map(len, lines)) <= min(width, 100)
    assert " ".join(" ".join(lines).split()) == " ".join(f"{a} {b.strip()}" for a, b in rows)


def test_on_a_narrow_terminal_meanings_stand_below():
    lines = plain(definitions([("a-term-of-some-length", "meaning of it")], 24, beside=21))
    assert lines == ["  a-term-of-some-length", "      meaning of it"]


def test_only_terms_that_leave_room_settle_the_column():
    assert term_width([("ab", ""), ("x" * 50, "")], 80) == 2


def test_a_page_has_its_sections_in_order_and_no_empty_ones():
    lines = plain(
        page("bpcli x FILE", "Does it.", {"Arguments": [], "Options": ROWS[:1]}, ["bpcli x a", "bpcli x b"], 80)
    )
    assert lines == [
        "Usage: bpcli x FILE",
        "",
        "Does it.",
        "",
        "Options",
        "  --out DIR  where to write",
        "             a folder",
        "",
        "Examples",
        "  bpcli x a",
        "  bpcli x b",
    ]
