"""A save that fails leaves the old files or the new, says why in a line, and nothing else: see failing_saves.py."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

needs_mounts = pytest.mark.skipif(
    subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True).returncode != 0
    if shutil.which("unshare")
    else True,
    reason="a disk of its own takes the right to mount",
)
needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="faults are injected by strace")


def campaign(*arguments: object) -> dict[str, Any]:
    command = [sys.executable, str(Path(__file__).with_name("failing_saves.py")), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@needs_strace
def test_a_fault_at_a_system_call_loses_nothing() -> None:
    told = campaign("strace", 11)
    assert told["faults"] == []
    assert told["tries"] == told["fired"] >= 40
    assert told["failed saves"] >= 20
    assert told["kills"] >= 6


@needs_strace
@pytest.mark.slow
def test_a_fault_at_any_system_call_loses_nothing() -> None:
    told = campaign("strace", 1)
    assert told["faults"] == []
    assert told["tries"] == told["fired"] >= 450
    assert told["failed saves"] >= 250
    assert told["kills"] >= 90


def test_a_write_that_stops_half_way_loses_nothing() -> None:
    told = campaign("limit", 400)
    assert told["faults"] == []
    assert told["failed saves"] >= 10  # where the limit is below the size of the files
    assert told["tries"] > told["failed saves"]  # and where it is above


@needs_mounts
def test_a_disk_that_fills_up_loses_nothing() -> None:
    told = campaign("disk", 1)
    assert told["faults"] == []
    assert told["tries"] == 24
    assert 4 <= told["failed saves"] < 24  # where there is less room than the files take


@pytest.mark.parametrize(("kind", "every"), [("limit", 1500), pytest.param("disk", 1, marks=needs_mounts)])
def test_writing_straight_into_the_file_does_lose(kind: str, every: int) -> None:
    assert any(fault.startswith("unreadable") for fault in campaign(kind, every, "--naive")["faults"])
