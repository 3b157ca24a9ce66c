"""`bpcli diff`: two weights files in, the differences out."""

from __future__ import annotations

import sys
from pathlib import Path

from bpcli.errors import ExitStatus
from bpcli.runs.comparison import diff as compare
from bpcli.ui.comparison import difference
from bpcli.ui.console import open_console, room, write
from bpcli.ui.json_lines import json_line


def diff(a: Path, b: Path, json: bool, quiet: bool) -> ExitStatus:
    """Shows the differences, and says whether there is none; raises WeightsError."""
    found = compare(a, b)
    if json:
        sys.stdout.write(json_line(found))
    elif not quiet:
        console = open_console(sys.stdout)
        write(console, difference(found, room(console)))
    return ExitStatus.OK if found["same"] else ExitStatus.NEGATIVE
