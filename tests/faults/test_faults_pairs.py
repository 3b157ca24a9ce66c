"""Two trainings never share a directory, however close they start: see pairs.py."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


def campaign(*arguments: object) -> dict[str, Any]:
    command = [sys.executable, str(Path(__file__).with_name("pairs.py")), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_of_each_pair_one_loses_and_names_the_other() -> None:
    assert campaign(10)["faults"] == []


@pytest.mark.slow
def test_of_each_of_many_pairs_one_loses() -> None:
    assert campaign(50)["faults"] == []


def test_without_the_lock_both_go_on() -> None:
    assert "both went on" in campaign(4, "--naive")["faults"]
