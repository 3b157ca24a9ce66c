"""Starts two trainings at the same moment in one directory, again and again: one wins, the other names it and ends.

    python tests/faults/pairs.py PAIRS [--naive]

Every other pair goes on with a run that was killed. `--naive` takes the lock away. Prints what happened as JSON.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
import fcntl

from stopped_trainings import at_step, last, lay_out, train

from bpcli import __main__ as program
from bpcli.cli import train as _train

LOADED = _train  # before the forks
CONFIG = """\
layers: [3, 5, 2]
epochs: 100000000
data: {train: d.csv, target: y}
"""


def start(arguments: list[str], folder: Path, err: Path, gate: int) -> int:
    if (pid := os.fork()) == 0:
        os.chdir(folder)
        os.dup2(os.open(err, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.argv = ["bpcli", *arguments]
        os.read(gate, 1)  # of one pipe, so that both begin together
        try:
            program.main()
        except SystemExit as ended:
            os._exit(int(ended.code or 0))
        os._exit(99)
    return pid


def end_of(pid: int) -> int | None:
    """The exit code of a process that was asked to end; None if it does not, and has to be killed."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.001)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return None


def pair(base: Path, number: int, patience: float) -> list[str]:
    """What went wrong with one pair."""
    out = f"run-{number}"
    arguments = ["train", "c.yaml", "-q", "--out", out]
    if number % 2:
        last(train(str(base / "c.yaml"), base / out, at_step(3)))
        arguments = ["train", "--resume", out, "-q"]
    gate, opened = os.pipe()
    err = [base / "first", base / "second"]
    pids = [start(arguments, base, path, gate) for path in err]
    os.write(opened, b"..")
    until = time.monotonic() + patience
    loser = status = 0
    while not loser and time.monotonic() < until:
        loser, status = os.waitpid(-1, os.WNOHANG)
        time.sleep(0.001)
    left = [pid for pid in pids if pid != loser]
    until = time.monotonic() + 30
    while len(left) == 1 and not (base / out / "run.json").exists() and time.monotonic() < until:
        time.sleep(0.001)
    codes = []
    for pid in left:
        os.kill(pid, signal.SIGTERM)
        codes.append(end_of(pid))
    os.close(gate)
    os.close(opened)
    if not loser:
        return ["both went on"]
    said = err[pids.index(loser)].read_text()
    faults = []
    if os.waitstatus_to_exitcode(status) != 6 or said != f"{out}: in use by process {left[0]}\n":
        faults.append(f"the loser ended with {os.waitstatus_to_exitcode(status)} and said {said!r}")
    if codes != [143]:
        faults.append(f"the winner ended with {codes}")
    return faults


def campaign(pairs: int, patience: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        lay_out(base)
        (base / "c.yaml").write_text(CONFIG)
        began = time.monotonic()
        faults = [fault for number in range(pairs) for fault in pair(base, number, patience)]
        return {"pairs": pairs, "faults": faults, "seconds": round(time.monotonic() - began, 1)}


if __name__ == "__main__":
    naive = "--naive" in sys.argv
    if naive:
        fcntl.flock = lambda *_: None  # type: ignore[assignment]
    sys.stdout.write(json.dumps(campaign(int(sys.argv[1]), patience=1.0 if naive else 30.0)) + "\n")
