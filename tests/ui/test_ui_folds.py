from __future__ import annotations

import io
import json
from typing import Any

import pytest
from rich.console import Console

from bpcli.ui.console import open_console
from bpcli.ui.folds import FoldsView, JsonFolds, LiveFolds, PlainFolds, choose_folds_view


def result(number: int, **test: float | None) -> dict[str, Any]:
    examples = {"train": 353, "test": 89}
    return {"fold": number, "examples": examples, "epochs": 34, "test": test, "seconds": 0.1234}


SUMMARY: dict[str, Any] = {
    "run": "runs/diabetes it/1",
    "folds": 2,
    "mean": {"cost": 1503.21, "r2": None},
    "deviation": {"cost": 83.4, "r2": None},
    "expect": [{"metric": "test.r2", "condition": ">= 0.4", "value": None, "met": False}],
}


def plain(view: Any, stream: io.StringIO) -> list[str]:
    with view:
        view.result(result(1, cost=1503.21, mae=43.1, r2=0.48123))
        view.result(result(2, cost=903.21, mae=3.1, r2=None))
    view.summary(SUMMARY)
    return stream.getvalue().splitlines()


def test_a_row_for_each_fold_then_mean_and_deviation() -> None:
    stream = io.StringIO()
    assert plain(PlainFolds(open_console(stream)), stream) == [
        "         train      test                test        test        test",
        "fold  examples  examples  epochs        cost         mae          r2   seconds",
        "   1       353        89      34      1503.2      43.100      0.4812      0.12",
        "   2       353        89      34       903.2       3.100           -      0.12",
        "",
        "mean and sample deviation over 2 folds",
        "cost      1503.2  ± 83.400",
        "r2             -  ± -",
        "",
        "expect  test.r2 >= 0.4  found -  MISSED",
        "run     runs/diabetes it/1",
        "next    bpcli eval 'runs/diabetes it/1/fold-1/weights.npz'",
    ]


def test_json_is_the_objects_as_they_are() -> None:
    stream = io.StringIO()
    lines = [json.loads(line) for line in plain(JsonFolds(open_console(stream)), stream)]
    assert lines[0] == result(1, cost=1503.21, mae=43.1, r2=0.48123)
    assert lines[2] == SUMMARY


def test_the_bar_counts_over_all_folds(run: Any) -> None:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=60, color_system=None)
    times = iter(range(100))
    with LiveFolds(console, 2, clock=lambda: next(times)) as view:
        for event in run(3):
            view.follow(2, event)
    written = stream.getvalue()
    assert "fold 2 of 2 · epoch 3 of 3" in written
    bars = [line.count("━") + line.count("─") for line in written.splitlines() if "fold 2" in line]
    assert len(set(bars)) == 1


@pytest.mark.parametrize(
    ("asked", "kind"), [({"json": True}, JsonFolds), ({"quiet": True}, FoldsView), ({}, PlainFolds)]
)
def test_the_view_is_what_was_asked_for(asked: dict[str, bool], kind: type) -> None:
    assert type(choose_folds_view(open_console(io.StringIO()), 2, **asked)) is kind
