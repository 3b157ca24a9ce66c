"""One digest of the weights, whatever surrounds the training: threads, CPUs, hash seed, clock, place, load."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "cli"))
from shell import ROOT, bpcli

CONFIG = """\
layers: [64, 300, 10]
epochs: 2
batch_size: 200
optimizer: adam
dropout: 0.2
data: {train: digits.csv.gz, target: class, validation: 0.1, test: 0.2}
"""
ANOTHER_CLOCK = """\
import time
began, real = time.time(), time.time
time.time = lambda: 2e9 + 7 * (real() - began)
time.monotonic = time.perf_counter = time.time
open("another clock", "w").close()
"""
SURROUNDINGS: list[dict[str, str | None]] = [
    {"PYTHONHASHSEED": str(seed), "OPENBLAS_NUM_THREADS": threads, "TZ": zone, "LC_ALL": language}
    for seed, threads, zone, language in zip(
        range(10),
        ["1", "2", None, "1", "2", None, "1", "2", None, "4"],
        ["UTC", "Asia/Kathmandu", "America/St_Johns", None, "Pacific/Kiritimati"] * 2,
        ["C", "C.UTF-8", None, "de_DE.UTF-8", "tr_TR.UTF-8"] * 2,
    )
]
EVERY = [  # one or two CPUs, another clock or ours, a busy machine or an idle one, in all of these
    (changes, cpus, clock, busy)
    for number, changes in enumerate(SURROUNDINGS)
    for cpus, clock, busy in [(1 + number % 2, bool(number & 2), False), (2 - number % 2, False, bool(number & 1))]
]


@contextmanager
def load(wanted: bool) -> Iterator[None]:
    """Two processes that keep the CPUs busy."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2 * wanted)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def trained(place: Path, changes: dict[str, str | None], cpus: int, clock: bool) -> str:
    """The digest of a training in a folder of its own."""
    place.mkdir()
    shutil.copy(ROOT / "datasets" / "digits.csv.gz", place)
    (place / "c.yaml").write_text(CONFIG)
    if clock:
        (place / "sitecustomize.py").write_text(ANOTHER_CLOCK)
        changes = {**changes, "PYTHONPATH": str(place)}
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(allowed)[:cpus])
    try:
        done = bpcli("train", "c.yaml", "--out", "run", "-q", cwd=place, **changes)
    finally:
        os.sched_setaffinity(0, allowed)
    assert (done.code, done.err) == (0, "")
    assert (place / "another clock").exists() == clock
    return hashlib.sha256((place / "run" / "weights.npz").read_bytes()).hexdigest()


def digests(tmp_path: Path, every: int) -> set[str]:
    found = set()
    for number, (changes, cpus, clock, busy) in list(enumerate(EVERY))[::every]:
        with load(busy):
            found.add(trained(tmp_path / f"{'ä ' * (number % 3)}{number}", changes, cpus, clock))
    return found


pytestmark = pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="CPUs cannot be chosen here")


def test_one_digest_in_some_surroundings(tmp_path: Path) -> None:
    assert len(digests(tmp_path, every=7)) == 1


@pytest.mark.slow
def test_one_digest_in_twenty_surroundings(tmp_path: Path) -> None:
    assert len(EVERY) == 20
    assert len(digests(tmp_path, every=1)) == 1
