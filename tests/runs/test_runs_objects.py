"""The JSON objects of the events, key for key as scripts read them."""

from __future__ import annotations

import json
import math

from bpcli.runs.objects import event_object
from bpcli.training.events import Ended, EpochEnded, Progressed, Started


def test_start() -> None:
    event = Started(layers=(64, 32, 10), parameters=2410, examples={"train": 1437}, epochs=30, steps_per_epoch=45)
    assert event_object(event) == {
        "event": "start",
        "layers": [64, 32, 10],
        "parameters": 2410,
        "examples": {"train": 1437},
        "epochs": 30,
        "steps_per_epoch": 45,
        "step": 0,
    }


def test_epoch_leaves_out_what_was_not_measured() -> None:
    event = EpochEnded(
        epoch=2,
        step=90,
        learning_rate=0.1,
        seconds=0.5,
        running={"cost": 0.25},
        train=None,
        validation={"cost": 0.5, "accuracy": 0.875},
        best=True,
    )
    assert event_object(event) == {
        "event": "epoch",
        "epoch": 2,
        "step": 90,
        "learning_rate": 0.1,
        "seconds": 0.5,
        "running": {"cost": 0.25},
        "validation": {"cost": 0.5, "accuracy": 0.875},
        "best": True,
    }


def test_end_has_test_and_detail_when_there_are_any() -> None:
    bare = {"event": "end", "reason": "epochs", "epochs": 3, "seconds": 1.5, "best_epoch": None}
    assert event_object(Ended("epochs", 3, 1.5, None)) == bare
    full = event_object(Ended("diverged", 3, 1.5, 2, {"accuracy": 0.5}, "W1 is not finite"))
    assert full == bare | {
        "reason": "diverged",
        "best_epoch": 2,
        "test": {"accuracy": 0.5},
        "detail": "W1 is not finite",
    }


def test_numbers_that_are_not_finite_are_null_so_that_every_line_is_json() -> None:
    event = EpochEnded(1, 1, math.inf, 0.0, {"cost": math.nan}, {"cost": -math.inf}, None, False)
    told = event_object(event)
    assert told is not None
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert (told["learning_rate"], told["running"], told["train"]) == (None, {"cost": None}, {"cost": None})


def test_progress_is_no_object() -> None:
    assert event_object(Progressed(epoch=1, steps_done=3, cost=0.1)) is None
