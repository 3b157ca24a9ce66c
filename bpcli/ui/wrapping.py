"""Sentences in as many lines as they need, counted in the cells of a terminal."""

from __future__ import annotations

from rich.cells import cell_len, chop_cells
from rich.text import Text

WIDEST = 100  # cells; the eye loses its way in longer lines of words
LEAST = 8  # cells; a narrower column would hold no word


def said(label: str, words: str, width: int | None, style: str = "", label_style: str = "dim") -> list[Text]:
    """Words behind a label, which may be empty: each line as far in as the first; one line when `width` is None."""
    before = cell_len(label)
    lines = wrapped(words, None if width is None else min(width, WIDEST) - before)
    labels = [label, *[" " * before] * (len(lines) - 1)]
    return [Text.assemble((start, label_style), (line, style)) for start, line in zip(labels, lines)]


def wrapped(words: str, room: int | None) -> list[str]:
    """Lines of at most `room` cells; a word that is longer is broken where it must be."""
    if room is None:
        return [words]
    room = max(room, LEAST)
    lines = [""]
    for piece in (piece for word in words.split(" ") for piece in chop_cells(word, room)):
        if not lines[-1] or cell_len(lines[-1]) + 1 + cell_len(piece) <= room:
            lines[-1] = f"{lines[-1]} {piece}".lstrip()
        else:
            lines.append(piece)
    return lines
