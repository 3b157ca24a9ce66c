from __future__ import annotations

from math import inf, nan

import pytest

from bpcli.ui.blocks import bar, progress
from bpcli.ui.spark import MOST_POINTS, Spark


def spark(*values: float | None) -> Spark:
    course = Spark()
    for value in values:
        course.note(value)
    return course


def test_each_power_of_ten_is_the_same_height() -> None:
    assert spark(1e7, 1e6, 1e5, 1e4, 1e3, 1e2, 1e1, 1e0).line(20) == "█▇▆▅▄▃▂▁"
    assert spark(0.1, 0.2).line(20) == "▁█"
    assert spark().line(20) == ""
    assert spark(5.0, 5.0).line(20) == "▁▁"


def test_what_has_no_logarithm_is_as_high_as_before() -> None:
    assert spark(1.0, 100.0, 0.0, nan, inf, None, 1.0).line(20) == "▁█████▁"


def test_a_long_course_is_squeezed_evenly() -> None:
    values = [10.0**-epoch for epoch in range(80)]
    assert spark(*values).line(8) == "█▇▆▅▄▃▂▁"
    assert len(spark(*values).line(33)) == 33


@pytest.mark.parametrize("count", [1, 7, 511, 512, 513, 5000, 100_000])
@pytest.mark.parametrize("cells", [8, 30, 80])
def test_memory_is_fixed_and_the_lowest_epoch_is_where_it_is_said_to_be(count: int, cells: int) -> None:
    lowest = count * 2 // 3
    course = spark(*(1.0 + abs(epoch - lowest) / count for epoch in range(count)))
    line = course.line(cells)
    assert len(course._points) < MOST_POINTS
    assert len(line) <= cells
    assert line[min(course.place(lowest, cells), len(line) - 1)] == "▁"


def test_a_bar_is_right_to_the_eighth_of_a_cell() -> None:
    assert [bar(share, 4) for share in (0, 0.001, 0.25, 0.28125, 0.5, 1, 2)] == [
        "",
        "▏",
        "█",
        "█▏",
        "██",
        "████",
        "████",
    ]


def test_what_is_done_has_another_shape_than_what_is_not() -> None:
    assert [progress(share, 8).plain for share in (0, 0.5, 1)] == ["────────", "━━━━────", "━━━━━━━━"]
