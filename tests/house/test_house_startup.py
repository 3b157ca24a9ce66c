"""Help and version answer at once: nothing heavy is imported for them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bpcli.cli.app import COMMANDS

HEAVY = {"numpy", "scipy", "yaml", "threadpoolctl", "pyarrow"}
TYPERS_OWN = {"pydantic"}  # typer itself may import it to read the options of a command


def imported_by(*arguments: str) -> set[str]:
    """The top-level modules that a Python process imports."""
    command = [sys.executable, "-X", "importtime", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip().split(".")[0] for line in lines}


def test_nothing_heavy_is_imported_for_help():
    found = imported_by("-m", "bpcli", "--help")
    assert {"typer", "rich"} <= found
    assert not found & (HEAVY | TYPERS_OWN)


def test_next_to_nothing_is_imported_for_the_version():
    assert not imported_by("-m", "bpcli", "--version") & (HEAVY | TYPERS_OWN | {"typer", "click", "rich"})


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_heavy_is_imported_for_the_help_of_a_command(command):
    assert not imported_by("-m", "bpcli", command, "--help") & HEAVY


def test_a_heavy_import_would_be_seen():
    assert {"numpy", "yaml"} <= imported_by("-c", "import yaml, numpy.linalg")
