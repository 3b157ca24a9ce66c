"""`bpcli reproduce`: a weights file in, trained again, the verdict out."""

from __future__ import annotations

import sys
from pathlib import Path

from bpcli.cli.signals import Signals
from bpcli.errors import ExitStatus
from bpcli.runs.directory import weights_in
from bpcli.runs.reproduction import Reproduction
from bpcli.ui.comparison import reproduction
from bpcli.ui.console import can_animate, open_console, room, write
from bpcli.ui.json_lines import json_line
from bpcli.ui.progress import ProgressView
from bpcli.ui.view import View


def reproduce(weights: Path, json: bool, quiet: bool) -> ExitStatus:
    """Trains again and says whether the same came out; raises what reading and training raise."""
    signals = Signals()
    again = Reproduction(weights_in(weights), signals.received)
    progress = open_console(sys.stderr)
    with signals, ProgressView(progress) if can_animate(progress) and not quiet else View() as view:
        for event in again.run():
            view.show(event)
    if signals.status is not None:
        return signals.status
    if json:
        sys.stdout.write(json_line(again.result))
    elif not quiet:
        console = open_console(sys.stdout)
        write(console, reproduction(again.result, room(console)))
    return ExitStatus.OK if again.result["reproduced"] else ExitStatus.NEGATIVE
