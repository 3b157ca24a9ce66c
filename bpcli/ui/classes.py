"""The names of classes where there is little room: short ones as they are, long ones numbered and cut in the middle."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from bpcli.ui.columns import cut_middle
from bpcli.ui.console import printable

SHORT = 12  # cells: the longest name that can stand over a column


def are_short(names: Sequence[str]) -> bool:
    """Whether each of them can stand over a column as it is."""
    return all(cell_len(printable(name)) <= SHORT for name in names)


def labels(names: Sequence[str], width: int | None) -> list[str]:
    """How the classes are called at the start of a row, all different: long names have their number before them."""
    shown = [printable(name) for name in names]
    if are_short(names):
        return shown
    digits, room = len(str(len(names))), None if width is None else max(width // 3, SHORT)
    return [
        f"{number:>{digits}} {name if room is None else cut_middle(name, room)}" for number, name in enumerate(shown, 1)
    ]


def headers(names: Sequence[str]) -> list[str]:
    """How they are called over columns: by name, or by number where the rows give the names to it."""
    if are_short(names):
        return labels(names, None)
    return [str(number) for number in range(1, len(names) + 1)]
