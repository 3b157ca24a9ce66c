from __future__ import annotations

from rich.text import Text

from bpcli.ui.frame import facts, framed, inside


def plain(lines: list[Text]) -> list[str]:
    return [line.plain for line in lines]


def test_a_frame_is_as_wide_as_what_stands_in_it() -> None:
    assert plain(framed([Text("epochs  30"), Text("seed")], 80)) == [
        "╭────────────╮",
        "│ epochs  30 │",
        "│ seed       │",
        "╰────────────╯",
    ]


def test_what_is_too_wide_is_cut_and_a_narrow_terminal_has_no_frame() -> None:
    long = [Text("word " * 40)]
    assert {line.cell_len for line in framed(long, 60)} == {60}
    assert plain(framed([Text("word")], 59)) == plain(framed([Text("word")], None)) == ["word"]
    assert (inside(None), inside(40), inside(80)) == (None, 40, 76)


def test_facts_are_one_line_each_in_a_file_and_wrapped_on_a_terminal() -> None:
    known = {"target": "class", "examples": "1,258 train, 180 validation, 359 test"}
    assert plain(facts(known)) == ["target    class", "examples  1,258 train, 180 validation, 359 test"]
    assert plain(facts(known, 40)) == [
        "target    class",
        "examples  1,258 train, 180 validation,",
        "          359 test",
    ]


def test_names_of_two_cells_a_character_stay_inside_the_frame() -> None:
    lines = framed(facts({"target": "漢字 " * 40}, inside(60)), 60)
    (width,) = {line.cell_len for line in lines}
    assert width <= 60
    assert "".join(plain(lines)).count("漢字") == 40
