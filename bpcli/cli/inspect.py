"""`bpcli inspect`: a weights file in, all that it says out."""

from __future__ import annotations

from pathlib import Path

from bpcli.cli.output import show
from bpcli.errors import ExitStatus
from bpcli.runs.directory import weights_in
from bpcli.runs.inspection import inspect as take_apart
from bpcli.ui.inspection import inspection


def inspect(weights: Path, json: bool, quiet: bool) -> ExitStatus:
    """Shows what is in the file; raises WeightsError."""
    show(take_apart(weights_in(weights)), inspection, json, quiet)
    return ExitStatus.OK
