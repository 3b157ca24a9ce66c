from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from made_up import events

from bpcli.training.events import Event

SNAPSHOTS = Path(__file__).parent / "snapshots"


@pytest.fixture
def run() -> Callable[..., list[Event]]:
    return events


@pytest.fixture
def snapshot() -> Callable[[str, str], None]:
    """Compares a screen with the file that keeps it; `BPCLI_SNAPSHOTS=write python -m pytest tests/ui` writes it."""

    def compare(name: str, screen: str) -> None:
        file = SNAPSHOTS / f"{name}.txt"
        if os.environ.get("BPCLI_SNAPSHOTS") == "write":
            file.parent.mkdir(exist_ok=True)
            file.write_text(screen, encoding="utf-8")
        assert screen == file.read_text(encoding="utf-8")

    return compare
