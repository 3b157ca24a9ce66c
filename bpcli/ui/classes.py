"""The names of classes where there is little room: short ones as they are, long ones numbered and cut in the middle."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from bpcli.errors import printable
from bpcli.ui.columns import cut_middle

SHORT = 12  # cells: the longest name that can stand over a column


def are_short(names: Sequence[str]) -> bool:
    """Whether each of them can stand over a column as it is."""
    return all(cell_len(printable(name)) <= SHORT for name in names)


def labels(names: Sequence[str], width: int | None) -> list[str]:
    """How the classes are called at the start of a row: long names on a terminal with their number before them."""
    if width is None or are_short(names):
        return [printable(name) for name in names]
    return numbered(names, width)


def numbered(names: Sequence[str], width: int | None) -> list[str]:
    """Each name behind its number, counted from 0; cut to a third of a terminal, which leaves room for figures."""
    digits, room = len(str(len(names) - 1)), None if width is None else max(width // 3, SHORT)
    shown = [printable(name) for name in names]
    cut = shown if room is None else [cut_middle(name, room) for name in shown]
    return [f"{number:>{digits}} {name}" for number, name in enumerate(cut)]
