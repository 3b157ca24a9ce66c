from __future__ import annotations

from math import inf, nan

from bpcli.training.events import EpochEnded
from bpcli.ui.curve import Curve


def epoch(running: float, validation: float | None = None, train: float | None = None) -> EpochEnded:
    measured = [None if cost is None else {"cost": cost} for cost in (train, validation)]
    return EpochEnded(1, 1, 0.1, 1.0, {"cost": running}, measured[0], measured[1], False)


def test_each_power_of_ten_is_the_same_distance() -> None:
    curve, epochs = Curve(), [epoch(10.0, 10.0), epoch(0.1, 1.0), epoch(0.01, 0.1)]
    for one in epochs:
        curve.note(one)
    assert [curve.row(one, 31) for one in epochs] == [
        " " * 30 + "●",
        " " * 10 + "·" + " " * 9 + "●",
        "·" + " " * 9 + "●",
    ]
    assert curve.heading(31) == ["· running cost   ● validation cost", "0.010000                 10.000"]


def test_costs_that_have_no_logarithm_have_no_dot() -> None:
    curve = Curve()
    for one in (epoch(1.0), epoch(0.0), epoch(nan), epoch(inf, -1.0)):
        curve.note(one)
        assert curve.row(one, 9) == ("·" if one.running["cost"] == 1.0 else "")


def test_nothing_drawn_before_there_is_a_cost() -> None:
    assert Curve().heading(20) == ["", ""]


def test_the_legend_says_which_rows_were_measured() -> None:
    curve = Curve()
    curve.note(epoch(1.0, train=2.0))
    assert "● train cost" in curve.heading(40)[0]
