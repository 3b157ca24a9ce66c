"""A preparation on its way through JSON: what comes back, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from sample_preparations import DIVIDED, PREPARATION

from bpcli.data.preparation import Columns, Preparation
from bpcli.data.stored import preparation_as_json, preparation_from_json


@pytest.mark.parametrize(
    "preparation",
    [
        PREPARATION,
        DIVIDED,
        replace(PREPARATION, missing="mean", fill=(0.1, 1 / 3, 2 / 3)),
        replace(PREPARATION, columns=Columns(("x", "t"), ("y", "z"), "w"), task="numbers", classes=()),
    ],
)
def test_json_gives_an_equal_preparation_back(preparation: Preparation) -> None:
    text = json.dumps(preparation_as_json(preparation), allow_nan=False)
    assert preparation_from_json(json.loads(text)) == preparation


def test_equal_numbers_are_stored_once() -> None:
    assert preparation_as_json(DIVIDED)["divisor"] == 255.0


@pytest.mark.parametrize(
    "changed",
    [
        {"features": "xt"},
        {"features": []},
        {"features": ["x"]},
        {"target": [1]},
        {"weight": 3},
        {"categories": {"z": ["a"]}},
        {"categories": None},
        {"missing": "guess"},
        {"fill": [1.0, 2.0, 3.0]},
        {"shift": [1.0, 2.0]},
        {"shift": [1.0, 2.0, "3"]},
        {"shift": float("nan")},
        {"divisor": [1.0, 2.0, 0.0]},
        {"divisor": True},
        {"task": "guess"},
        {"task": "numbers"},
        {"classes": ["a"]},
        {"one_output": 1},
        {"more": 1},
    ],
)
def test_odd_json_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="the stored preparation of the data is not sound"):
        preparation_from_json(preparation_as_json(PREPARATION) | changed)


def test_a_missing_key_is_refused() -> None:
    for key in preparation_as_json(PREPARATION):
        stored = preparation_as_json(PREPARATION)
        del stored[key]
        with pytest.raises(ValueError):
            preparation_from_json(stored)
