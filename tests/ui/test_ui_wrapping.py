"""Sentences over several lines: by words, by cells, each as far in as the first."""

from __future__ import annotations

from rich.cells import cell_len

from bpcli.ui.wrapping import LEAST, WIDEST, said, wrapped


def test_lines_are_as_full_as_they_can_be() -> None:
    assert wrapped("one two three four", 9) == ["one two", "three", "four"]
    assert wrapped("one two three four", 13) == ["one two three", "four"]
    assert wrapped("", 9) == [""]


def test_off_a_terminal_nothing_is_wrapped() -> None:
    assert wrapped("word " * 100, None) == ["word " * 100]


def test_a_word_longer_than_the_line_is_broken_and_nothing_is_lost() -> None:
    assert wrapped("a " + "x" * 25 + " and", 10) == ["a", "x" * 10, "x" * 10, "xxxxx and"]


def test_characters_of_two_cells_count_as_two() -> None:
    lines = wrapped("漢字" * 9 + " " + "漢字" * 3, 12)
    assert {cell_len(line) for line in lines} == {12}
    assert "".join(lines) == "漢字" * 12


def test_lines_stand_as_far_in_as_the_first_and_are_never_wider_than_the_eye_can_follow() -> None:
    assert [line.plain for line in said("日本  ", "one two three", 14)] == ["日本  one two", "      three"]
    assert max(line.cell_len for line in said("", "word " * 100, 300)) <= WIDEST


def test_a_terminal_without_room_still_shows_words() -> None:
    assert wrapped("one two", -3) == wrapped("one two", LEAST) == ["one two"]
