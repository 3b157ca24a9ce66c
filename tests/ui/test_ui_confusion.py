from __future__ import annotations

from typing import Any

import pytest
from rich.cells import cell_len
from rich.color import Color
from rich.style import Style

from bpcli.ui.classes import labels
from bpcli.ui.confusion import RIGHT, WRONG, confusion


def plain(lines: list[Any]) -> list[str]:
    return [text.plain for text in lines]


def nearly_right(names: list[str], each: int = 30) -> list[list[int]]:
    """Every example of a class is taken for it, but for one, which is taken for the next."""
    count = len(names)
    return [[each - 1 if j == i else int(j == (i + 1) % count) for j in range(count)] for i in range(count)]


def test_short_names_stand_over_their_columns() -> None:
    assert plain(confusion([[9, 1], [0, 8]], ["cat", "dog"])) == [
        "confusion: true classes down, predicted ones across",
        "true  cat  dog",
        "cat     9    1",
        "dog     .    8",
    ]


def test_long_names_are_numbered_and_cut_so_that_they_differ() -> None:
    names = ["a name that goes on and on and ends in A", "a name that goes on and on and ends in B"]
    assert plain(confusion([[9, 1], [0, 8]], names, 60)) == [
        "confusion: true classes down, predicted across by number",
        "true                    0  1",
        "0 a name tha…ends in A  9  1 ",
        "1 a name tha…ends in B  .  8 ",
    ]


@pytest.mark.parametrize("count", [2, 3, 10, 26, 30])
@pytest.mark.parametrize("width", [40, 80, 120, 200])
@pytest.mark.parametrize(
    "name", ["{}", "species {}", "a name that goes on until it ends in {}", "日本語の長い名前の種類{}"]
)
def test_it_fits_and_its_cells_stand_below_each_other(count: int, width: int, name: str) -> None:
    names = [name.format(number) for number in range(count)]
    title, *lines = plain(confusion(nearly_right(names), names, width))
    assert max(map(cell_len, (title, *lines))) <= width
    if title.startswith("confusion"):
        assert len({cell_len(line.rstrip()) for line in lines}) == 1
        assert len(lines) == count + 1
    else:
        assert title.startswith("most often confused")
        assert len(lines) == min(count, 10) + 1


def test_names_give_way_to_numbers_before_the_matrix_gives_way_to_pairs() -> None:
    names = [f"class {number}" for number in range(10)]
    lines = plain(confusion(nearly_right(names), names, 60))
    assert lines[1].split() == ["true", *"0123456789"]
    assert lines[5].split()[:3] == ["3", "class", "3"]


def test_a_matrix_too_wide_for_the_terminal_becomes_its_worst_pairs() -> None:
    names = [f"class {number}" for number in range(10)]
    counts = [[30 if i == j else 0 for j in range(10)] for i in range(10)]
    counts[4][9], counts[3][5] = 7, 12
    assert plain(confusion(counts, names, 36)) == [
        "most often confused",
        "true     predicted  examples",
        "class 3  class 5          12",
        "class 4  class 9           7",
    ]
    counts[4][9] = counts[3][5] = 0
    assert plain(confusion(counts, names, 36)) == ["no class was taken for another"]


def test_a_shade_is_a_share_of_the_true_class() -> None:
    counts = [[90, 10, 0], [1, 99, 0], [60, 0, 40]]
    shades = [[str(span.style) for span in line.spans] for line in confusion(counts, ["a", "b", "c"], 80)[2:]]
    assert shades == [
        [f"bold {RIGHT[4]}", WRONG[1], "dim"],
        [WRONG[0], f"bold {RIGHT[4]}", "dim"],
        [WRONG[3], "dim", f"bold {RIGHT[2]}"],
    ]


def luminance(color: Color | None) -> float:
    """The relative luminance that WCAG 2 defines."""
    assert color is not None
    red, green, blue = ((c / 3294.6 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4) for c in color.get_truecolor())
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("shade", [*RIGHT[1:], *WRONG[1:]])
def test_a_shade_can_be_read_on_any_background_because_it_brings_its_own(shade: str) -> None:
    style = Style.parse(shade)
    dark, light = sorted((luminance(style.color), luminance(style.bgcolor)))
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_an_accent_stays_with_its_letter() -> None:
    e, accent = "e", "\u0301"
    (short,) = labels([f"a long name with {(e + accent) * 20}"], 60)
    head, _, tail = short.partition("…")
    assert not tail.startswith(accent)
    assert cell_len(short) <= 22
    assert head.startswith("0 a long")
