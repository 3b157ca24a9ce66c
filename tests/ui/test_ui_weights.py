"""The screens of `inspect`, `diff` and `reproduce`, as they are kept in snapshots; never wider than the terminal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rich.cells import cell_len
from rich.text import Text
from weights_objects import (
    DIFFERENT,
    ELSEWHERE,
    FAILED,
    INSPECTED,
    NOTHING_CAME,
    PLAIN,
    REPRODUCED,
    RESUMED,
    RESUMED_WRONG,
    SAME,
    UNEXPLAINED,
)

from bpcli.ui.comparison import difference, reproduction, resumption
from bpcli.ui.inspection import inspection

Screen = Callable[[Any, int | None], list[Text]]

SCREENS: dict[str, tuple[Screen, dict[str, Any]]] = {
    "inspect_classes": (inspection, INSPECTED),
    "inspect_plain": (inspection, PLAIN),
    "diff_different": (difference, DIFFERENT),
    "diff_same": (difference, SAME),
    "reproduce_same": (reproduction, REPRODUCED),
    "reproduce_elsewhere": (reproduction, ELSEWHERE),
    "reproduce_failed": (reproduction, FAILED),
    "reproduce_unexplained": (reproduction, UNEXPLAINED),
    "reproduce_nothing": (reproduction, NOTHING_CAME),
    "reproduce_resumed": (resumption, RESUMED),
    "reproduce_resumed_wrong": (resumption, RESUMED_WRONG),
}


def shown(name: str, width: int | None) -> list[str]:
    screen, found = SCREENS[name]
    return [line.plain for line in screen(found, width)]


@pytest.mark.parametrize("width", [80, 200])
@pytest.mark.parametrize("name", SCREENS)
def test_the_screen_is_that_of_the_snapshot(name: str, width: int, snapshot: Callable[[str, str], None]) -> None:
    snapshot(f"{name}_{width}", "\n".join(shown(name, width)) + "\n")


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("name", SCREENS)
def test_no_line_is_wider_than_the_terminal(name: str, width: int) -> None:
    assert [line for line in shown(name, width) if cell_len(line) > width] == []


def test_off_a_terminal_nothing_is_cut() -> None:
    lines = "\n".join("\n".join(shown(name, None)) for name in SCREENS)
    assert "pixel_9, …" in lines
    assert '{"monitor": "validation.cost", "patience": 10}' in lines
    assert lines.count("…") == 3  # after ten names, and after the digest of each of two files
    assert "not reproduced: config 3, data 1, metrics 1, numerics 2, weights 4 of 5 blocks\n" in lines


def test_control_characters_are_made_harmless() -> None:
    evil = INSPECTED | {"weights": "a\x1b[2Jb", "inputs": ["x\ny"], "target": "\x07"}
    place = {"key": "\x1b[31m", "a": "one\ntwo", "b": ["\x1b"]}
    lines = [*inspection(evil), *difference(DIFFERENT | {"config": [place], "a": "\x1b"})]
    assert [line.plain for line in lines if not line.plain.isprintable()] == []
