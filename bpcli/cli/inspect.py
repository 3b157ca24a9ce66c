"""`bpcli inspect`: a weights file in, all that it says out."""

from __future__ import annotations

import sys
from pathlib import Path

from bpcli.errors import ExitStatus
from bpcli.runs.directory import weights_in
from bpcli.runs.inspection import inspect as take_apart
from bpcli.ui.console import open_console, room, write
from bpcli.ui.inspection import inspection
from bpcli.ui.json_lines import json_line


def inspect(weights: Path, json: bool) -> ExitStatus:
    """Shows what is in the file; raises WeightsError."""
    found = take_apart(weights_in(weights))
    if json:
        sys.stdout.write(json_line(found))
    else:
        console = open_console(sys.stdout)
        write(console, inspection(found, room(console)))
    return ExitStatus.OK
