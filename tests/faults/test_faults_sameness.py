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
layers: [64, 1000, 10]
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
ANOTHER_LANGUAGE = """\
import locale
locale.setlocale(locale.LC_ALL, "")
open("decimal point", "w").write(locale.localeconv()["decimal_point"])
"""
THREADS_LEFT_ALONE = """\
import contextlib
import bpcli.training.threads
bpcli.training.threads.blas_threads = lambda count: contextlib.nullcontext()
"""
LANGUAGES = ("de_DE", "tr_TR")  # with a decimal comma; with a dotted capital İ for i
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


@pytest.fixture(scope="module")
def languages(tmp_path_factory: pytest.TempPathFactory) -> str | None:
    """A folder of languages that the system may lack; None where they cannot be made."""
    folder = tmp_path_factory.mktemp("languages")
    for name in LANGUAGES:
        command = ["localedef", "-i", name, "-f", "UTF-8", str(folder / f"{name}.UTF-8")]
        if shutil.which("localedef") is None or subprocess.run(command, capture_output=True).returncode:
            return None
    return str(folder)


def trained(
    place: Path, changes: dict[str, str | None], cpus: int, clock: bool, first: str = "", config: str = CONFIG
) -> str:
    """The digest of a training in a folder of its own, in which Python begins with the lines of `first`."""
    place.mkdir()
    shutil.copy(ROOT / "datasets" / "digits.csv.gz", place)
    (place / "c.yaml").write_text(config)
    comma = (changes.get("LC_ALL") or "").startswith(LANGUAGES) and changes.get("LOCPATH") is not None
    lines = first + ANOTHER_CLOCK * clock + ANOTHER_LANGUAGE * comma
    (place / "sitecustomize.py").write_text(lines)
    changes = {**changes, "PYTHONPATH": str(place)}
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(allowed)[:cpus])
    try:
        done = bpcli("train", "c.yaml", "--out", "run", "-q", cwd=place, **changes)
    finally:
        os.sched_setaffinity(0, allowed)
    assert (done.code, done.err) == (0, "")
    assert (place / "another clock").exists() == clock
    assert not comma or (place / "decimal point").read_text() == ","
    return hashlib.sha256((place / "run" / "weights.npz").read_bytes()).hexdigest()


def digests(tmp_path: Path, languages: str | None, every: int, config: str = CONFIG) -> set[str]:
    found, cache = set(), str(tmp_path / "numba")
    for number, (changes, cpus, clock, busy) in list(enumerate(EVERY))[::every]:
        with load(busy):
            place = tmp_path / f"{'ä ' * (number % 3)}{number}"
            given = {**changes, "LOCPATH": languages, "NUMBA_CACHE_DIR": cache}
            found.add(trained(place, given, cpus, clock, config=config))
    return found


pytestmark = pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="CPUs cannot be chosen here")


def test_one_digest_in_some_surroundings(tmp_path: Path, languages: str | None) -> None:
    assert len(digests(tmp_path, languages, every=7)) == 1


@pytest.mark.parametrize("every", [10, pytest.param(1, marks=pytest.mark.slow)])
def test_one_digest_of_compiled_loops(tmp_path: Path, languages: str | None, every: int) -> None:
    """Compiled in the first of the surroundings and in the others loaded."""
    pytest.importorskip("numba", reason="engine: jit needs numba: pip install '.[jit]'", exc_type=ImportError)
    compiled = CONFIG.replace("dropout: 0.2", "engine: jit")
    assert len(digests(tmp_path, languages, every, compiled)) == 1


@pytest.mark.skipif(os.cpu_count() == 1, reason="a BLAS has one thread to a CPU")
def test_threads_that_are_left_alone_change_it(tmp_path: Path) -> None:
    """So that the digest is known to notice."""
    found = {
        trained(tmp_path / count, {"OPENBLAS_NUM_THREADS": count}, 2, clock=False, first=THREADS_LEFT_ALONE)
        for count in ("1", "2")
    }
    assert len(found) == 2


@pytest.mark.slow
def test_one_digest_in_twenty_surroundings(tmp_path: Path, languages: str | None) -> None:
    assert len(EVERY) == 20
    assert len(digests(tmp_path, languages, every=1)) == 1
