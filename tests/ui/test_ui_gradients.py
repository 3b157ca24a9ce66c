from __future__ import annotations

from typing import Any

import pytest

from bpcli.ui.gradients import gradcheck


def block(name: str, shape: list[int], relative: float | None, kinks: int = 0, left_out: int = 0) -> dict[str, Any]:
    return {
        "name": name,
        "shape": shape,
        "checked": 32 if len(shape) == 2 else 8,
        "max_relative_error": relative,
        "max_absolute_error": 1e-16,
        "worst_index": [3, 2][: len(shape)],
        "analytic": -0.1234567,
        "numeric": -0.1234561,
        "kinks": kinks,
        "left_out": left_out,
        "passed": relative is not None and relative < 1e-9,
    }


def case(activation: str, passed: bool = True, relative: float | None = 3e-15, kinks: int = 0) -> dict[str, Any]:
    return {
        "activation": activation,
        "output": "softmax",
        "cost": "cross_entropy",
        "blocks": [block("W1", [8, 4], relative, kinks), block("b1", [8], 1e-15)],
        "passed": passed,
    }


def plain(report: dict[str, Any], width: int | None = None) -> list[str]:
    return [text.plain for text in gradcheck(report, width)]


def test_a_line_a_case_and_the_failed_ones_in_full() -> None:
    report = {"passed": False, "method": "complex", "cases": [case("tanh"), case("relu", False, 4.9e-6)]}
    assert plain(report) == [
        "activation  output   cost           entries  worst error  at            backprop      numerical",
        "tanh        softmax  cross_entropy       40      3.0e-15  W1[3,2]  -1.234567e-01  -1.234561e-01  ok",
        "relu        softmax  cross_entropy       40      4.9e-06  W1[3,2]  -1.234567e-01  -1.234561e-01  FAIL",
        "",
        "relu, softmax, cross_entropy: W1[3,2] is -0.1234567 by backprop, -0.1234561 numerically",
        "1 of 2 checks (complex method) disagree",
    ]


def test_one_network_is_shown_block_by_block_with_its_optimizer() -> None:
    step = {"name": "sgd momentum=0.9", "block": "W1", "max_relative_error": 1.2e-16, "passed": True}
    report = {"passed": True, "method": "central", "cases": [case("relu", kinks=2)], "step": [step]}
    assert plain(report) == [
        "relu layers, softmax output, cross_entropy cost",
        "",
        "block  shape  entries  worst error  at            backprop      numerical",
        "W1     8 × 4       32      3.0e-15  W1[3,2]  -1.234567e-01  -1.234561e-01  ok",
        "b1     8            8      1.0e-15  b1[3]    -1.234567e-01  -1.234561e-01  ok",
        "",
        "one step of       block  worst error",
        "sgd momentum=0.9  W1         1.2e-16  ok",
        "",
        "2 checks (central method): all agree; 2 weighted inputs lay on a kink, and their rows were left out",
    ]


@pytest.mark.parametrize("width", [40, 41, 60, 80, 200])
def test_the_verdict_is_seen_at_every_width(width: int) -> None:
    report = {"passed": False, "method": "complex", "cases": [case("softplus"), case("relu", False)]}
    lines = plain(report, width)
    good, bad = lines[lines.index("") - 2 : lines.index("")]
    assert good.split() == ["softplus", "3.0e-15"]
    assert bad.split() == ["relu", "FAIL"]
    after = " ".join(line.strip() for line in lines[lines.index("") + 1 :])
    assert after == (
        "relu, softmax, cross_entropy: W1[3,2] is -0.1234567 by backprop, -0.1234561 numerically "
        "1 of 2 checks (complex method) disagree"
    )
    assert max(map(len, lines)) <= width


def test_on_a_terminal_the_cases_are_a_grid_as_fine_as_it_is_wide() -> None:
    def of(activation: str, output: str, cost: str, relative: float) -> dict[str, Any]:
        return {**case(activation, relative=relative), "output": output, "cost": cost}

    cases = [
        of("tanh", "softmax", "cross_entropy", 3e-15),
        of("tanh", "identity", "huber", 2e-15),
        of("tanh", "softmax", "quadratic", 5e-15),
        of("relu", "softmax", "cross_entropy", 7e-15),
    ]
    report = {"passed": True, "method": "complex", "cases": cases}
    assert plain(report, 80)[:5] == [
        "the worst relative error of 4 cases",
        "                  softmax    softmax  identity",
        "activation  cross_entropy  quadratic     huber",
        "tanh              3.0e-15    5.0e-15   2.0e-15",
        "relu              7.0e-15          -         -",
    ]
    assert plain(report, 45)[1:4] == [
        "activation  softmax  identity",
        "tanh        5.0e-15   2.0e-15",
        "relu        7.0e-15         -",
    ]
    assert plain(report, 28)[1:4] == ["activation  worst error", "tanh            5.0e-15", "relu            7.0e-15"]


def test_an_error_that_is_not_a_number_is_the_worst() -> None:
    broken = case("relu", passed=False)
    broken["blocks"][1]["max_relative_error"] = None
    report = {"passed": False, "method": "complex", "cases": [broken, case("tanh")]}
    assert plain(report)[1].split()[4:6] == ["-", "b1[3]"]


def test_of_several_optimizers_the_worst_block_of_each_is_shown() -> None:
    errors = {"sgd": [("W1", 1e-16), ("b1", 3e-16)], "adam": [("W1", None), ("b1", 1.0)]}
    steps = [
        {"name": name, "block": block, "max_relative_error": error, "passed": name == "sgd"}
        for name, blocks in errors.items()
        for block, error in blocks
    ]
    report = {"passed": False, "method": "complex", "cases": [case("relu")], "step": steps}
    assert plain(report)[6:9] == [
        "one step of  block  worst error",
        "sgd          b1         3.0e-16  ok",
        "adam         W1               -  FAIL",
    ]


def test_rows_and_entries_that_were_left_out_are_told_apart() -> None:
    met = {**case("relu"), "blocks": [block("W1", [8, 4], 1e-15, 5, 2), block("b1", [8], 1e-15, 4, 1)]}
    assert plain({"passed": True, "method": "central", "cases": [met]})[-1] == (
        "1 checks (central method): all agree; 3 weighted inputs lay on a kink, and their rows were left out; "
        "3 entries lay on a kink or beside one, and were left out"
    )
