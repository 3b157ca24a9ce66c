"""What a command leaves for CI systems besides its ordinary output: JUnit XML, and the summary of a GitHub step."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bpcli.errors import CannotWriteError
from bpcli.runs.atomic import append
from bpcli.runs.junit import JunitFile
from bpcli.ui.console import open_console, warn


def begin_report(path: Path | None, command: str, subject: str, gates: Sequence[str], quiet: bool) -> JunitFile:
    """The file of --junit, with a warning where nothing will be judged; raises CannotWriteError."""
    if path is not None and not gates and not quiet:
        warn(open_console(sys.stderr), "--junit: there is no gate to report (expect, --fail-under and --fail-over are)")
    return JunitFile(path, command, subject, gates)


def add_to_summary(markdown: Callable[..., str], *about: object) -> None:
    """Appends what `markdown` makes of its arguments to the file that GITHUB_STEP_SUMMARY names, if it names one.

    A file that cannot be written is worth a warning, and no failure of what was done.
    """
    if file := os.environ.get("GITHUB_STEP_SUMMARY"):
        try:
            append(Path(file), markdown(*about))
        except CannotWriteError as error:
            warn(open_console(sys.stderr), f"GITHUB_STEP_SUMMARY: {error}")
