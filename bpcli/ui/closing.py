"""The last lines of a training run: how it ended, what it reached, where it lies, what to type next."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.text import Text

from bpcli.training.events import Ended
from bpcli.ui.console import printable
from bpcli.ui.figures import duration, measure

REASONS = {
    "epochs": ("done", "green"),
    "early_stopping": ("stopped early", "green"),
    "interrupted": ("interrupted", "yellow"),
    "diverged": ("diverged", "bold red"),
}


def closing(ended: Ended, run: Path, weights: Path | None, expect: Sequence[Mapping[str, Any]] = ()) -> list[Text]:
    """What to print below the epochs; `weights` is None when no file of them was written."""
    word, style = REASONS[ended.reason]
    epochs = "1 epoch" if ended.epochs == 1 else f"{ended.epochs} epochs"
    detail = f": {printable(ended.detail)}" if ended.detail else ""
    lines = [Text(), Text.assemble((word, style), f" after {epochs}, {duration(ended.seconds)}{detail}")]
    if ended.best_epoch is not None:
        lines.append(_said("best", f"epoch {ended.best_epoch}"))
    if ended.test:
        lines.append(_said("test", "  ".join(f"{k} {measure(k, v)}" for k, v in ended.test.items())))
    lines += verdicts("expect", expect)
    lines.append(_said("run", printable(str(run))))
    if ended.reason == "interrupted":
        lines.append(_said("next", f"bpcli train --resume {shlex.quote(str(run))}", "bold"))
    elif weights is not None:
        lines.append(_said("next", f"bpcli eval {shlex.quote(str(weights))}", "bold"))
    return lines


def verdicts(label: str, checks: Sequence[Mapping[str, Any]]) -> list[Text]:
    """A line for each condition on a measure: `metric`, `condition`, `value` (None: not measured), `met`."""
    lines = []
    for check in checks:
        verdict = ("ok", "green") if check["met"] else ("MISSED", "bold red")
        found = measure(str(check["metric"]).rpartition(".")[2], check["value"])
        line = _said(label, f"{check['metric']} {check['condition']}  found {found}  ")
        lines.append(line.append(*verdict))
    return lines


def _said(label: str, words: str, style: str = "") -> Text:
    return Text.assemble((f"{label:4}", "dim"), "  ", (words, style))
