"""Small drawings in one line of text: a bar for a share, and how far a run has come."""

from __future__ import annotations

from rich.text import Text

EIGHTHS = "▏▎▍▌▋▊▉█"
LEVELS = "▁▂▃▄▅▆▇█"


def bar(share: float, cells: int) -> str:
    """A bar over `share` (0 to 1) of `cells`, to the eighth of a cell; never nothing for a share that is something."""
    eighths = round(max(0.0, min(share, 1.0)) * cells * 8)
    if share > 0:
        eighths = max(1, eighths)
    full, rest = divmod(eighths, 8)
    return "█" * full + (EIGHTHS[rest - 1] if rest else "")


def progress(share: float, cells: int) -> Text:
    """A heavy line over what is done, a thin one over what is not."""
    full = round(max(0.0, min(share, 1.0)) * cells)
    return Text.assemble(("━" * full, "green"), ("─" * (cells - full), "dim"))
