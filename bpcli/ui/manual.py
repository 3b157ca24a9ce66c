"""Text to learn from: a page of help, and terms beside what they mean, wrapped to the width of the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.text import Text

from bpcli.ui.wrapping import WIDEST, said

INDENT = 2
GAP = 2

Rows = Sequence[tuple[str, ...]]
"""A term, what it means, and what else there is to say of it."""


def page(
    usage: str, summary: str, sections: Mapping[str, Rows], examples: Sequence[str], width: int | None
) -> list[Text]:
    """The help of a command: how it is called, what it does, what it takes, how that looks."""
    lines = [Text.assemble(("Usage: ", "bold"), usage), Text(), *prose(summary, width)]
    terms = [rows for rows in sections.values() if rows]
    beside = term_width([row for rows in terms for row in rows], width)
    for title, rows in sections.items():
        if rows:
            lines += [Text(), Text(title, "bold"), *definitions(rows, width, beside)]
    if examples:
        title = "Example" if len(examples) == 1 else "Examples"
        lines += [Text(), Text(title, "bold"), *(Text(" " * INDENT + one, "green", no_wrap=True) for one in examples)]
    return lines


def prose(text: str, width: int | None) -> list[Text]:
    """A paragraph."""
    return said("", text, width)


def term_width(rows: Rows, width: int | None) -> int:
    """The cells that terms need; longer ones than this stand on a line of their own."""
    most = max(12, (min(width, WIDEST) if width else WIDEST) // 3)
    return max((len(row[0]) for row in rows if len(row[0]) <= most), default=most)


def definitions(rows: Rows, width: int | None, beside: int | None = None) -> list[Text]:
    """Terms in a column of `beside` cells, each with its meaning beside it, or below where the term is too long."""
    beside = term_width(rows, width) if beside is None else beside
    start = INDENT + beside + GAP
    narrow = width is not None and width - start < 20
    if narrow:
        start = 3 * INDENT
    lines = []
    for term, meaning, *more in rows:
        label = " " * INDENT + term
        if meaning and not narrow and len(term) <= beside:
            lines += said(label.ljust(start), meaning, width, label_style="cyan")
        else:
            lines.append(Text(label, "cyan"))
            lines += said(" " * start, meaning, width) if meaning else []
        lines += [line for one in more for line in said(" " * start, one, width, "dim")]
    return lines
