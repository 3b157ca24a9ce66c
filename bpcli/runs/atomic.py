"""Writing a file whole or not at all, so that a crash never leaves half of one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

from bpcli.errors import CannotWriteError

TEMPORARIES = ".bpcli-*.tmp"  # what `temporary_beside` calls them


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Within it, whatever the system refuses becomes CannotWriteError: one line with path and cause."""
    try:
        yield
    except OSError as error:
        raise CannotWriteError(f"{path}: cannot write: {error.strerror or error}") from error


def demand_target(path: Path) -> None:
    """Raises CannotWriteError where it is plain beforehand that no file can be put at `path`."""
    with writing(path):
        if path.exists() and not path.is_file():
            raise CannotWriteError(f"{path}: cannot write: it is there, and not a file")
        if not os.access(path.parent, os.W_OK | os.X_OK):
            os.stat(f"{path.parent}/.")  # which says what is wrong, if it is not the permission
            raise CannotWriteError(f"{path}: cannot write: Permission denied")


def write_atomically(path: Path, data: bytes) -> None:
    """Put `data` at `path`: after a crash or failure the old file is there or the new one, never a mixture.

    Raises CannotWriteError. A failed fsync is reported, not repeated: its pages already count as clean.
    """
    demand_target(path)  # a rename would put an end to a FIFO or a device
    temporary = temporary_beside(path)
    with writing(path):
        try:
            with open(temporary, "xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
        sync_folder(path.parent)


def destination(path: Path) -> Path:
    """Where to write what a user wants at `path`: a link is followed, as by `cp`, and not replaced.

    Raises CannotWriteError as `demand_target` does.
    """
    with writing(path):
        file = path.resolve() if path.is_symlink() else path
    demand_target(file)
    return file


def append(path: Path, text: str) -> None:
    """Put `text` after what a file holds, for others write to it too; raises CannotWriteError."""
    with writing(path), open(path, "a", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)


def temporary_beside(path: Path) -> Path:
    """A fresh name in the folder of `path`: only within one file system is a rename atomic."""
    return path.with_name(f".bpcli-{token_hex(8)}.tmp")


def sync_folder(folder: Path) -> None:
    """Make what was renamed or removed in `folder` so survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
