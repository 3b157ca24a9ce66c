"""Sends signals at random moments to commands that train, resume, measure, predict and check; looks at how they end.

    python tests/faults/interruptions.py SIGNALS [SEED] [--naive]

Each command is a process forked from one that has everything imported, so its moments are those of its own work:
reading, training, saving, measuring, writing. `--naive` leaves signals to Python. Prints what happened as JSON.
"""

from __future__ import annotations

import json
import os
import random
import select
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
from stopped_trainings import lay_out

from bpcli import __main__ as program
from bpcli.cli import check as _check
from bpcli.cli import eval as _eval
from bpcli.cli import folds as _folds
from bpcli.cli import gradcheck as _gradcheck
from bpcli.cli import predict as _predict
from bpcli.cli import signals
from bpcli.cli import train as _train
from bpcli.cli.signals import STATUS
from bpcli.errors import BpcliError
from bpcli.runs.checkpoints import read_checkpoint
from bpcli.runs.directory import checkpoints_in
from bpcli.runs.weights import read_weights

LOADED = (_check, _eval, _folds, _gradcheck, _predict, _train)  # before the forks
CONFIG = """\
layers: [3, 100, 100, 2]
epochs: 40
batch_size: 8
dropout: 0.1
optimizer: adam
data: {train: d.csv, target: y, validation: 0.25, test: 0.2}
checkpoint: {epochs: 1}
"""
COMMANDS = {
    "train": "train c.yaml -q --out run",
    "resume": "train --resume run -q",
    "folds": "train c.yaml -q --folds 2 --out folds",
    "check": "check c.yaml",
    "gradcheck": "gradcheck c.yaml",
    "eval": "eval whole/weights.npz",
    "predict": "predict whole/weights.npz d.csv -o p.csv",
}
TRAINED = {"train": "run", "folds": "folds"}  # the folders that are begun anew
MAY_SAY = "warning: interrupted on fold "
PATIENCE = 30.0  # seconds after which a command counts as hung


def start(line: str, folder: Path, err: Path) -> tuple[int, int]:
    """A command in a process of its own; gives its id and a descriptor that is readable when it begins."""
    ready, begun = os.pipe()
    if (pid := os.fork()) == 0:
        signals.end_on_signals()
        os.close(ready)
        os.chdir(folder)
        os.dup2(os.open(err, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.argv = ["bpcli", *line.split()]
        os.write(begun, b".")
        try:
            program.main()
        except SystemExit as ended:
            os._exit(int(ended.code or 0))
        except BaseException:
            os._exit(99)
    os.close(begun)
    return pid, ready


def be_naive() -> None:
    """Takes the program's own handlers away."""
    program.end_on_signals = lambda: None
    signals.end_on_signals = lambda: None
    signals.Signals.__enter__ = lambda self: self  # type: ignore[method-assign]


def wait(pid: int, until: float) -> int | None:
    """The exit code; None if it does not come."""
    while time.monotonic() < until:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return None


def damage(folder: Path) -> list[str]:
    """Files that are not sound, or should not be there."""
    found = [f"left behind: {path.name}" for path in folder.glob("**/.bpcli-*.tmp")]
    for path in folder.glob("*/**/*.npz"):
        try:
            (read_weights if path.name == "weights.npz" else read_checkpoint)(path)
        except BpcliError as error:
            found.append(str(error))
    return found


def campaign(wanted: int, seed: int) -> dict[str, Any]:
    rng = random.Random(seed)
    base = Path(tempfile.mkdtemp())
    lay_out(base)
    (base / "c.yaml").write_text(CONFIG)
    longest = {}
    for name, line in COMMANDS.items():
        began = time.monotonic()
        code = wait(start(line.replace("run", "whole") if name == "train" else line, base, base / "err")[0], began + 60)
        longest[name] = time.monotonic() - began
        assert code == (7 if name == "resume" else 0), (name, code, (base / "err").read_text())
    longest["resume"] = longest["train"]
    told: dict[str, Any] = {
        "signals": 0,
        "second ones": 0,
        "too late": 0,
        "slowest": 0.0,
        "by command": {},
        "faults": [],
    }
    began = time.monotonic()
    while told["signals"] < wanted:
        name = rng.choice([*COMMANDS, "train", "resume"])
        if name in TRAINED:
            shutil.rmtree(base / TRAINED[name], ignore_errors=True)
        elif name == "resume" and not checkpoints_in(base / "run"):
            continue
        number = rng.choice(list(STATUS))
        pid, ready = start(COMMANDS[name], base, base / "err")
        select.select([ready], [], [])
        os.close(ready)
        time.sleep(rng.uniform(0, longest[name]))
        os.kill(pid, number)
        sent, twice = time.monotonic(), rng.random() < 0.1
        if twice:
            time.sleep(0.15)
            os.kill(pid, number)
        code = wait(pid, sent + PATIENCE)
        seconds, said = time.monotonic() - sent, (base / "err").read_text()
        if code == 0:
            told["too late"] += 1
            continue
        told["signals"] += 1
        told["second ones"] += twice
        told["by command"][name] = told["by command"].get(name, 0) + 1
        told["slowest"] = max(told["slowest"], round(seconds, 3))
        if code != STATUS[number] and not (twice and code == -number):
            told["faults"].append(f"{name}: {number.name} ended with {code}: {said[-300:]}")
        elif said and not (name == "folds" and said.startswith(MAY_SAY) and said.count("\n") == 1):
            told["faults"].append(f"{name}: {number.name} said {said[-300:]}")
        told["faults"] += [f"{name}: {number.name}: {one}" for one in damage(base)]
    told["seconds"] = round(time.monotonic() - began, 1)
    shutil.rmtree(base)
    return told


if __name__ == "__main__":
    plain = [argument for argument in sys.argv[1:] if argument != "--naive"]
    if len(plain) < len(sys.argv) - 1:
        be_naive()
    result = campaign(int(plain[0]), int(plain[1]) if plain[1:] else 0)
    sys.stdout.write(json.dumps(result) + "\n")
