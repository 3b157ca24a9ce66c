"""No kill loses what was saved: see kills.py, which also shows how a naive way of saving does."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


def campaign(*arguments: object) -> dict[str, Any]:
    command = [sys.executable, str(Path(__file__).with_name("kills.py")), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def assert_nothing_is_lost(told: dict[str, Any], kills: int) -> None:
    assert told["kills"] == kills
    assert told["within a save"] >= kills / 10  # an unfinished file was left by as many
    assert told["finished"] > 0
    faults = {name: told[name] for name in ("failed", "unreadable", "older than acknowledged", "other bytes")}
    assert faults == dict.fromkeys(faults, 0)


def test_a_hundred_kills_lose_nothing() -> None:
    assert_nothing_is_lost(campaign(100), 100)


def test_saving_naively_loses_checkpoints() -> None:
    assert campaign(30, 0, "--naive")["unreadable"] > 0


@pytest.mark.slow
def test_ten_thousand_kills_lose_nothing() -> None:
    assert_nothing_is_lost(campaign(10_000, 1), 10_000)
