"""The confusion matrix as a shaded grid, or its worst pairs where there is no room for it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text

from bpcli.ui.classes import are_short, labels, numbered
from bpcli.ui.columns import Column, cut, table

PAIRS = 10  # named where the whole matrix is too wide to read
SHARES = (0.05, 0.2, 0.5, 0.8)  # of the true class's examples: where one shade gives way to the next
# both colours of a shade are set, so that it can be read on any background
RIGHT = (
    "green",
    "color(16) on color(108)",
    "color(16) on color(71)",
    "color(231) on color(28)",
    "color(231) on color(22)",
)
WRONG = (
    "red",
    "color(16) on color(181)",
    "color(16) on color(174)",
    "color(16) on color(167)",
    "color(231) on color(124)",
)


def confusion(counts: Sequence[Sequence[int]], classes: Sequence[str], width: int | None = None) -> list[Text]:
    """True classes down, predicted ones across, each count shaded by its share of the row.

    Names that are too long to stand over their columns stand beside a number at the rows.
    """
    numbers, names = [str(number) for number in range(len(classes))], labels(classes, width)
    lines = _grid(counts, names, names, width) if are_short(classes) else None
    title = "confusion: true classes down, predicted ones across"
    if lines is None:
        lines = _grid(counts, numbered(classes, width), numbers, width)
        title = "confusion: true classes down, predicted across by number"
    if lines is None:
        return _pairs(counts, names, width)
    return [Text(title if width is None else cut(title, width), style="dim"), *lines]


def _grid(
    counts: Sequence[Sequence[int]], names: Sequence[str], over: Sequence[str], width: int | None
) -> list[Text] | None:
    """Heading and rows, with these names at the rows and over the columns; None where they do not fit."""
    digits = len(str(max(map(max, counts))))
    columns = [Column("", max(digits, cell_len(name))) for name in over]
    layout = _layout([column.width for column in columns], max(map(cell_len, names)), width)
    if layout is None:
        return None
    label, gap = layout
    first, blank = Column("", label, left=True), " " * gap
    heading = ["true" if label >= len("true") else "", *over]
    lines = [Text((" " + blank).join(c.pad(word) for c, word in zip([first, *columns], heading)), style="bold")]
    for i, (name, row) in enumerate(zip(names, counts)):
        line = Text(first.pad(name) + blank)
        for j, (column, count) in enumerate(zip(columns, row)):
            line.append(f" {column.pad(str(count) if count else '.')}{blank}", _shade(count, sum(row), i == j))
        if width is None:  # on a terminal the last cell has its shade to the end
            line.rstrip()
        lines.append(line)
    return lines


def _layout(cells: Sequence[int], names: int, width: int | None) -> tuple[int, int] | None:
    """The cells for the names of the rows and after each count, as airy as there is room for; None without room."""
    titled = max(names, len("true"))
    for label, gap in ((titled, 1), (titled, 0), (names, 0)):
        if width is None or label + gap + sum(cells) + (1 + gap) * len(cells) <= width:
            return label, gap
    return None


def _shade(count: int, of: int, right: bool) -> str:
    if count == 0:
        return "dim"
    style = (RIGHT if right else WRONG)[bisect_left(SHARES, count / of)]
    return f"bold {style}" if right else style


def _pairs(counts: Sequence[Sequence[int]], names: Sequence[str], width: int | None) -> list[Text]:
    """The pairs most often confused."""
    pairs = [
        (count, true, guessed)
        for true, row in enumerate(counts)
        for guessed, count in enumerate(row)
        if true != guessed and count
    ]
    columns = [
        Column("true", left=True, middle=True),
        Column("predicted", left=True, middle=True),
        Column("examples"),
        Column("of the true", rank=1),
    ]
    worst = sorted(pairs, key=lambda pair: -pair[0])[:PAIRS]
    if not worst:
        return [Text("no class was taken for another", style="green")]
    rows = [
        (names[true], names[guessed], str(count), f"{count / sum(counts[true]):.1%}") for count, true, guessed in worst
    ]
    more = f", {len(worst)} of {len(pairs)} pairs" if len(pairs) > len(worst) else ""
    return [Text(f"most often confused{more}", style="dim"), *table(columns, rows, width)]
