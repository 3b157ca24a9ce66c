"""Makes the files of the present format versions, to be kept here for as long as bpcli reads them.

    python tests/runs/formats/make.py

When `FORMAT` in bpcli/runs/weights.py or bpcli/runs/checkpoints.py gets a new number, this adds what there is none of:
`weights-<number>.npz`, the end of a training, and `checkpoint-<number>/`, the same training stopped within an epoch.
Files that are here already stay as they are, whatever they were made by: test_runs_formats.py reads each of them.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
from stopped_trainings import at_step, last, train

from bpcli.runs import checkpoints, weights
from bpcli.runs.directory import METRICS, checkpoints_in

HERE = Path(__file__).parent
CONFIG = """\
layers: [3, 5, 2]
activation: tanh
epochs: 6
batch_size: 8
learning_rate: 0.05
optimizer: adam
dropout: 0.1
schedule: {name: plateau, patience: 0}
early_stopping: {monitor: validation.cost, patience: 5}
data: {train: d.csv, target: y, validation: 0.25, test: 0.2}
"""
STOP = 10  # updates: two epochs of four, and two


def kept_weights(number: object = weights.FORMAT) -> Path:
    return HERE / f"weights-{number}.npz"


def kept_checkpoint(number: object = checkpoints.FORMAT) -> Path:
    """The run directory of a checkpoint; `number` may be the format as a checkpoint says it."""
    return HERE / f"checkpoint-{str(number).removeprefix('checkpoint ')}"


def make(work: Path) -> None:
    """Trains in `work`, a folder of its own, and adds what is missing."""
    shutil.copy(HERE / "d.csv", work)
    (work / "c.yaml").write_text(CONFIG)
    if not (to := kept_weights()).exists():
        last(train(str(work / "c.yaml"), work / "whole"))
        shutil.copy(work / "whole" / "weights.npz", to)
    if not (to := kept_checkpoint()).exists():
        last(train(str(work / "c.yaml"), work / "stopped", at_step(STOP)))
        to.mkdir()
        for file in (checkpoints_in(work / "stopped")[STOP], work / "stopped" / METRICS):
            shutil.copy(file, to)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder))
