"""The last lines of a training run: how it ended, what it reached, where it lies, what to type next."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.text import Text

from bpcli.data.cells import counted
from bpcli.errors import printable
from bpcli.training.events import Ended, Measures
from bpcli.ui.figures import duration, measure

LABEL = len("expect")  # cells of the words at the start of the lines, where none is longer
REASONS = {
    "epochs": ("done", "green"),
    "early_stopping": ("stopped early", "green"),
    "interrupted": ("interrupted", "yellow"),
    "diverged": ("diverged", "bold red"),
}
VERDICTS = {True: ("ok", "green"), False: ("MISSED", "bold red"), None: ("not judged", "yellow")}


def closing(
    ended: Ended, validation: Measures, run: Path, weights: Path | None, expect: Sequence[Mapping[str, Any]] = ()
) -> list[Text]:
    """What to print below the epochs; `weights` is None when no file of them was written.

    `validation` are the figures of those weights, none where there were no rows to choose them by.
    """
    word, style = REASONS[ended.reason]
    detail = f": {printable(ended.detail)}" if ended.detail else ""
    splits = {"validation": validation, "test": ended.test}
    wide = max([LABEL, *(len(split) for split, measures in splits.items() if measures)])
    lines = [
        Text(),
        Text.assemble((word, style), f" after {counted(ended.epochs, 'epoch')}, {duration(ended.seconds)}{detail}"),
    ]
    if ended.best_epoch is not None:
        lines.append(said("best", f"epoch {ended.best_epoch}", wide))
    lines += _figures(splits, wide)
    lines += verdicts("expect", expect, wide)
    lines.append(said("run", printable(str(run)), wide))
    if ended.reason == "interrupted":
        lines.append(said("next", f"bpcli train --resume {shlex.quote(str(run))}", wide, "bold"))
    elif weights is not None:
        lines.append(said("next", f"bpcli eval {shlex.quote(str(weights))}", wide, "bold"))
    return lines


def verdicts(label: str, checks: Sequence[Mapping[str, Any]], wide: int = LABEL) -> list[Text]:
    """A line for each condition on a measure: `metric`, `condition`, `value` and `met` (None: not measured, open)."""
    demands = [f"{check['metric']} {check['condition']}" for check in checks]
    found = [measure(str(check["metric"]).rpartition(".")[2], check["value"]) for check in checks]
    cells, cells_found = (max(map(len, words), default=0) for words in (demands, found))
    lines = []
    for check, demand, value in zip(checks, demands, found):
        verdict = VERDICTS[check["met"]]
        lines.append(said(label, f"{demand:{cells}}  found {value:{cells_found}}  ", wide).append(*verdict))
    return lines


def said(label: str, words: str, wide: int = LABEL, style: str = "") -> Text:
    """A line that starts with what it is about; all of them together make two columns."""
    return Text.assemble((f"{label:{wide}}", "dim"), "  ", (words, style), no_wrap=label in ("run", "next"))


def _figures(splits: Mapping[str, Measures | None], wide: int) -> list[Text]:
    """A line for each split that was measured, the same figures one below the other."""
    rows = {
        split: {name: f"{name} {measure(name, value)}" for name, value in measures.items()}
        for split, measures in splits.items()
        if measures
    }
    cells = {name: max(len(row.get(name, "")) for row in rows.values()) for row in rows.values() for name in row}
    return [
        said(split, "  ".join(f"{text:{cells[name]}}" for name, text in row.items()).rstrip(), wide)
        for split, row in rows.items()
    ]
