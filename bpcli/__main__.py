"""The edge of the program: the only place where an exception becomes an exit code."""

from __future__ import annotations

import io
import os
import sys
import tempfile
import traceback
from typing import Any, NoReturn

from bpcli.errors import BpcliError, ExitStatus


class _Outlet(io.FileIO):
    """Standard output that no longer fails: what cannot be written is dropped, and the first reason kept.

    So a training does not end because its reader did, and a full disk is told once, at the end.
    """

    error: OSError | None = None

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data) or 0 if self.error is None else len(data)
        except OSError as error:
            self.error = error
            return len(data)


def main() -> NoReturn:
    """Runs the command line and ends the process with one of the documented exit codes."""
    outlet = _Outlet(1, "w", closefd=False)
    sys.stdout = io.TextIOWrapper(
        io.BufferedWriter(outlet),
        encoding=sys.stdout.encoding,
        errors=sys.stdout.errors,
        line_buffering=bool(sys.stdout.line_buffering),
    )
    status = _run(sys.argv[1:])
    sys.stdout.flush()
    if outlet.error is not None and not isinstance(outlet.error, BrokenPipeError):
        _tell(f"standard output: cannot write: {outlet.error.strerror}")
        status = status or ExitStatus.CANNOT_WRITE
    sys.exit(status)


def _run(arguments: list[str]) -> int:
    from bpcli.cli.app import app

    try:
        return int(app(arguments, prog_name="bpcli", standalone_mode=False) or 0)
    except BpcliError as error:
        _tell(*error.lines)
        return error.exit_status
    except KeyboardInterrupt:
        return ExitStatus.INTERRUPTED
    except Exception as error:
        if os.environ.get("BPCLI_DEBUG"):
            raise
        if hasattr(error, "format_message"):  # what typer raises when it cannot read the command line
            context = getattr(error, "ctx", None)
            command = context.command_path if context else "bpcli"
            if message := error.format_message():  # none when there were no arguments, and the help was shown
                _tell(f"{command}: {message.rstrip('.')} (see: {command} --help)")
            return ExitStatus.USAGE
        _tell(_report_bug(error))
        return ExitStatus.BUG


def _tell(*lines: str) -> None:
    for line in lines:
        print(line, file=sys.stderr)  # noqa: T201


def _report_bug(error: Exception) -> str:
    """One line for the user; the rest goes to a file that can be sent in."""
    with tempfile.NamedTemporaryFile("w", prefix="bpcli-bug-", suffix=".log", delete=False) as log:
        log.write(f"{' '.join(sys.argv)}\n\n{''.join(traceback.format_exception(error))}")
    return f"bpcli: this is a bug in bpcli ({type(error).__name__}: {error}); please report it with {log.name}"


if __name__ == "__main__":
    main()
