"""What is said beside a table: lines with a label, and a thin frame around all of it on a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.text import Text

from bpcli.ui.columns import GAP
from bpcli.ui.wrapping import said

NARROW = 60  # cells; below, a frame takes more room than it is worth


def facts(known: Mapping[str, str], width: int | None = None) -> list[Text]:
    """Each fact behind its label, in two columns; wrapped in `width` cells, and in one line each without it."""
    wide = max(map(len, known))
    lines = []
    for label, words in known.items():
        lines += said(label.ljust(wide) + GAP, words, width)
    return lines


def inside(width: int | None) -> int | None:
    """The cells that `framed` leaves for the lines of a terminal of this width."""
    return None if width is None else width - 4 if width >= NARROW else width


def framed(lines: Sequence[Text], width: int | None) -> list[Text]:
    """`lines` in a frame as wide as they are; as they stand off a terminal (None) and on a narrow one."""
    if width is None or width < NARROW:
        return list(lines)
    cells = min(max(line.cell_len for line in lines), width - 4)
    framed = [Text(f"╭{'─' * (cells + 2)}╮", style="dim")]
    for line in lines:
        line.truncate(cells, overflow="ellipsis", pad=True)
        framed.append(Text.assemble(("│ ", "dim"), line, (" │", "dim")))
    return [*framed, Text(f"╰{'─' * (cells + 2)}╯", style="dim")]
