"""The edge of the program: the only place where an exception becomes an exit code."""

from __future__ import annotations

import gc
import io
import os
import re
import sys
from typing import Any, NoReturn, TextIO

from bpcli import __version__
from bpcli.cli.signals import Interrupted, end_on_signals, end_where_none_can_catch, ignore_signals
from bpcli.errors import MEANINGS, BpcliError, ExitStatus, printable
from bpcli.ui.annotations import annotated

COMPLETE = "_BPCLI_COMPLETE"  # set by the scripts that complete on the Tab key
OBJECTS = 100_000  # new ones before Python looks for garbage; imports alone make 60,000, and none of it is any


class _Outlet(io.FileIO):
    """A standard stream that no longer fails: what cannot be written is dropped, and the first reason kept.

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
    gc.set_threshold(OBJECTS)
    try:
        status = _main()
    except Interrupted as signal:  # before the command began, or after it had ended
        status = signal.status
    ignore_signals()
    gc.freeze()  # all memory goes back at once: looking through what is left takes longer than many a training
    sys.exit(status)


def _main() -> int:
    end_on_signals()
    sys.unraisablehook = end_where_none_can_catch
    outlet = _Outlet(_descriptor(1), "w", closefd=False)
    sys.stdout = _stream(outlet, sys.stdout)
    sys.stderr = _stream(_Outlet(_descriptor(2), "w", closefd=False), sys.stderr)
    status = _run(sys.argv[1:])
    status = Interrupted.newest or status  # should a library have swallowed it
    sys.stdout.flush()
    if outlet.error is not None and not isinstance(outlet.error, BrokenPipeError):
        _tell(ExitStatus.CANNOT_WRITE, f"standard output: cannot write: {outlet.error.strerror}")
        status = status or ExitStatus.CANNOT_WRITE
    sys.stderr.flush()
    return status


def _descriptor(number: int) -> int:
    """The descriptor itself, or one that swallows everything where it was closed from the start."""
    try:
        os.fstat(number)
    except OSError:
        return os.open(os.devnull, os.O_WRONLY)
    return number


def _stream(outlet: _Outlet, before: TextIO | None) -> TextIO:
    """The text stream over an outlet, like the one that Python had made."""
    like = before if isinstance(before, io.TextIOWrapper) else None
    return io.TextIOWrapper(
        io.BufferedWriter(outlet),
        encoding=like.encoding if like else "utf-8",
        errors="backslashreplace",
        line_buffering=bool(like and like.line_buffering),
    )


def _run(arguments: list[str]) -> int:
    try:
        os.getcwd()
        if arguments == ["--version"]:  # without what reads a command line, which takes most of the time
            sys.stdout.write(f"bpcli {__version__}\n")
            return ExitStatus.OK
        if COMPLETE in os.environ:
            from bpcli.cli.completion.answers import write_answers

            write_answers(arguments)
            return ExitStatus.OK
        from bpcli.cli.app import app

        return int(app(arguments, prog_name="bpcli", standalone_mode=False) or 0)
    except BpcliError as error:
        _tell(error.exit_status, *error.lines)
        return error.exit_status
    except Interrupted as signal:
        return signal.status
    except MemoryError:
        _tell(
            ExitStatus.DATA,
            "bpcli: this takes more memory than there is "
            "(a smaller batch_size, fewer rows or smaller layers take less)",
        )
        return ExitStatus.DATA
    except Exception as error:
        if Interrupted.newest is not None:  # pydantic, for one, makes an error of its own of all that it meets
            return Interrupted.newest
        if os.environ.get("BPCLI_DEBUG"):
            raise
        return _explain(error)


def _explain(error: Exception) -> ExitStatus:
    """Says what no command has foreseen."""
    if hasattr(error, "format_message"):  # what typer raises where it looks for a command and finds none
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "bpcli"
        message = " ".join(error.format_message().split()).rstrip(".")
        _tell(ExitStatus.USAGE, f"{command}: {message} (see: {command} --help)")
        return ExitStatus.USAGE
    if isinstance(error, FileNotFoundError) and _folder_is_gone():
        _tell(ExitStatus.USAGE, "bpcli: the current folder is no longer there")
        return ExitStatus.USAGE
    _tell(ExitStatus.BUG, _report_bug(error))
    return ExitStatus.BUG


def _folder_is_gone() -> bool:
    """Whether the current folder was deleted; `.` itself is there for as long as a process works in it."""
    try:
        os.getcwd()
    except FileNotFoundError:
        return True
    return False


def _tell(status: ExitStatus, *lines: str) -> None:
    """Lines on standard error, and in GitHub Actions the same as annotations below them.

    What data and paths may hold of control characters is made harmless.
    """
    told = [printable(line) for line in lines]
    title = "bpcli: " + re.split("[,:;]", MEANINGS[status])[0]
    sys.stderr.writelines(f"{line}\n" for line in [*told, *annotated("error", title, told)])


def _report_bug(error: Exception) -> str:
    """One line for the user; the rest goes to a file that can be sent in."""
    import tempfile  # here, so that signals are heeded sooner
    import traceback

    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="bpcli-bug-", suffix=".log", delete=False, encoding="utf-8", errors="backslashreplace"
        ) as log:
            log.write(f"{' '.join(sys.argv)}\n\n{''.join(traceback.format_exception(error))}")
        more = f"with {log.name}"
    except OSError as refused:
        more = f"(no log could be written: {refused.strerror or refused}; BPCLI_DEBUG=1 shows more)"
    return f"bpcli: this is a bug in bpcli ({type(error).__name__}: {error}); please report it {more}"


if __name__ == "__main__":
    main()
