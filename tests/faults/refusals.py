"""Measures what it takes to refuse a hostile file: memory beyond its size, and CPU time.

    python tests/faults/refusals.py [--naive]

reads every file that hostile_files.py makes with the reader that it is meant for, and prints as JSON how many there
were, those that were welcome, the largest memory beyond the size of the file, the slowest refusal (best
of three), and the file of each. `--naive` reads with numpy.load instead, as a beginner would.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from hostile_files import foreign_files, good_file, weights_files

from bpcli.errors import WeightsError
from bpcli.runs.checkpoints import read_checkpoint
from bpcli.runs.weights import read_arrays, read_weights

Read = Callable[[Path], object]
KINDS: dict[str, tuple[Callable[[], Iterable[tuple[str, bytes]]], Read]] = {
    "weights": (weights_files, read_weights),
    "checkpoints": (weights_files, read_checkpoint),
    "first weights": (foreign_files, lambda path: read_arrays(path, str(path), 20)),
}
TRIES = 3


def read_naively(path: Path) -> None:
    """Every array of it; raises whatever NumPy does."""
    with np.load(path, allow_pickle=False) as file:
        for name in file.files:
            file[name]


@dataclass(frozen=True)
class Answer:
    """What came of reading a file."""

    said: str | None  # None when it was welcome
    beyond: int  # bytes of memory, at the most, beyond the size of the file


def answer(path: Path, read: Read) -> Answer:
    """Reads a file; what it holds must not be in memory beside it."""
    tracemalloc.start()
    said = refusal(path, read)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return Answer(said, peak - path.stat().st_size)


def refusal(path: Path, read: Read) -> str | None:
    """What is said of it; None when it is welcome."""
    try:
        read(path)
    except WeightsError as error:
        return str(error)
    except Exception as error:  # NumPy answers with a dozen classes
        if read is not read_naively:
            raise
        return f"{type(error).__name__}: {error}"
    return None


def seconds(path: Path, read: Read) -> float:
    """CPU time of a refusal, the best of some."""
    taken = []
    for _ in range(TRIES):
        began = time.process_time()
        refusal(path, read)
        taken.append(time.process_time() - began)
    return min(taken)


def campaign(naive: bool = False) -> dict[str, Any]:
    told: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "w.npz"
        for kind, (files, strict) in KINDS.items():
            read = read_naively if naive else strict
            path.write_bytes(good_file())
            seconds(path, read)  # once beforehand, for what only the first time takes
            found = []
            for what, data in files():
                path.write_bytes(data)
                del data
                one = answer(path, read)
                found.append((what, one, seconds(path, read)))
            slowest, largest = max(found, key=lambda one: one[2]), max(found, key=lambda one: one[1].beyond)
            told[kind] = {
                "files": len(found),
                "welcome": [what for what, one, _ in found if one.said is None],
                "slowest": {"file": slowest[0], "milliseconds": round(1000 * slowest[2], 2)},
                "most memory": {"file": largest[0], "bytes beyond its size": largest[1].beyond},
            }
    return told


if __name__ == "__main__":
    sys.stdout.write(json.dumps(campaign("--naive" in sys.argv), indent=1) + "\n")
