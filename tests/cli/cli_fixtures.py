"""The fixtures of the tests of the command line: a folder to work in, and a tiny run that is there already."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from shell import ROOT, bpcli

IRIS = """\
layers: [4, 5, 3]
epochs: 3
data: {train: iris.csv, target: class, validation: 0.2, test: 0.2}
"""


@dataclass(frozen=True)
class Run:
    """A finished training in a folder with its data and its config."""

    folder: Path
    weights: Path
    objects: list[dict[str, Any]]


def lay_out(folder: Path) -> Path:
    """Puts iris and a config for it into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "datasets" / "iris.csv", folder)
    (folder / "iris.yaml").write_text(IRIS)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with iris.csv and iris.yaml in it."""
    return lay_out(tmp_path)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One tiny training for all tests of a module, which leave it as it is."""
    folder = lay_out(tmp_path_factory.mktemp("trained"))
    done = bpcli("train", "iris.yaml", "--out", "run", "--json", cwd=folder)
    assert done.code == 0, done.err
    return Run(folder, folder / "run" / "weights.npz", done.objects)
