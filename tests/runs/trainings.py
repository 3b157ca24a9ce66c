"""Small trainings for tests that want a weights file, each in a folder of its own with its data."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np

from bpcli.runs.directory import RunDirectory
from bpcli.runs.recorder import Recorder
from bpcli.runs.training_run import TrainingRun
from bpcli.runs.weights import pack, read_weights
from bpcli.spec.reading import read_config

ROWS = 60


def lay_out(folder: Path) -> Path:
    """Sixty rows of two inputs, a class, a number and two labels; weights to start from, and orders."""
    rng = np.random.default_rng(0)
    lines = ["a,b,class,number,u,v"]
    for a, b in rng.standard_normal((ROWS, 2)).round(3):
        lines.append(f"{a},{b},{'pqr'[int(a > 0) + int(b > 0)]},{a - 2 * b:.3f},{int(a > 0)},{int(b > 0.5)}")
    (folder / "t.csv").write_text("\n".join(lines) + "\n")
    start = {"W1": rng.standard_normal((5, 2)), "b1": np.zeros(5), "W2": rng.standard_normal((3, 5)), "b2": np.zeros(3)}
    np.savez(folder / "start.npz", **start)
    np.save(folder / "order.npy", np.array([rng.permutation(ROWS) for _ in range(4)]))
    return folder


def train(folder: Path, config: str, name: str = "run", stop: Callable[[], bool] = lambda: False) -> Path:
    """Trains in `folder/<name>`, as `bpcli train` does; gives the weights file."""
    (folder / f"{name}.yaml").write_text(config)
    run = TrainingRun(read_config(str(folder / f"{name}.yaml")), stop)
    with (
        RunDirectory.create(folder / name, "any") as directory,
        Recorder(directory, "", ["bpcli"], folder, run.digests, run.numerics) as recorder,
    ):
        for _ in run.run(directory, recorder):
            pass
    return folder / name / "weights.npz"


def changed(path: Path, change: Callable[[Any, dict[str, np.ndarray]], None], to: Path | None = None) -> Path:
    """A copy beside it, or where it is told, with `change` made to its meta and arrays, soundly packed again."""
    file = read_weights(path)
    meta, arrays = deepcopy(file.meta), {name: array.copy() for name, array in file.arrays.items()}
    change(meta, arrays)
    to = to or path.with_name("changed.npz")
    to.write_bytes(pack(arrays, meta))
    return to
