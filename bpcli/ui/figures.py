"""Numbers as people read them: four to six digits, in a form that lines up in a column."""

from __future__ import annotations

from math import floor, isfinite, isnan, log10

FRACTIONS = (  # known to lie near 0 to 1, so four decimals say it all
    "accuracy",
    "balanced_accuracy",
    "precision",
    "recall",
    "f1",
    "macro_f1",
    "roc_auc",
    "average_precision",
    "top_2",
    "top_3",
    "top_5",
    "r2",
    "explained_variance",
)


def places_for(value: float) -> int:
    """The decimals with which five digits of a figure of this size show; nine at most."""
    if value == 0 or not isfinite(value):
        return 4
    return min(max(4 - floor(log10(abs(value))), 0), 9)


def figure(value: float | None, places: int | None = None) -> str:
    """`value` with `places` decimals, or with five digits of its own where those were too few or too many.

    Powers of ten are for the very small and the very large; a value that was not measured is a dash.
    """
    if value is None:
        return "-"
    if value != 0 and not 1e-4 <= abs(value) < 1e7:
        return f"{value:.3e}"
    if places is None or (value != 0 and not 10 ** (2 - places) <= abs(value) < 10 ** (7 - places)):
        places = places_for(value)
    return f"{value:.{places}f}"


def measure(name: str, value: float | None, places: int | None = None) -> str:
    """The figure called `name`; a fraction such as accuracy always has four decimals, and a dash where not defined."""
    if name not in FRACTIONS or value is None:
        return figure(value, places)
    if isnan(value):
        return "-"
    return f"{value:.4f}" if abs(value) < 1e4 else figure(value, places)


def error(value: float | None) -> str:
    """A rounding error: only its size matters."""
    return "-" if value is None else f"{value:.1e}"


def duration(seconds: float) -> str:
    """A length of time in the two units that matter, e.g. `3.21 s`, `4 min 07 s`, `2 h 15 min`."""
    if seconds < 59.95:
        return f"{seconds:.3g} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def brief(seconds: float) -> str:
    """A length of time of any order, in two digits: `42 µs`, `1.7 ms`, `2.5 s`, `4 min 10 s`."""
    rounded = float(f"{seconds:.2g}")
    if rounded >= 1:
        return duration(rounded)
    return f"{rounded * 1e3:g} ms" if rounded >= 1e-3 else f"{rounded * 1e6:g} µs"


def size(count: int) -> str:
    """An amount of memory in bytes, as `512 B`, `82 kB`, `1.6 MB`."""
    amount, units = float(count), iter(("B", "kB", "MB", "GB", "TB"))
    unit = next(units)
    while amount >= 999.5:
        amount, unit = amount / 1000, next(units)
    return f"{amount:.0f} {unit}" if amount >= 9.95 or unit == "B" else f"{amount:.1f} {unit}"
