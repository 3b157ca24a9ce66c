"""The screen of `check`, as it is kept in snapshots; `python tests/ui/test_ui_check.py` writes them anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rich.cells import cell_len

from bpcli.explain.hazards import HAZARDS
from bpcli.ui.check import check

SOUND: dict[str, Any] = {
    "config": "configs/digits.yaml",
    "layers": [64, 128, 10],
    "activations": ["relu", "softmax"],
    "cost": "cross_entropy",
    "target": "class, 10 classes",
    "examples": {"train": 1258, "validation": 180, "test": 359},
    "parameters": 9610,
    "task": "classes",
    "classes": [str(digit) for digit in range(10)],
    "taken": {"target": "config", "task": "output and cost", "output": "config", "cost": "config", "scale": "data"},
    "sources": {
        "train": {"file": "datasets/digits.csv.gz", "rows": None},
        "validation": {"fraction": 0.1},
        "test": {"fraction": 0.2},
    },
    "scale": "standard",
    "batch_size": 32,
    "steps_per_epoch": 40,
    "epochs": 40,
    "steps": 1600,
    "optimizer": {"name": "sgd", "momentum": 0.9, "nesterov": True},
    "learning_rate": 0.1,
    "schedule": {"name": "cosine", "final": 0.0, "warmup": 1},
    "early_stopping": False,
    "memory": {"parameters": 76880, "optimizer": 77688, "workspace": 860544, "data": 546288, "total": 1561400},
    "seconds": {"step": 5.5e-5, "measuring": 1.6e-4, "closing": 3e-4, "total": 0.0947, "steps_timed": 200},
    "looked_for": list(HAZARDS),
    "hazards": [],
}

HAZARDOUS: dict[str, Any] = SOUND | {
    "config": "configs/experiments/wide_table_of_last_year.yaml",
    "target": "price, numbers",
    "task": "numbers",
    "classes": [],
    "taken": {"target": "data", "task": "data", "output": "data", "cost": "data", "scale": "config"},
    "examples": {"train": 1, "validation": 2_000_000},
    "sources": {
        "train": {"file": "a/long/way/down/prices_of_all_houses_sold_in_the_north_and_the_south.csv", "rows": "0:1"},
        "validation": {"fold": "1/5"},
    },
    "scale": {"divide": 255.0},
    "batch_size": 1,
    "steps_per_epoch": 1,
    "epochs": 1,
    "steps": 1,
    "optimizer": {"name": "adam", "beta1": 0.9, "beta2": 0.99, "epsilon": 1e-8},
    "schedule": {"name": "constant", "warmup": 0},
    "early_stopping": True,
    "seconds": {"step": 2.25, "measuring": 61.5, "closing": 0.0, "total": 8104.0, "steps_timed": 1},
    "hazards": [
        {
            "name": "duplicates",
            "place": "configs/experiments/wide_table_of_last_year.yaml:9:3",
            "where": "data.test",
            "value": 0.1,
            "condition": "<= 0.01",
            "meaning": "5 of the 50 test rows have exactly the inputs of a training row, 2 of them with another "
            "target: they measure memory, and new data will do worse",
            "advice": "take repeated rows out of the file before it is split",
        },
        {
            "name": "rising_cost",
            "place": "--set learning_rate",
            "where": "learning_rate",
            "value": None,
            "condition": "<= 1.5",
            "meaning": "tried out, the cost is inf in step 3 (epoch 1, learning rate 10): training diverges",
            "advice": "try learning_rate: 1",
        },
    ],
}  # fmt: skip

SCREENS = {"check_sound": SOUND, "check_hazards": HAZARDOUS}


def shown(name: str, width: int | None) -> list[str]:
    return [line.plain for line in check(SCREENS[name], width)]


@pytest.mark.parametrize("width", [80, 200])
@pytest.mark.parametrize("name", SCREENS)
def test_the_screen_is_that_of_the_snapshot(name: str, width: int, snapshot: Callable[[str, str], None]) -> None:
    snapshot(f"{name}_{width}", "\n".join(shown(name, width)) + "\n")


@pytest.mark.parametrize("width", [50, 80, 200])
@pytest.mark.parametrize("name", SCREENS)
def test_no_line_is_wider_than_the_terminal(name: str, width: int) -> None:
    assert [line for line in shown(name, width) if cell_len(line) > width] == []


@pytest.mark.parametrize("name", SCREENS)
def test_off_a_terminal_every_sentence_is_one_line(name: str) -> None:
    lines = shown(name, None)
    assert [hazard["meaning"] for hazard in SCREENS[name]["hazards"] if f"  {hazard['meaning']}" not in lines] == []
    assert [line for line in lines if line != line.rstrip()] == []


def test_a_hazard_catches_the_eye_and_none_is_pleasant() -> None:
    loud = [line for line in check(HAZARDOUS) if "yellow" in str(line.spans) + str(line.style)]
    assert [line.plain[:9] for line in loud] == ["2 hazards", "! configs", "! --set l"]
    (last,) = [line for line in check(SOUND) if "hazards" in line.plain]
    assert (last.plain, last.spans[0].style) == ("0 hazards  none of the 16 that are looked for", "bold green")


def test_words_of_two_cells_wrap_by_cells() -> None:
    wide = SOUND | {"classes": ["漢字" * 9, "漢字" * 30]}
    assert [line.plain for line in check(wide, 60) if line.cell_len > 60] == []


def test_control_characters_are_made_harmless() -> None:
    evil = HAZARDOUS | {"config": "a\x1b[2Jb", "target": "\x07", "classes": ["x\ny"]}
    evil["hazards"] = [hazard | {"meaning": "column '\x1b'"} for hazard in evil["hazards"]]
    assert [line.plain for line in check(evil) if not line.plain.isprintable()] == []
