"""Targets that cannot be written: found before the first epoch, told in one line, exit code 6."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "cli"))
from shell import ROOT, Done, shell

from bpcli.errors import CannotWriteError
from bpcli.runs.atomic import write_atomically


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with iris.csv and a config for it."""
    shutil.copy(ROOT / "datasets" / "iris.csv", tmp_path)
    (tmp_path / "iris.yaml").write_text("layers: [4, 5, 3]\nepochs: 3\ndata: {train: iris.csv, target: class}\n")
    return tmp_path


def assert_refused(done: Done, target: str, cause: str) -> None:
    assert done.code == 6, done.err
    assert re.fullmatch(rf"{target}: {cause}\n", done.err), done.err
    assert not any('"event": "epoch"' in line for line in done.out.splitlines())


def test_a_full_disk_is_found_before_the_first_epoch(folder: Path) -> None:
    """Files may grow to 2 blocks here, too few for the weights of this network, enough for config and record."""
    line = "ulimit -f 4; bpcli train iris.yaml --json --out run --set 'layers=[4, 500, 3]'"
    done = shell(line, folder, PYTHONDONTWRITEBYTECODE="1")  # or Python would keep half of a module
    assert_refused(done, r"run/checkpoint-0\.npz", "cannot write: File too large")
    assert not list(folder.glob("run/.bpcli-*"))
    assert json.loads((folder / "run" / "run.json").read_text())["reason"].startswith("CannotWriteError")


@pytest.mark.parametrize(
    ("prepare", "out", "target", "cause"),
    [
        ("touch file", "file/run", "file/run", "cannot write: Not a directory"),
        ("touch file", "file", "file", "cannot write: File exists"),
        ("mkfifo fifo", "fifo", "fifo", "cannot write: File exists"),
        ("mkdir run; mkfifo run/weights.npz", "run", "run", "holds a run already; .*"),
        ("mkdir run; mkdir run/.lock", "run", r"run/\.lock", "cannot write: Is a directory"),
        (":", "/proc/nothing/run", "/proc/nothing/run", "cannot write: No such file or directory"),
    ],
    ids=[
        "below a file",
        "a file",
        "a FIFO",
        "a FIFO in it",
        "a folder for the lock",
        "a file system",
    ],
)
def test_what_cannot_be_a_run_directory(folder: Path, prepare: str, out: str, target: str, cause: str) -> None:
    subprocess.run(["bash", "-c", prepare], cwd=folder, check=True)
    assert_refused(shell(f"bpcli train iris.yaml --json --out {out}", folder), target, cause)


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("unshare") is None, reason="only root can mount")
def test_a_read_only_mount_and_a_tiny_one(folder: Path) -> None:
    mount = "mkdir ro small; mount -t tmpfs -o ro none ro && mount -t tmpfs -o size=16k none small || exit 99"
    for out, target, cause in [
        ("ro/run", "ro/run", "cannot write: Read-only file system"),
        ("small/run", r"small/run/checkpoint-0\.npz", "cannot write: No space left on device"),
    ]:
        train = f"bpcli train iris.yaml --json --out {out} --set 'layers=[4, 500, 3]'"
        done = shell(f'unshare -m bash -c "{mount}; {train}"; code=$?; rmdir ro small; exit $code', folder)
        if done.code == 99:
            pytest.skip("this machine lets nobody mount")
        assert_refused(done, target, cause)


def test_a_fifo_or_a_device_is_not_replaced_by_a_file(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo.csv"
    os.mkfifo(fifo)
    for path in (fifo, Path(os.devnull), tmp_path):
        with pytest.raises(CannotWriteError, match=f"^{path}: cannot write: it is there, and not a file$"):
            write_atomically(path, b"new")
    assert fifo.is_fifo()


def test_predictions_that_cannot_be_written_are_refused_before_anything_is_read(folder: Path) -> None:
    os.mkfifo(folder / "fifo.csv")
    for output, cause in [
        ("fifo.csv", "it is there, and not a file"),
        ("none/p.csv", "No such file or directory"),
        ("iris.csv/p.csv", "Not a directory"),
    ]:
        done = shell(f"bpcli predict none.npz iris.csv --output {output}", folder)
        assert_refused(done, output, f"cannot write: {cause}")
