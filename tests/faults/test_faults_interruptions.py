"""A signal at any moment ends a command with its code, in silence, and with whole files: see interruptions.py."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


def campaign(*arguments: object) -> dict[str, Any]:
    command = [sys.executable, str(Path(__file__).with_name("interruptions.py")), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_fifty_signals_are_heeded() -> None:
    told = campaign(50)
    assert told["faults"] == []
    assert told["signals"] == 50
    assert told["by command"].keys() == {"train", "resume", "folds", "check", "gradcheck", "eval", "predict"}


@pytest.mark.slow
def test_five_hundred_signals_are_heeded() -> None:
    told = campaign(500, 1)
    assert told["faults"] == []
    assert told["signals"] == 500
    assert told["second ones"] >= 20


LOST = """
import os, signal, time
from bpcli import __main__ as program
from bpcli.cli import app as commands

def app(*_, **__):
    try:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(10)
    except BaseException:
        ANSWER

commands.app = app
program.main()
"""


@pytest.mark.parametrize("answer", ["raise ValueError('as a library may') from None", "return 0"])
def test_a_signal_that_gets_lost_in_a_library_is_heeded(answer: str) -> None:
    """pydantic does the first, and what calls back out of C may do the second."""
    command = [sys.executable, "-c", LOST.replace("ANSWER", answer)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (143, "", "")


def test_left_to_python_they_are_not() -> None:
    told = campaign(10, 0, "--naive")
    assert len(told["faults"]) >= 5
