"""The last lines of a training run: how it ended, what it reached, where it lies, what to type next."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.text import Text

from bpcli.training.events import Ended, EpochEnded, Measures
from bpcli.ui.console import printable
from bpcli.ui.figures import duration, measure

LABEL = len("validation")
REASONS = {
    "epochs": ("done", "green"),
    "early_stopping": ("stopped early", "green"),
    "interrupted": ("interrupted", "yellow"),
    "diverged": ("diverged", "bold red"),
}


def closing(
    ended: Ended, best: EpochEnded | None, run: Path, weights: Path | None, expect: Sequence[Mapping[str, Any]] = ()
) -> list[Text]:
    """What to print below the epochs; `weights` is None when no file of them was written.

    `best` is the epoch of those weights, where there were validation rows to choose it by.
    """
    word, style = REASONS[ended.reason]
    epochs = "1 epoch" if ended.epochs == 1 else f"{ended.epochs:,} epochs"
    detail = f": {printable(ended.detail)}" if ended.detail else ""
    lines = [Text(), Text.assemble((word, style), f" after {epochs}, {duration(ended.seconds)}{detail}")]
    if ended.best_epoch is not None:
        lines.append(said("best", f"epoch {ended.best_epoch}"))
    lines += _figures({"validation": best.validation if best else None, "test": ended.test})
    lines += verdicts("expect", expect)
    lines.append(said("run", printable(str(run))))
    if weights is not None:
        lines.append(said("next", f"bpcli eval {shlex.quote(str(weights))}", "bold"))
    return lines


def verdicts(label: str, checks: Sequence[Mapping[str, Any]]) -> list[Text]:
    """A line for each condition on a measure: `metric`, `condition`, `value` (None: not measured), `met`."""
    demands = [f"{check['metric']} {check['condition']}" for check in checks]
    found = [measure(str(check["metric"]).rpartition(".")[2], check["value"]) for check in checks]
    wide, wide_found = (max(map(len, words), default=0) for words in (demands, found))
    lines = []
    for check, demand, value in zip(checks, demands, found):
        verdict = ("ok", "green") if check["met"] else ("MISSED", "bold red")
        lines.append(said(label, f"{demand:{wide}}  found {value:{wide_found}}  ").append(*verdict))
    return lines


def said(label: str, words: str, style: str = "") -> Text:
    """A line that starts with what it is about; all of them together make two columns."""
    return Text.assemble((f"{label:{LABEL}}", "dim"), "  ", (words, style))


def _figures(splits: Mapping[str, Measures | None]) -> list[Text]:
    """A line for each split that was measured, the same figures one below the other."""
    rows = {split: measures for split, measures in splits.items() if measures}
    written = {
        split: {name: f"{name} {measure(name, value)}" for name, value in measures.items()}
        for split, measures in rows.items()
    }
    wide = {name: max(len(row.get(name, "")) for row in written.values()) for row in written.values() for name in row}
    return [
        said(split, "  ".join(f"{text:{wide[k]}}" for k, text in row.items()).rstrip())
        for split, row in written.items()
    ]
