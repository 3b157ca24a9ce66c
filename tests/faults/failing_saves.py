"""Makes the saves of a training fail, at each of their system calls in turn, and looks at what they leave behind.

    python tests/faults/failing_saves.py (strace | limit | disk) EVERY [--naive]

`strace` injects each error, and a kill, at each system call of a save (every EVERY-th of these); `limit` lets no file
grow beyond a size, so that a write stops half way, with sizes EVERY bytes apart; `disk` saves on a small disk with so
many pages left, EVERY pages apart, which takes the right to mount. `--naive` saves straight into the files. Each try is
a process of its own, forked when the training has come to a save. Prints what happened as JSON.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

sys.path.insert(0, str(Path(__file__).parents[1]))
from stopped_trainings import at_step, last, lay_out, train

from bpcli.errors import BpcliError, WeightsError
from bpcli.runs import checkpoints, weights
from bpcli.runs.checkpoints import read_checkpoint
from bpcli.runs.directory import checkpoints_in
from bpcli.runs.recorder import Recorder
from bpcli.runs.resuming import resume
from bpcli.runs.weights import read_weights
from bpcli.spec.resolved import to_yaml
from bpcli.training.events import Ended, Event

CONFIG = """\
layers: [3, 60, 2]
epochs: 6
learning_rate: 0.02
batch_size: 8
optimizer: {name: sgd, momentum: 0.5}
data: {train: d.csv, target: y, validation: 0.25}
checkpoint: {epochs: 1}
"""
STEPS = 5  # to an epoch; the validation cost falls in each

Save = Literal["mid", "end"]  # one on the way, with better weights; the one at the end, with run.json


@dataclass(frozen=True)
class Result:
    """What a try came to."""

    code: int  # -9: killed
    said: str  # on stderr
    fired: bool
    faults: list[str]  # what must not be


class Saves:
    """A run that is about to make a save, to be tried again and again."""

    def __init__(self, base: Path) -> None:
        lay_out(base)
        (base / "c.yaml").write_text(CONFIG)
        self.base = base
        self.runs: dict[Save, Path] = {"mid": base / "mid", "end": base / "end"}
        last(train(str(base / "c.yaml"), base / "mid", at_step(2 * STEPS + 1)))
        last(train(str(base / "c.yaml"), base / "end", at_step(5 * STEPS + 1)))
        self.whole: dict[Save, bytes] = {}
        for save in self.runs:
            self.whole[save] = self._weights_after(save)

    def _weights_after(self, save: Save) -> bytes:
        done = self.attempt(save, lambda pid: None)
        assert (done.code, done.said) == (0, ""), done
        return (self.base / "try" / "weights.npz").read_bytes()

    def attempt(
        self,
        save: Save,
        attack: Callable[[int], object],
        before: Callable[[], None] = lambda: None,
        naive: bool = False,
    ) -> Result:
        """One save in a process of its own. `attack` gets its id when it is about to save, `before` runs in it then.

        `attack` gives what has to be waited for, and says whether it did anything; None for none.
        """
        out = self.base / "try"
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(self.runs[save], out)
        old = (out / "weights.npz").read_bytes()
        ready, go, err = os.pipe(), os.pipe(), os.pipe()
        if (pid := os.fork()) == 0:
            os.dup2(err[1], 2)
            os._exit(_save(out, save, ready[1], go[0], before, naive))
        os.close(err[1])
        os.read(ready[0], 1)
        finished = attack(pid)
        os.write(go[1], b".")
        _, status = os.waitpid(pid, 0)
        with os.fdopen(err[0], "rb") as pipe:
            said = pipe.read().decode()
        for descriptor in (*ready, *go):
            os.close(descriptor)
        fired = finished() if callable(finished) else True
        code = os.waitstatus_to_exitcode(status)
        return Result(code, said, fired, list(self._faults(save, out, old, code, said)))

    def _faults(self, save: Save, out: Path, old: bytes, code: int, said: str) -> Iterator[str]:
        sound = []
        for step, path in checkpoints_in(out).items():
            try:
                read_checkpoint(path)
                sound.append(step)
            except WeightsError as error:
                yield f"unreadable: {error}"
        least = max(checkpoints_in(self.runs[save]))
        if max(sound, default=0) < least:
            yield f"older than step {least}: {sound}"
        try:
            read_weights(out / "weights.npz")
        except WeightsError as error:
            yield f"unreadable: {error}"
        if save in self.whole and (out / "weights.npz").read_bytes() not in (old, self.whole[save]):
            yield "weights are neither the old nor the new"
        if code != -9 and (left := list(out.glob(".bpcli-*.tmp"))):
            yield f"left behind: {left}"
        if code == 6 and not re.fullmatch(rf"{re.escape(str(out))}[^\n]*: cannot write: [A-Z][\w /]+\n", said):
            yield f"said {said!r}"
        if code not in (0, 6, -9):
            yield f"ended with {code}: {said}"


def _save(out: Path, save: Save, ready: int, go: int, before: Callable[[], None], naive: bool) -> int:
    """In the child: goes on up to the save, waits there, makes it; gives the exit code of the command."""
    plain, waits = Recorder.settle, {"mid": 1, "end": 2}[save]
    calls = 0

    def settle(self: Recorder) -> None:
        nonlocal calls
        calls += 1
        if calls == waits:
            before()
            os.write(ready, b".")
            os.read(go, 1)
        plain(self)

    try:
        resumption = resume(out, None, [])
        Recorder.settle = settle  # type: ignore[method-assign]
        if naive:
            checkpoints.write_atomically = weights.write_atomically = Path.write_bytes  # type: ignore[assignment]
        spec = resumption.run.config.spec
        text = to_yaml(spec, relative_to=spec.folder)
        run, directory = resumption.run, resumption.directory
        with Recorder(directory, text, ["test"], spec.folder, run.digests, run.numerics, resumption.record) as r:
            events: Iterator[Event] = run.run(directory, r)
            for event in events:
                if calls >= waits or isinstance(event, Ended):
                    break
            return 0
    except BpcliError as error:
        os.write(2, "".join(f"{line}\n" for line in error.lines).encode())
        return int(error.exit_status)
    except OSError as error:  # of the naive save
        return 6 if naive else 100 + (error.errno or 0)
    except BaseException as error:
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
        return 70


class Strace:
    """Attaches strace to a process, with a fault to inject; called when the process has ended, says if it fired."""

    def __init__(self, log: Path, inject: str | None) -> None:
        self.log = log
        self.inject = inject

    def __call__(self, pid: int) -> Callable[[], bool]:
        faults = [f"--inject={self.inject}"] if self.inject else []
        command = ["strace", "-qq", "-p", str(pid), "-o", str(self.log), f"--trace={','.join(CALLS)}", *faults]
        tracer = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        status = Path(f"/proc/{pid}/status")
        until = time.monotonic() + 10
        while "TracerPid:\t0" in status.read_text():
            assert time.monotonic() < until, "strace does not attach"
            time.sleep(0.001)

        def fired() -> bool:
            tracer.wait(10)
            text = self.log.read_text()
            return "INJECTED" in text or "killed by SIGKILL" in text

        return fired


CALLS = ("openat", "write", "fsync", "close", "rename", "unlink", "getdents64", "newfstatat", "access", "lseek")
ERRORS = ("ENOSPC", "EIO", "EACCES", "EDQUOT")


def calls_of(saves: Saves, save: Save) -> list[str]:
    """The system calls of a save in their order, but for the wait before it."""
    log = saves.base / "log"
    assert saves.attempt(save, Strace(log, None)).code == 0
    return re.findall(r"^(\w+)\(", log.read_text(), re.MULTILINE)


def injections(calls: list[str]) -> Iterator[str]:
    """Each error, and a kill, at each call."""
    seen: dict[str, int] = {}
    for call in calls:
        seen[call] = seen.get(call, 0) + 1
        for error in ERRORS:
            yield f"{call}:error={error}:when={seen[call]}"
        yield f"{call}:signal=SIGKILL:when={seen[call]}"


def campaign(kind: str, every: int, naive: bool) -> dict[str, Any]:
    sys.dont_write_bytecode = True  # or Python would keep half of a module where files cannot grow
    base = Path(tempfile.mkdtemp())
    if kind == "disk":
        mount_small_disk(base)
    saves = Saves(base)
    told: dict[str, Any] = {"tries": 0, "fired": 0, "failed saves": 0, "kills": 0, "faults": []}
    began = time.monotonic()
    for save in saves.runs:
        if kind == "strace":
            attacks = list(injections(calls_of(saves, save)))[::every]
            results = [saves.attempt(save, Strace(base / "log", inject), naive=naive) for inject in attacks]
        elif kind == "disk":
            results = [saves.attempt(save, free(base), leave_free(base, n), naive) for n in range(0, 12, every)]
        else:
            sizes = range(100, 9000, every)
            results = [saves.attempt(save, lambda pid: None, limit_files(size), naive) for size in sizes]
        for result in results:
            told["tries"] += 1
            told["fired"] += result.fired if kind == "strace" else result.code == 6
            told["failed saves"] += result.code == 6
            told["kills"] += result.code == -9
            told["faults"] += result.faults
    told["seconds"] = round(time.monotonic() - began, 1)
    if kind == "disk":
        subprocess.run(["umount", base], check=True)
    shutil.rmtree(base)
    return told


def mount_small_disk(folder: Path) -> None:
    """Puts a disk of 1 MiB there that only this process and its children see."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS) != 0:
        raise OSError(ctypes.get_errno(), "cannot have mounts of its own")
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", folder], check=True)


def leave_free(disk: Path, pages: int) -> Callable[[], None]:
    """Fills a disk but for so many pages."""

    def fill() -> None:
        left = os.statvfs(disk)
        (disk / FILLER).write_bytes(bytes((left.f_bavail - pages) * left.f_bsize))

    return fill


def free(disk: Path) -> Callable[[int], Callable[[], bool]]:
    """Takes away what fills a disk, once the save has been tried."""

    def attack(pid: int) -> Callable[[], bool]:
        def finished() -> bool:
            (disk / FILLER).unlink()
            return True

        return finished

    return attack


CLONE_NEWNS = 0x20000
FILLER = "filler"


def limit_files(size: int) -> Callable[[], None]:
    """Lets no file of this process grow larger: a write stops short of its end, and then fails."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


if __name__ == "__main__":
    result = campaign(sys.argv[1], int(sys.argv[2]), "--naive" in sys.argv)
    sys.stdout.write(json.dumps(result) + "\n")
