"""Every way a command can end: one exit status each, and one exception for each that is a failure."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum


class ExitStatus(IntEnum):
    """The exit codes that scripts may rely on."""

    OK = 0
    NEGATIVE = 1  # the answer is no: a gate missed, a gradient mismatch, not reproduced
    USAGE = 2  # the command line, or a missing extra
    CONFIG = 3
    DATA = 4
    DIVERGED = 5
    CANNOT_WRITE = 6
    WEIGHTS = 7
    BUG = 70
    HANGUP = 129
    INTERRUPTED = 130
    TERMINATED = 143


MEANINGS = {
    ExitStatus.OK: "done, and the answer is yes",
    ExitStatus.NEGATIVE: "the answer is no: a gate or an expectation missed, a gradient that does not match, "
    "files that differ, weights that do not come out again",
    ExitStatus.USAGE: "command line, or an optional extra that is not installed",
    ExitStatus.CONFIG: "config: missing, unreadable, or wrong; every problem with its line and column",
    ExitStatus.DATA: "data: missing, unreadable, changed, or not fitting the network or the memory",
    ExitStatus.DIVERGED: "diverged: the cost or a parameter is no longer a finite number",
    ExitStatus.CANNOT_WRITE: "cannot write: it exists, is in use, the disk is full or read-only",
    ExitStatus.WEIGHTS: "weights file: missing, damaged, or not one of bpcli's",
    ExitStatus.BUG: "a bug in bpcli; the message names a log (BPCLI_DEBUG=1 shows the traceback)",
    ExitStatus.HANGUP: "hung up (SIGHUP); train saves first, and goes on with --resume",
    ExitStatus.INTERRUPTED: "interrupted (Ctrl-C); train saves first, and goes on with --resume",
    ExitStatus.TERMINATED: "terminated (SIGTERM); train saves first, and goes on with --resume",
}


MOST_PROBLEMS = 100
"""Lines that one config gets at most: who has more to mend begins with these."""


class BpcliError(Exception):
    """Base of every error that a user can cause; each line of it is printed as it stands."""

    exit_status = ExitStatus.BUG

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class NegativeVerdict(BpcliError):
    """Raised when the work was done and the answer is no."""

    exit_status = ExitStatus.NEGATIVE


class UsageError(BpcliError):
    """Raised when the command line asks for what cannot be, or for an extra that is not installed."""

    exit_status = ExitStatus.USAGE


class ConfigError(BpcliError):
    """Raised when the config is missing, unreadable or wrong; one line for each problem in it."""

    exit_status = ExitStatus.CONFIG

    @classmethod
    def of(cls, problems: Sequence[object]) -> ConfigError:
        """A line for each problem, in the order given; of a great many the first, and how many more there are."""
        lines = [str(problem) for problem in problems[:MOST_PROBLEMS]]
        more = len(problems) - len(lines)
        return cls(*lines, *([f"... and {more:,} more {'problem' if more == 1 else 'problems'}"] if more else []))


class DataError(BpcliError):
    """Raised when the data is missing, unreadable, changed, or does not fit the network."""

    exit_status = ExitStatus.DATA


class DivergedError(BpcliError):
    """Raised when the cost or a parameter is no longer a finite number."""

    exit_status = ExitStatus.DIVERGED


class CannotWriteError(BpcliError):
    """Raised when the result cannot be written: it exists, is in use, the disk is full or read-only."""

    exit_status = ExitStatus.CANNOT_WRITE


class WeightsError(BpcliError):
    """Raised when a weights file is missing, damaged, or not one of ours."""

    exit_status = ExitStatus.WEIGHTS


def printable(text: str) -> str:
    """`text` on one line and without control characters, which data files and paths may hold."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
