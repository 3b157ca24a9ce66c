"""The fuzzer finds nothing that it should not; a planted fault it finds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("atheris", reason="the fuzzer needs atheris: pip install 'bpcli[fuzz]'")
FUZZ = Path(__file__).with_name("fuzz.py")


def fuzz(target: str, runs: int) -> str:
    """What the fuzzer printed; it has to have come to its end."""
    done = subprocess.run([sys.executable, str(FUZZ), target, str(runs)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stderr


@pytest.mark.parametrize("target", ["weights", "config"])
def test_some_runs(target):
    assert "Done 2000 runs" in fuzz(target, 2000)


@pytest.mark.slow
@pytest.mark.parametrize("target", ["weights", "config"])
def test_a_million_runs(target):
    assert "Done 1000000 runs" in fuzz(target, 1_000_000)


def test_a_foreign_exception_ends_it(tmp_path):
    text = FUZZ.read_text(encoding="utf-8").replace("suppress(WeightsError)", "suppress(KeyError)")
    (tmp_path / "fuzz.py").write_text(text.replace("parents[2]", "parent"), encoding="utf-8")
    command = [sys.executable, str(tmp_path / "fuzz.py"), "weights", "2000"]
    done = subprocess.run(command, capture_output=True, text=True, env={"PYTHONPATH": str(FUZZ.parent)})
    assert done.returncode != 0
    assert "Uncaught Python exception" in done.stdout + done.stderr
