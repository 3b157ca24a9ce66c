"""Help and version answer at once: nothing heavy is imported for them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bpcli.cli.app import COMMANDS

HEAVY = {"numpy", "scipy", "yaml", "threadpoolctl", "pyarrow"}
TYPERS_OWN = {"pydantic"}  # typer itself may import it to read the options of a command


def modules_of(*arguments: str) -> set[str]:
    """All modules that a Python process imports."""
    command = [sys.executable, "-X", "importtime", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip() for line in lines}


def imported_by(*arguments: str) -> set[str]:
    """The top-level modules that a Python process imports."""
    return {module.split(".")[0] for module in modules_of(*arguments)}


def test_nothing_heavy_is_imported_for_help():
    found = imported_by("-m", "bpcli", "--help")
    assert {"typer", "rich"} <= found
    assert not found & (HEAVY | TYPERS_OWN)


def test_next_to_nothing_is_imported_for_the_version():
    assert not imported_by("-m", "bpcli", "--version") & (HEAVY | TYPERS_OWN | {"typer", "click", "rich"})


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_heavy_is_imported_for_the_help_of_a_command(command):
    assert not imported_by("-m", "bpcli", command, "--help") & HEAVY


@pytest.mark.parametrize(("activation", "used"), [("relu", False), ("gelu", True)])
def test_a_training_imports_special_functions_where_they_are_used(activation, used, tmp_path):
    alone = modules_of("-c", "import scipy.linalg.blas")  # which brings them along in some versions
    config = Path(__file__).parents[2] / "configs" / "xor.yaml"
    options = ["--set", "epochs=1", "--set", f"activation={activation}", "--set", "expect={}", "--quiet"]
    seen = modules_of("-m", "bpcli", "train", str(config), *options, "--out", str(tmp_path / "run"))
    if "scipy.special" not in alone:
        assert any(module.startswith("scipy.special.") for module in seen) == used


def test_a_heavy_import_would_be_seen():
    assert {"numpy", "yaml"} <= imported_by("-c", "import yaml, numpy.linalg")
