"""`bpcli reproduce`: a weights file in, trained again, the verdict out."""

from __future__ import annotations

import sys
from pathlib import Path

from bpcli.cli.output import show
from bpcli.cli.signals import Signals
from bpcli.errors import ExitStatus
from bpcli.runs.reproduction import Reproduction
from bpcli.ui.comparison import reproduction
from bpcli.ui.console import can_animate, open_console
from bpcli.ui.progress import ProgressView
from bpcli.ui.view import View


def reproduce(weights: Path, json: bool, quiet: bool) -> ExitStatus:
    """Trains again and says whether the same came out; raises what reading and training raise."""
    signals = Signals()
    again = Reproduction(weights, signals.received)
    progress = open_console(sys.stderr)
    with signals, ProgressView(progress) if can_animate(progress) and not quiet else View() as view:
        for event in again.run():
            view.show(event)
    if signals.status is not None:
        return signals.status
    show(again.result, reproduction, json, quiet)
    return ExitStatus.OK if again.result["reproduced"] else ExitStatus.NEGATIVE
