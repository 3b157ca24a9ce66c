from __future__ import annotations

import pytest

from bpcli.ui.figures import brief, duration, error, figure, measure, places_for, size


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2.302585, "2.3026"),
        (0.0123456, "0.012346"),
        (14523.123, "14523"),
        (0.00001234567, "1.235e-05"),
        (12345678.9, "1.235e+07"),
        (-0.5, "-0.50000"),
        (0.0, "0.0000"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (None, "-"),
    ],
)
def test_a_figure_alone_has_five_digits(value: float | None, text: str) -> None:
    assert figure(value) == text


def test_a_column_keeps_its_decimals_while_three_digits_show() -> None:
    places = places_for(2.302585)
    assert [figure(v, places) for v in (2.302585, 0.5, 0.0123, 0.00987654)] == [
        "2.3026",
        "0.5000",
        "0.0123",
        "0.0098765",
    ]


def test_a_column_that_grows_a_millionfold_stays_narrow() -> None:
    assert figure(123456.7, places_for(0.5)) == "123457"


def test_fractions_have_four_decimals_whatever_the_column() -> None:
    assert measure("accuracy", 0.00123, 7) == "0.0012"
    assert measure("r2", -0.25, 1) == "-0.2500"
    assert measure("r2", -1.5e8) == "-1.500e+08"
    assert measure("f1", None) == "-"


def test_a_fraction_that_is_not_defined_is_a_dash() -> None:
    assert measure("r2", float("nan")) == "-"
    assert measure("cost", float("nan")) == "nan"


def test_an_error_is_its_size() -> None:
    assert (error(6.13e-15), error(None)) == ("6.1e-15", "-")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.01234, "0.0123 s"),
        (7, "7 s"),
        (59.96, "1 min 00 s"),
        (247, "4 min 07 s"),
        (3599.7, "1 h 00 min"),
        (8100, "2 h 15 min"),
    ],
)
def test_durations_use_the_two_units_that_matter(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 µs"),
        (4.2e-7, "0.42 µs"),
        (9.96e-5, "100 µs"),
        (0.000174, "170 µs"),
        (0.0009999, "1 ms"),
        (0.0999, "100 ms"),
        (0.9999, "1 s"),
        (4.4, "4.4 s"),
        (252, "4 min 10 s"),
        (8104, "2 h 15 min"),
    ],
)
def test_a_time_of_any_order_has_two_digits(seconds: float, text: str) -> None:
    assert brief(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (9949, "9.9 kB"),
        (9951, "10 kB"),
        (999_499, "999 kB"),
        (999_600, "1.0 MB"),
        (2_345_000_000, "2.3 GB"),
    ],
)
def test_memory_has_two_or_three_digits(count: int, text: str) -> None:
    assert size(count) == text
