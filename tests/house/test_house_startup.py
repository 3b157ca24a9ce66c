"""Help and version answer at once: nothing heavy is imported for them."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"numpy", "scipy", "yaml", "threadpoolctl", "pyarrow"}
TYPERS_OWN = {"pydantic"}  # typer itself may import it to read the options of a command


def imported_by(*arguments: str) -> set[str]:
    """The top-level modules that a Python process imports."""
    command = [sys.executable, "-X", "importtime", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip().split(".")[0] for line in lines}


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_nothing_heavy_is_imported(option):
    found = imported_by("-m", "bpcli", option)
    assert "typer" in found
    assert not found & (HEAVY | TYPERS_OWN)


COMMANDS = ["train", "eval", "predict", "inspect", "diff", "reproduce", "init", "check", "schema", "gradcheck"]


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_heavy_is_imported_for_the_help_of_a_command(command):
    assert not imported_by("-m", "bpcli", command, "--help") & HEAVY


def test_a_heavy_import_would_be_seen():
    assert {"numpy", "yaml"} <= imported_by("-c", "import yaml, numpy.linalg")
