"""A run directory: the folder that one run fills, and that no other process writes in meanwhile."""

from __future__ import annotations

import fcntl
import os
import re
import time
from contextlib import suppress
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from bpcli.errors import CannotWriteError, WeightsError
from bpcli.runs.atomic import TEMPORARIES, sync_folder, temporary_beside, writing

WEIGHTS = "weights.npz"
METRICS = "metrics.jsonl"
CONFIG = "config.yaml"
RUN = "run.json"
FOLDS = "folds.json"  # of a run that holds a run for each fold
LOCK = ".lock"
CHECKPOINT = re.compile(r"checkpoint-(\d{1,19})\.npz")


def weights_in(path: Path) -> Path:
    """The weights file, of a folder that of the run in it; raises WeightsError when there is none."""
    if not path.is_dir():
        return path
    if not (path / WEIGHTS).exists():
        folds = f" (its folds do: {path / 'fold-1'} and so on)" if (path / FOLDS).exists() else ""
        raise WeightsError(f"{path}: this folder has no {WEIGHTS}{folds}")
    return path / WEIGHTS


class RunDirectory:
    """An existing folder, locked for as long as this object is open; close it, or use it in a `with`.

    Raises CannotWriteError, naming the process, when another one holds the lock, and when the system refuses.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = _locked(path)

    @classmethod
    def create(cls, out: Path | None, stem: str, force: bool = False) -> Self:
        """Make and lock the folder of a new run.

        Without `out` it is `runs/<stem>/<n>` in the current folder, n one above the highest there, and
        `runs/<stem>/latest` points to it. `out` is taken as it stands; with `force`, a run that is there
        already is renamed aside (`<out>.old-1` and so on). Raises CannotWriteError if one is there and
        `force` is not given, if the folder is in use, and if the system refuses.
        """
        if out is None:
            path = _numbered(Path("runs") / stem)
            _point_to(path, path.with_name("latest"))
            return cls(path)
        with writing(out):
            path = out.resolve() if out.is_symlink() else out  # so that it is the folder that moves, not the link
            path.mkdir(parents=True, exist_ok=True)
        run = cls(path)
        if not run.holds_a_run():
            return run
        with run:
            if not force:
                raise CannotWriteError(
                    f"{path}: holds a run already; choose another --out, leave --out away, "
                    "or have this run moved aside with --force"
                )
            _move_aside(path)
        return cls.create(path, stem)

    @property
    def weights(self) -> Path:
        return self.path / WEIGHTS

    @property
    def metrics(self) -> Path:
        return self.path / METRICS

    @property
    def config(self) -> Path:
        return self.path / CONFIG

    @property
    def run(self) -> Path:
        return self.path / RUN

    @property
    def folds(self) -> Path:
        return self.path / FOLDS

    def checkpoint(self, step: int) -> Path:
        return self.path / f"checkpoint-{step}.npz"

    def holds_a_run(self) -> bool:
        """Whether any file of a run is here; a lock alone is none."""
        files = (self.weights, self.metrics, self.config, self.run, self.folds)
        return any(file.exists() for file in files) or bool(checkpoints_in(self.path))

    def sweep(self) -> None:
        """Remove the unfinished files that a killed process has left here."""
        with writing(self.path):
            for file in self.path.glob(TEMPORARIES):
                file.unlink(missing_ok=True)

    def remove_checkpoints_after(self, step: int) -> None:
        """Remove those of later steps, for a run that goes on from this one; also on the disk once it is done."""
        with writing(self.path):
            for path in [path for found, path in checkpoints_in(self.path).items() if found > step]:
                path.unlink(missing_ok=True)
            sync_folder(self.path)

    def close(self) -> None:
        """Give the lock back; the lock file stays, since only the lock on it says anything."""
        if not self._lock.closed:
            with suppress(OSError):  # so that a process that lives on is not taken for the next holder
                self._lock.truncate(0)
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def checkpoints_in(folder: Path) -> dict[int, Path]:
    """The checkpoints in a folder by their step, the newest first."""
    named = [(CHECKPOINT.fullmatch(path.name), path) for path in folder.glob("checkpoint-*.npz")]
    return {int(found[1]): path for found, path in sorted(named, key=_step_of, reverse=True) if found}


def _step_of(named: tuple[re.Match[str] | None, Path]) -> int:
    return int(named[0][1]) if named[0] else -1


def _locked(folder: Path) -> TextIO:
    """The lock file of `folder`, open and locked, this process's id in it."""
    path = folder / LOCK
    with writing(path):
        lock = open(path, "r+", encoding="ascii", opener=_open_lock)  # noqa: SIM115  # open as long as the run lives
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not os.path.samestat(os.fstat(lock.fileno()), path.stat()):
                raise CannotWriteError(f"{folder}: another process has just moved it aside")
            lock.truncate(0)
            lock.write(f"{os.getpid()}\n")
            lock.flush()
        except BlockingIOError:
            holder = _holder(lock)
            lock.close()
            raise CannotWriteError(f"{folder}: in use by {holder}") from None
        except BaseException:
            lock.close()
            raise
    return lock


def _holder(lock: TextIO) -> str:
    """Who holds a lock; one that has only just taken it is given a moment to write down its process id."""
    for _ in range(100):
        lock.seek(0)
        if _is_alive(pid := lock.read().strip()):
            break
        time.sleep(0.01)
    return f"process {pid}" if pid else "another process"


def _is_alive(pid: str) -> bool:
    """Whether there is such a process; what a dead one has written stays until the next one writes."""
    try:
        os.kill(int(pid), 0)
    except PermissionError:
        return True
    except (OSError, ValueError, OverflowError):
        return False
    return True


def _open_lock(path: str, flags: int) -> int:
    """Makes the file if need be, but follows no link: what it led to would be overwritten."""
    return os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW, 0o644)


def _numbered(folder: Path) -> Path:
    """A new folder in `folder`, called by the number after the highest there."""
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        taken = [int(entry.name) for entry in folder.iterdir() if entry.name.isdecimal()]
        path = folder / str(max(taken, default=0) + 1)
        try:
            path.mkdir()
        except FileExistsError:  # another run took it in this very moment
            return _numbered(folder)
    return path


def _point_to(target: Path, link: Path) -> None:
    """Make `link` a relative link to `target` beside it, in one step, whatever it pointed to before."""
    temporary = temporary_beside(link)
    with writing(link):
        try:
            temporary.symlink_to(target.name)
            os.replace(temporary, link)
        finally:
            temporary.unlink(missing_ok=True)


def _move_aside(folder: Path) -> None:
    """Rename `folder` to the first free `<folder>.old-<n>`."""
    folder = folder.resolve()
    if Path.cwd().is_relative_to(folder):
        raise CannotWriteError(f"{folder}: cannot move aside the folder that the command runs in")
    numbers = (folder.with_name(f"{folder.name}.old-{number}") for number in count(1))
    aside = next(path for path in numbers if not os.path.lexists(path))
    with writing(folder):
        folder.rename(aside)
