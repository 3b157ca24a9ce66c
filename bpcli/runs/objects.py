"""The JSON objects that scripts read: what `train --json` prints and `metrics.jsonl` keeps."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from bpcli.training.events import Cause, Ended, EpochEnded, Event, Measures, Progressed, Started


def event_object(event: Event) -> dict[str, Any] | None:
    """The object of an event, or None for Progressed, which is for progress bars alone.

    Whoever saved the weights adds `weights`, `checkpoint` and `expect` to the object of Ended.
    """
    match event:
        case Started():
            return {
                "event": "start",
                "layers": list(event.layers),
                "parameters": event.parameters,
                "examples": dict(event.examples),
                "epochs": event.epochs,
                "steps_per_epoch": event.steps_per_epoch,
                "step": event.step,
            }
        case EpochEnded():
            return epoch_object(event)
        case Ended():
            return {
                "event": "end",
                "reason": event.reason,
                "epochs": event.epochs,
                "seconds": event.seconds,
                "best_epoch": event.best_epoch,
                **_measured(test=event.test),
                **({"detail": event.detail} if event.detail else {}),
                **({"cause": _cause_object(event.cause)} if event.cause else {}),
            }
        case Progressed():
            return None


def _cause_object(cause: Cause) -> dict[str, Any]:
    """What was the first to be no finite number."""
    described = asdict(cause)
    described["rows"] = list(cause.rows)
    described["layers"] = [
        {name: None if value is None else _number(value) for name, value in asdict(layer).items()}
        for layer in cause.layers
    ]
    if cause.growth is not None:
        described["growth"] = {name: _number(value) for name, value in asdict(cause.growth).items()}
    return described | {name: _number(described[name]) for name in ("learning_rate", "inputs")}


def epoch_object(event: EpochEnded) -> dict[str, Any]:
    """The object of an epoch; splits that were not measured are left out."""
    return {
        "event": "epoch",
        "epoch": event.epoch,
        "step": event.step,
        "learning_rate": _number(event.learning_rate),
        "seconds": event.seconds,
        "running": measures_object(event.running),
        **_measured(train=event.train, validation=event.validation),
        "best": event.best,
    }


def _measured(**splits: Measures | None) -> dict[str, dict[str, float | None]]:
    return {name: measures_object(measures) for name, measures in splits.items() if measures is not None}


def measures_object(measures: Measures) -> dict[str, float | None]:
    """Named figures as JSON has them: a number that is not finite is null, for JSON has no word for it."""
    return {name: _number(value) for name, value in measures.items()}


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
