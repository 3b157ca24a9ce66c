"""The part of a run that is not training steps: reading, shuffling, measuring, reporting. Prints Markdown."""

from __future__ import annotations

import io
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from bpcli.core.linalg import add_product
from bpcli.data.batches import Batches
from bpcli.runs.directory import RunDirectory
from bpcli.runs.recorder import Recorder
from bpcli.runs.training_run import TrainingRun
from bpcli.spec.reading import read_config
from bpcli.training.evaluate import BLOCK, Evaluator
from bpcli.training.threads import blas_threads
from bpcli.ui.views import PlainView

EPOCHS = 5
LINES = (  # name, layers, batch, rows to train on, rows to measure after each epoch
    ("S", "[784, 30, 10]", 10, 60_000, 10_000),
    ("L", "[784, 512, 512, 10]", 128, 20_000, 3_333),
    ("L, few measured", "[784, 512, 512, 10]", 128, 20_000, 1_000),
)
COLUMNS = (
    "",
    "epoch, ms",
    "of it steps",
    "first touch of the memory, ms",
    "reading once, ms",
    "shuffling",
    "measuring",
    "reporting",
    "a thirtieth of reading",
    "together",
    "products of measuring",
    "without them",
    "measuring in theory",
)
CONFIG = """
layers: {layers}
batch_size: {batch}
epochs: {epochs}
learning_rate: 0.01
data: {{train: rows.npz, validation: held_out.npz, scale: {{divide: 255}}}}
"""

spent: defaultdict[str, float] = defaultdict(float)


def counted(part: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, its processor seconds added to a part."""

    def timed(*arguments: Any, **named: Any) -> Any:
        began = time.process_time()
        result = function(*arguments, **named)
        spent[part] += time.process_time() - began
        return result

    return timed


def products(training: TrainingRun) -> float:
    """Processor seconds of the matrix products alone that measuring takes after each epoch, the least of five."""
    network, theta = training.trainer.descent.network, training.trainer.theta
    work, x = network.workspace(BLOCK, theta.flat.dtype), training.prepared.splits["validation"].x
    seconds = []
    with blas_threads(training.config.spec.blas_threads):
        for _ in range(5):
            began = time.process_time()
            for start in range(0, len(x), BLOCK):
                work.a[0] = x[start : start + BLOCK]
                for l in range(1, network.L + 1):
                    m = len(work.a[0])
                    add_product(work.z[l][:m], work.a[l - 1][:m], theta.W[l])
            seconds.append(time.process_time() - began)
    return min(seconds)


def arithmetic(training: TrainingRun) -> float:
    """Multiply-adds of measuring over those of an epoch of training: forward over forward, backward and gradient."""
    n, rows = training.trainer.theta.n, training.prepared.splits
    weights = [below * above for below, above in pairwise(n)]
    steps = 3 * sum(weights) - weights[0]  # δ is not carried back to the inputs
    return len(rows["validation"]) / len(rows["train"]) * sum(weights) / steps


def first_touch(size: int) -> float:
    """Processor seconds that the system takes to give memory of so many bytes, which then is ready for the reading."""
    began = time.process_time()
    np.empty(size, np.uint8)[:] = 1
    return time.process_time() - began


def run(folder: Path, name: str, layers: str, batch: int, rows: int, measured: int) -> None:
    """Trains one network as `bpcli train` does, and prints its line."""
    rng = np.random.default_rng(0)
    for file, count in (("rows.npz", rows), ("held_out.npz", measured)):
        np.savez(folder / file, X=rng.integers(0, 256, (count, 784), np.uint8), y=rng.integers(0, 10, count))
    config = folder / "config.yaml"
    config.write_text(CONFIG.format(layers=layers, batch=batch, epochs=EPOCHS), encoding="utf-8")
    spent.clear()
    touching = first_touch((rows + measured) * 784 * (1 + 4))  # the bytes of the files, and the inputs in float32
    began = time.process_time()
    training = counted("reading", TrainingRun)(read_config(str(config), []))
    view = PlainView(io.StringIO())
    show = counted("reporting", view.show)
    with (
        RunDirectory.create(folder / f"run {name}", name, False) as directory,
        Recorder(directory, "", [], folder, training.digests, training.numerics) as recorder,
    ):
        recorder.record = counted("reporting", recorder.record)
        for event in training.run(directory, recorder):
            show(event)
    total = time.process_time() - began
    reading = spent.pop("reading")
    epoch = (total - reading) / EPOCHS
    steps = epoch - sum(spent.values()) / EPOCHS
    parts = [spent[part] / EPOCHS / epoch for part in ("shuffling", "measuring", "reporting")]
    parts += [reading / 30 / epoch]
    together, alone = sum(parts), products(training) / epoch
    cells = " | ".join(f"{100 * part:.2f} %" for part in (*parts, together, alone, together - alone))
    theory = 100 * arithmetic(training)
    print(
        f"| {name} | {1e3 * epoch:.0f} | {1e3 * steps:.0f} | {1e3 * touching:.0f} | {1e3 * reading:.0f} | {cells} "
        f"| {theory:.1f} % |",
        flush=True,
    )


def main() -> None:
    """All lines."""
    Batches.order = counted("shuffling", Batches.order)
    Evaluator.measure = counted("measuring", Evaluator.measure)
    print("\n| " + " | ".join(COLUMNS) + " |\n" + "|---" * len(COLUMNS) + "|")
    with tempfile.TemporaryDirectory() as folder:
        for line in LINES:
            run(Path(folder), *line)


if __name__ == "__main__":
    main()
