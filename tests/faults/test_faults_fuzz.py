"""The fuzzer finds nothing that it should not; a planted fault it finds."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("atheris", reason="the fuzzer needs atheris: pip install 'bpcli[fuzz]'")
FUZZ = Path(__file__).with_name("fuzz.py")
BESIDE = os.pathsep.join([str(FUZZ.parent), str(FUZZ.parents[1] / "runs" / "formats")])


def fuzz(target: str, runs: int) -> str:
    """What the fuzzer printed; it has to have come to its end."""
    done = subprocess.run([sys.executable, str(FUZZ), target, str(runs)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    assert f"Done {runs} runs" in done.stderr
    return done.stderr


@pytest.mark.parametrize(
    ("target", "runs", "edges"), [("weights", 2000, 80), ("contents", 400, 1000), ("config", 2000, 600)]
)
def test_some_runs(target: str, runs: int, edges: int) -> None:
    """`edges`: of the program's own, that have to be reached, or the inputs do not come far."""
    assert int(re.findall(r"cov: (\d+)", fuzz(target, runs))[-1]) >= edges


@pytest.mark.slow
@pytest.mark.parametrize(("target", "runs"), [("weights", 1_000_000), ("contents", 200_000), ("config", 1_000_000)])
def test_very_many_runs(target: str, runs: int) -> None:
    fuzz(target, runs)


@pytest.mark.parametrize(("target", "caught"), [("weights", "WeightsError"), ("contents", "WeightsError, DataError")])
def test_a_foreign_exception_ends_it(tmp_path: Path, target: str, caught: str) -> None:
    text = FUZZ.read_text(encoding="utf-8")
    assert f"suppress({caught})" in text
    text = text.replace(f"suppress({caught})", "suppress(KeyError)").replace("parents[2]", "parent")
    (tmp_path / "fuzz.py").write_text(text, encoding="utf-8")
    command = [sys.executable, str(tmp_path / "fuzz.py"), target, "2000"]
    done = subprocess.run(command, capture_output=True, text=True, env={"PYTHONPATH": BESIDE})
    assert done.returncode != 0
    assert "Uncaught Python exception" in done.stdout + done.stderr
