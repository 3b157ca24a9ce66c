"""Tables made of aligned lines: the same lines with colour on a terminal and without it in a file.

Lines never wrap. Where a terminal is too narrow, whole columns go, the least important ones first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rich.cells import cell_len, set_cell_size
from rich.text import Text

GAP = "  "


@dataclass(frozen=True)
class Column:
    """The place of one figure or word in every row."""

    title: str  # may have two lines
    width: int = 0  # in character cells
    left: bool = False  # words stand left, figures right
    middle: bool = False  # words are cut in the middle: many names differ in the end alone
    rank: int = 0  # on a narrow terminal the highest rank goes first, as a whole; 0 always stays
    style: str = ""

    def pad(self, cell: str) -> str:
        """`cell`, exactly as wide as the column; figures are never cut, words are."""
        if self.left:
            cell = (cut_middle if self.middle else cut)(cell, self.width)
        blank = " " * (self.width - cell_len(cell))
        return cell + blank if self.left else blank + cell


def fitting(columns: Sequence[Column], width: int | None) -> list[int]:
    """The indices of the columns that fit into `width` cells; all of them when it is None."""
    kept = list(range(len(columns)))
    while width is not None and total([columns[i] for i in kept]) > width:
        least = max(columns[i].rank for i in kept)
        if least == 0:
            break
        kept = [i for i in kept if columns[i].rank < least]
    return kept


def total(columns: Sequence[Column]) -> int:
    """The cells that a row of these columns takes."""
    return sum(column.width + len(GAP) for column in columns) - len(GAP)


def line(columns: Sequence[Column], cells: Sequence[str]) -> str:
    """One row: each cell in its column."""
    return GAP.join(column.pad(cell) for column, cell in zip(columns, cells)).rstrip()


def heading(columns: Sequence[Column]) -> list[str]:
    """The titles, standing on one base line."""
    titles = [column.title.split("\n") for column in columns]
    height = max(map(len, titles))
    stacked = [[""] * (height - len(title)) + title for title in titles]
    return [line(columns, level) for level in zip(*stacked)]


def table(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int | None = None, marked: str = ""
) -> list[Text]:
    """Heading and rows, each column as wide as its widest cell; rows that end in `marked` are red."""
    wide = [
        replace(column, width=max(map(cell_len, (*column.title.split("\n"), *(row[i] for row in rows)))))
        for i, column in enumerate(columns)
    ]
    kept = fitting(wide, width)
    shown = _narrowed([wide[i] for i in kept], width)
    lines = [Text(text, style="bold") for text in heading(shown)]
    for row in rows:
        bad = bool(marked) and row[-1] == marked
        parts = [(c.pad(row[i]) + GAP, "bold red" if bad else c.style) for i, c in zip(kept, shown)]
        text = Text.assemble(*parts)
        text.rstrip()
        lines.append(text)
    return lines


def _narrowed(columns: list[Column], width: int | None) -> list[Column]:
    """Words give way, the longest first, when leaving out columns was not enough."""
    while width is not None and total(columns) > width:
        widest = max(range(len(columns)), key=lambda i: columns[i].width if columns[i].left else 0)
        if columns[widest].width <= 4 or not columns[widest].left:
            break
        columns[widest] = replace(columns[widest], width=columns[widest].width - 1)
    return columns


def cut(words: str, width: int) -> str:
    """`words`, or as much of them as fits into `width` cells, ending in an ellipsis."""
    return words if cell_len(words) <= width else set_cell_size(words, width - 1) + "…"


def cut_middle(words: str, width: int) -> str:
    """`words`, or their beginning and their end, in `width` cells."""
    if cell_len(words) <= width:
        return words
    tail = words
    while cell_len(tail) > (width - 1) // 2 or (tail and cell_len(tail[0]) == 0):  # no accent without its letter
        tail = tail[1:]
    return set_cell_size(words, width - 1 - cell_len(tail)).rstrip() + "…" + tail
