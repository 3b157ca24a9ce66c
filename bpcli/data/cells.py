"""How one cell of a table is read: as a number, as text, or as missing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

MISSING = frozenset({"", "na", "n/a", "nan", "null", "?"})
"""What a missing cell may hold, in small letters."""


def is_missing(cell: str) -> bool:
    return cell.strip().lower() in MISSING


def as_number(cell: str) -> float | None:
    """The number in a cell, NaN when the cell is missing, None when it holds something else."""
    try:
        # float() reads 1_000, which is more likely a name than a number
        return None if "_" in cell else float(cell)
    except ValueError:
        return math.nan if is_missing(cell) else None


def as_numbers(cells: Sequence[str]) -> list[float | None]:
    """`as_number` of each cell, quicker where all are numbers."""
    try:
        if "_" not in "".join(cells):
            return list(map(float, cells))
    except ValueError:
        pass
    return list(map(as_number, cells))


def as_text(value: float) -> str | None:
    """A number as the name of a class: 3.0 is "3"; None when it is missing (NaN)."""
    if math.isnan(value):
        return None
    return str(int(value)) if value.is_integer() else repr(value)


def in_order(values: Iterable[str]) -> tuple[str, ...]:
    """Distinct values sorted as numbers when all of them are, otherwise as text."""
    distinct = sorted(set(values))
    numbers = {value: as_number(value) for value in distinct}
    if None in numbers.values():
        return tuple(distinct)
    return tuple(sorted(distinct, key=lambda value: numbers[value] or 0.0))


def listed(names: Iterable[str], most: int = 12) -> str:
    """Names for a message, cut when there are many."""
    all_names = list(names)
    rest = f", ... {len(all_names)} in all" if len(all_names) > most else ""
    return ", ".join(all_names[:most]) + rest


def counted(number: int, what: str) -> str:
    """So many of something, as `1 row` and `1,258 rows`."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
