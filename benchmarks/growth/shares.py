"""The part of a run that is not training steps: reading, shuffling, measuring, reporting. Prints Markdown."""

from __future__ import annotations

import io
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bpcli.data.batches import Batches
from bpcli.runs.directory import RunDirectory
from bpcli.runs.recorder import Recorder
from bpcli.runs.training_run import TrainingRun
from bpcli.spec.reading import read_config
from bpcli.training.evaluate import Evaluator
from bpcli.ui.views import PlainView

EPOCHS = 5
SIZES = {
    "S": ("[784, 30, 10]", 10, 60_000),
    "L": ("[784, 512, 512, 10]", 128, 20_000),
}
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


def run(name: str, folder: Path) -> None:
    """Trains one network as `bpcli train` does, and prints its line."""
    layers, batch, rows = SIZES[name]
    rng = np.random.default_rng(0)
    for file, count in (("rows.npz", rows), ("held_out.npz", rows // 6)):
        np.savez(folder / file, X=rng.integers(0, 256, (count, 784), np.uint8), y=rng.integers(0, 10, count))
    config = folder / "config.yaml"
    config.write_text(CONFIG.format(layers=layers, batch=batch, epochs=EPOCHS), encoding="utf-8")
    spent.clear()
    began = time.process_time()
    training = counted("reading", TrainingRun)(read_config(str(config), []))
    view = PlainView(io.StringIO())
    show = counted("reporting", view.show)
    with (
        RunDirectory.create(folder / f"run {name}", name, False) as directory,
        Recorder(directory, "", [], folder, training.digests) as recorder,
    ):
        recorder.record = counted("reporting", recorder.record)  # type: ignore[method-assign]
        for event in training.run(directory, recorder):
            show(event)
    total = time.process_time() - began
    reading = spent.pop("reading")
    epoch = (total - reading) / EPOCHS
    steps = epoch - sum(spent.values()) / EPOCHS
    parts = [100 * spent[part] / EPOCHS / epoch for part in ("shuffling", "measuring", "reporting")]
    cells = " | ".join(f"{part:.2f} %" for part in parts)
    print(
        f"| {name} | {1e3 * epoch:.0f} | {1e3 * steps:.0f} | {cells} | {1e3 * reading:.0f} "
        f"| {100 * reading / 30 / epoch:.2f} % |",
        flush=True,
    )


def main() -> None:
    """Both sizes."""
    Batches.order = counted("shuffling", Batches.order)  # type: ignore[method-assign]
    Evaluator.measure = counted("measuring", Evaluator.measure)  # type: ignore[method-assign]
    print("\n| | epoch, ms | of it steps | shuffling | measuring | reporting | reading once, ms | a thirtieth of it |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name in SIZES:
            run(name, Path(folder))


if __name__ == "__main__":
    main()
