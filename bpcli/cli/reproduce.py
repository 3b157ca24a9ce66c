"""`bpcli reproduce`: a weights file in, trained again, the verdict out; or a training stopped, resumed and compared."""

from __future__ import annotations

import sys
from pathlib import Path

from bpcli.cli.output import show
from bpcli.cli.signals import Signals
from bpcli.errors import ExitStatus, UsageError
from bpcli.runs.directory import weights_in
from bpcli.runs.reproduction import Reproduction, config_again, resumed_alike
from bpcli.spec.reading import read_config
from bpcli.ui.comparison import reproduction, resumption
from bpcli.ui.console import can_animate, open_console
from bpcli.ui.progress import ProgressView
from bpcli.ui.view import View


def reproduce(subject: str, resume: bool, overrides: list[str], json: bool, quiet: bool) -> ExitStatus:
    """Trains again and says whether the same came out; raises what reading and training raise."""
    of_weights = subject.lower().endswith(".npz") or Path(subject).is_dir()
    if overrides and (of_weights or not resume):
        raise UsageError("--set changes a CONFIG, which goes with --resume; a weights file has its own")
    if resume:
        config = config_again(weights_in(Path(subject))) if of_weights else read_config(subject, overrides)
        found = resumed_alike(config, subject, sys.argv)
        show(found, resumption, json, quiet)
        return ExitStatus.OK if found["resumed_alike"] else ExitStatus.NEGATIVE
    signals = Signals()
    again = Reproduction(weights_in(Path(subject)), signals.received)
    progress = open_console(sys.stderr)
    with signals, ProgressView(progress) if can_animate(progress) and not quiet else View() as view:
        for event in again.run():
            view.show(event)
    if signals.status is not None:
        return signals.status
    show(again.result, reproduction, json, quiet)
    return ExitStatus.OK if again.result["reproduced"] else ExitStatus.NEGATIVE
