"""`bpcli diff`: two weights files in, the differences out."""

from __future__ import annotations

from pathlib import Path

from bpcli.cli.output import show
from bpcli.errors import ExitStatus
from bpcli.runs.comparison import diff as compare
from bpcli.ui.comparison import difference


def diff(a: Path, b: Path, json: bool, quiet: bool) -> ExitStatus:
    """Shows the differences, and says whether there is none; raises WeightsError."""
    found = compare(a, b)
    show(found, difference, json, quiet)
    return ExitStatus.OK if found["same"] else ExitStatus.NEGATIVE
