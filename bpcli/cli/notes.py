"""What the work below has to tell on its way, by `logging`: on standard error, unless that is to be quiet."""

from __future__ import annotations

import logging
import sys

from bpcli.ui.console import note, open_console, warn


class _Notes(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        console = open_console(sys.stderr)
        if record.levelno >= logging.WARNING:
            warn(console, record.getMessage())
        else:
            note(console, "note", record.getMessage())


def show_notes(quiet: bool) -> None:
    """From now on."""
    logger = logging.getLogger("bpcli")
    logger.handlers = [_Notes()]
    logger.setLevel(logging.CRITICAL if quiet else logging.INFO)
    logger.propagate = False
