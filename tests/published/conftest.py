"""Runs the configs of configs/published/ through the command line, in a temporary place."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Replay:
    """What `bpcli train --json` said of a published run, and the weights file that it wrote."""

    epochs: list[dict[str, Any]]
    end: dict[str, Any]
    weights: Path

    @property
    def costs(self) -> list[float]:
        """The running cost of each epoch."""
        return [epoch["running"]["cost"] for epoch in self.epochs]

    def array(self, name: str) -> np.ndarray:
        """W1, b1, … as NumPy reads it out of the weights file."""
        with np.load(self.weights, allow_pickle=False) as arrays:
            return arrays[name]


def bpcli(*arguments: object) -> list[str]:
    """The lines that a command prints."""
    command = [sys.executable, "-m", "bpcli", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of configs/published/ with its inputs written, and with the data where its paths look for it."""
    checkout = tmp_path_factory.mktemp("checkout")
    folder = checkout / "configs" / "published"
    shutil.copytree(ROOT / "configs" / "published", folder, ignore=shutil.ignore_patterns("inputs", "runs"))
    os.symlink(ROOT / "datasets", checkout / "datasets")
    subprocess.run([sys.executable, str(folder / "make_inputs.py")], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="session")
def replay(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Replay]:
    """Trains a published config, with settings such as `epochs=1` on top."""

    def train(config: str, *settings: str) -> Replay:
        out = tmp_path_factory.mktemp("runs") / "run"
        overrides = [word for setting in settings for word in ("--set", setting)]
        lines = bpcli("train", published / config, "--json", "--out", out, *overrides)
        _, *epochs, end = map(json.loads, lines)
        return Replay(epochs, end, out / "weights.npz")

    return train


@pytest.fixture(scope="session")
def evaluate() -> Callable[[Path], dict[str, Any]]:
    """What `bpcli eval` measures with a weights file."""

    def measure(weights: Path) -> dict[str, Any]:
        (line,) = bpcli("eval", weights, "--json")
        return json.loads(line)

    return measure


@pytest.fixture(scope="session")
def predict(published: Path) -> Callable[[Path, str], list[list[float]]]:
    """What `bpcli predict` says of each row of a file beside the configs."""

    def outputs(weights: Path, data: str) -> list[list[float]]:
        _, *rows = bpcli("predict", weights, published / data)
        return [[float(cell) for cell in row.split(",")] for row in rows]

    return outputs
