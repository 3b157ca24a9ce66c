"""Kills a training that saves after every step, again and again at random moments, and goes on with it each time.

    python tests/faults/kills.py KILLS [SEED] [--naive]

After each kill every checkpoint must be readable, and the newest one as new as the last that was acknowledged; a
training that comes to its end must have the bytes of one that was never killed. `--naive` saves as a beginner would, by
numpy.savez straight into the file, to show that the kills do harm. Prints what happened as JSON.
"""

from __future__ import annotations

import json
import os
import random
import select
import shutil
import signal
import struct
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from stopped_trainings import go_on, last, lay_out, products, train

from bpcli.errors import BpcliError
from bpcli.runs import checkpoints, training_run, weights
from bpcli.runs.checkpoints import read_checkpoint
from bpcli.runs.directory import checkpoints_in
from bpcli.runs.recorder import Recorder
from bpcli.training.events import Progressed

CONFIG = """\
layers: [3, 200, 200, 2]
epochs: 12
batch_size: 8
dropout: 0.1
optimizer: adam
data: {train: d.csv, target: y, validation: 0.25}
checkpoint: {steps: 1}
"""
LONGEST = 0.05  # seconds until a kill, from the first save on; one in ten counts from the start of the process


def save_naively(directory: Any, state: Any, meta: Any) -> None:
    """The old checkpoint goes, the new one comes; in between there is half of one."""
    steps = checkpoints_in(directory.path)
    text = checkpoints.meta_text({**meta, "format": checkpoints.FORMAT, "state": state.values})
    path = directory.checkpoint(state.values["step"])
    np.savez(path, **state.arrays, meta=np.frombuffer(text, np.uint8))
    for old in steps.values():
        if old != path:
            old.unlink()


def read_naively(path: Path) -> None:
    with np.load(path, allow_pickle=False) as file:
        for name in file.files:
            file[name]


def child(config: str, out: Path, acknowledged: int) -> None:
    """Trains, or goes on, and writes into the pipe the step of each checkpoint that is saved."""
    try:
        for event in go_on(out) if checkpoints_in(out) else train(config, out):
            if isinstance(event, Progressed):  # which comes after each step here, when it is saved
                os.write(acknowledged, struct.pack("<q", (event.epoch - 1) * STEPS + event.steps_done))
    except BaseException as error:
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
        os._exit(1)
    os._exit(0)


STEPS = 5  # to an epoch


def campaign(kills: int, seed: int, naive: bool) -> dict[str, Any]:
    rng = random.Random(seed)
    base = Path(tempfile.mkdtemp())
    lay_out(base)
    (base / "c.yaml").write_text(CONFIG)
    last(train(str(base / "c.yaml"), base / "whole"))
    expected = products(base / "whole")
    if naive:
        training_run.save_checkpoint = save_naively
        weights.write_atomically = Path.write_bytes
        Recorder.settle = lambda self: None
    read = read_naively if naive else read_checkpoint
    told = dict.fromkeys(
        ("kills", "within a save", "finished", "failed", "unreadable", "older than acknowledged", "other bytes"), 0
    )
    out = base / "run"
    began, newest = time.monotonic(), 0
    while told["kills"] < kills:
        theirs, ours = os.pipe()
        if (pid := os.fork()) == 0:
            child(str(base / "c.yaml"), out, ours)
        os.close(ours)
        if rng.random() > 0.1:
            select.select([theirs], [], [])
        time.sleep(rng.uniform(0, LONGEST))
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        with os.fdopen(theirs, "rb") as pipe:
            said = pipe.read()
        newest = max([newest, *(step for (step,) in struct.iter_unpack("<q", said[: len(said) // 8 * 8]))])
        if os.WIFSIGNALED(status):
            told["kills"] += 1
            told["within a save"] += bool(list(out.glob(".bpcli-*.tmp")))
        elif os.WEXITSTATUS(status) == 0:
            told["finished"] += 1
            told["other bytes"] += products(out) != expected
        else:
            told["failed"] += 1
        found = checkpoints_in(out) if out.exists() else {}
        sound = 0
        for step, path in found.items():
            try:
                read(path)
                sound = max(sound, step)
            except (BpcliError, Exception):
                told["unreadable"] += 1
        told["older than acknowledged"] += sound < newest
        if not os.WIFSIGNALED(status) or not found or naive:  # it is at its end, or had not come to its beginning
            shutil.rmtree(out, ignore_errors=True)
            newest = 0
    told["seconds"] = round(time.monotonic() - began, 1)
    shutil.rmtree(base)
    return told


if __name__ == "__main__":
    plain = [argument for argument in sys.argv[1:] if argument != "--naive"]
    result = campaign(int(plain[0]), int(plain[1]) if plain[1:] else 0, "--naive" in sys.argv)
    sys.stdout.write(json.dumps(result) + "\n")
