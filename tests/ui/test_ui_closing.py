from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import Any

from bpcli.training.events import Ended
from bpcli.ui.closing import closing, verdicts

RUN = Path("runs/digits/1")


def said(ended: Ended, weights: Path | None = RUN / "weights.npz", validation: Any = MappingProxyType({})) -> list[str]:
    return [text.plain for text in closing(ended, validation, RUN, weights)]


def test_what_was_reached_where_it_lies_and_what_to_type_next() -> None:
    ended = Ended("early_stopping", 27, 131.2, 17, {"cost": 1.123, "accuracy": 0.97222})
    assert said(ended, validation={"cost": 0.101234, "accuracy": 0.95}) == [
        "",
        "stopped early after 27 epochs, 2 min 11 s",
        "best        epoch 17",
        "validation  cost 0.10123  accuracy 0.9500",
        "test        cost 1.1230   accuracy 0.9722",
        "run         runs/digits/1",
        "next        bpcli eval runs/digits/1/weights.npz",
    ]


def test_a_run_that_diverged_says_where_and_names_no_next_step_without_weights() -> None:
    assert said(Ended("diverged", 1, 0.25, None, detail="the cost is nan in step 7"), weights=None) == [
        "",
        "diverged after 1 epoch, 0.25 s: the cost is nan in step 7",
        "run     runs/digits/1",
    ]


def test_the_command_can_be_pasted_whatever_the_path() -> None:
    assert said(Ended("epochs", 2, 1, 1), Path("my runs/a'b.npz"))[-1] == (
        """next    bpcli eval 'my runs/a'"'"'b.npz'"""
    )


def test_an_interrupted_run_says_how_it_goes_on() -> None:
    assert said(Ended("interrupted", 2, 1, 1))[-1] == "next    bpcli train --resume runs/digits/1"


def test_conditions_are_ok_or_missed() -> None:
    checks: list[dict[str, Any]] = [
        {"metric": "validation.accuracy", "condition": ">= 0.95", "value": 0.9722, "met": True},
        {"metric": "epochs", "condition": "<= 20", "value": None, "met": False},
        {"metric": "train.cost", "condition": "< 9", "value": None, "met": None},  # of a run that was interrupted
    ]
    assert [text.plain for text in verdicts("expect", checks)] == [
        "expect  validation.accuracy >= 0.95  found 0.9722  ok",
        "expect  epochs <= 20                 found -       MISSED",
        "expect  train.cost < 9               found -       not judged",
    ]
