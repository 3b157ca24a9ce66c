from __future__ import annotations

from rich.cells import cell_len

from bpcli.ui.columns import Column, cut, fitting, heading, line, table, total

COLUMNS = [Column("epoch", 5), Column("running\ncost", 8, rank=2), Column("rate", 6, rank=5), Column("best", 4)]


def test_titles_stand_on_one_base_line() -> None:
    assert heading(COLUMNS) == ["        running", "epoch      cost    rate  best"]


def test_a_line_is_aligned_and_has_no_blanks_at_its_end() -> None:
    columns = [*COLUMNS[:1], Column("words", 6, left=True)]
    assert line(columns, ["7", "ab"]) == "    7  ab"


def test_the_least_important_columns_go_first_and_the_needed_ones_stay() -> None:
    assert total(COLUMNS) == 29
    assert fitting(COLUMNS, None) == fitting(COLUMNS, 29) == [0, 1, 2, 3]
    assert fitting(COLUMNS, 28) == [0, 1, 3]
    assert fitting(COLUMNS, 1) == [0, 3]


def test_columns_of_one_rank_go_together() -> None:
    pair = [Column("", 5), Column("", 5, rank=1), Column("", 5, rank=1)]
    assert fitting(pair, 12) == [0]


def test_a_table_is_as_wide_as_its_cells_and_never_wider_than_the_terminal() -> None:
    columns = [Column("name", left=True), Column("kind", left=True), Column("count")]
    rows = [("a very long class name", "short", "7"), ("b", "another", "1234567")]
    assert [text.plain for text in table(columns, rows)] == [
        "name                    kind       count",
        "a very long class name  short          7",
        "b                       another  1234567",
    ]
    narrow = [text.plain for text in table(columns, rows, 28)]
    assert narrow[1] == "a very lo…  short          7"
    assert max(map(len, narrow)) == 28


def test_wide_characters_count_as_two_cells() -> None:
    assert cut("日本語の名前", 7) == "日本語…"
    lines = table([Column("class", left=True), Column("n")], [("日本語", "1"), ("abc", "2")])
    assert {cell_len(text.plain) for text in lines} == {9}


def test_rows_that_end_in_the_mark_are_red() -> None:
    _, good, bad = table([Column("a"), Column("")], [("1", "ok"), ("2", "FAIL")], marked="FAIL")
    assert not any("red" in str(span.style) for span in good.spans)
    assert all("red" in str(span.style) for span in bad.spans)
