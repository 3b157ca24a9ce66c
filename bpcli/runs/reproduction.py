"""A weights file made once more out of what it says of itself: what is behind `bpcli reproduce`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from bpcli.errors import ConfigError, NegativeVerdict, WeightsError
from bpcli.runs.comparison import compare, differing
from bpcli.runs.directory import WEIGHTS, RunDirectory
from bpcli.runs.resuming import carry_out, stopped_and_resumed
from bpcli.runs.trained import folder_of_data, load_trained, trained_of
from bpcli.runs.training_run import TrainingRun
from bpcli.runs.weights import pack, read_weights, unpack
from bpcli.spec.reading import Config, config_from_mapping
from bpcli.spec.sources import files_named
from bpcli.training.events import Ended, EpochEnded, Event

ADVICE = "start bpcli in the folder that its paths start from"


def config_again(path: Path) -> Config:
    """The config that a weights file was trained with, beside its data; raises WeightsError and DataError."""
    trained = load_trained(path)
    folder = folder_of_data(trained, files_named(trained.config.spec), ADVICE)
    return config_from_mapping(trained.meta["config"], folder, str(path))


def resumed_alike(config: Config, subject: str, command: Sequence[str]) -> dict[str, Any]:
    """Trains twice in a temporary folder, once in one go, once stopped half way and resumed, and compares the bytes.

    Half way is a step within an epoch, where there is one. The object that `reproduce --resume --json` prints. Raises
    what training raises, and NegativeVerdict where it leaves no weights to compare.
    """
    with TemporaryDirectory(prefix="bpcli-") as folder:
        whole, again = Path(folder, "whole"), Path(folder, "again")
        run = TrainingRun(config)
        with RunDirectory.create(whole, "") as directory:
            carry_out(run, directory, command)
        if run.trainer.kept is None:
            raise NegativeVerdict(f"{subject}: the training leaves no weights: its first epoch diverges")
        steps = run.trainer.at.step
        stopped = _within_an_epoch(steps // 2, run.trainer.batches.count)
        a = read_weights(whole / WEIGHTS)
        b = read_weights(stopped_and_resumed(config, again, stopped, command))
    same = a.sha256 == b.sha256
    return {
        "subject": subject,
        "resumed_alike": same,
        "steps": steps,
        "stopped_after": stopped,
        "sha256": {"a": a.sha256, "b": b.sha256},
        "differences": None if same else compare(a, b),
    }


def _within_an_epoch(step: int, steps_per_epoch: int) -> int:
    """A step close by after which an epoch is not over, where epochs have several."""
    return step + 1 if step % steps_per_epoch == 0 else step


class Reproduction:
    """A training as a weights file says it was, on the same data, ready to begin; it writes nothing.

    A run that was interrupted, or stopped early, is followed as far as it went. With validation rows that is the last
    epoch it ended, which decides what was kept. Without them it is a step of the epoch after, which the file does not
    name: it is the one that gives the weights of the file.

    Raises, on construction, WeightsError, DataError where the data (or a file of `init` or of orders) is not found or
    was changed, and NegativeVerdict where the config cannot have been trained on that data.
    """

    def __init__(self, path: Path, stop: Callable[[], bool] = lambda: False) -> None:
        self._file = read_weights(path)
        trained = trained_of(self._file)
        self._theta = trained.theta
        self._epochs = self._file.meta["metrics"].get("epochs")
        if not isinstance(self._epochs, int):
            raise WeightsError(f"{path}: its metrics do not say how many epochs it was trained")
        folder = folder_of_data(trained, files_named(trained.config.spec), ADVICE)
        try:
            config = config_from_mapping(self._file.meta["config"], folder, str(path))
            self._run = TrainingRun(config, lambda: stop() or self._is_as_far())
        except ConfigError as error:
            lines = (line.removeprefix(f"{path}: ") for line in error.lines)
            raise NegativeVerdict(*(f"{path}: not reproduced: with its data, {line}" for line in lines)) from error
        self._done = 0

    def run(self) -> Iterator[Event]:
        """Trains; `result` is there when the last event comes."""
        for event in self._run.train():
            if isinstance(event, EpochEnded):
                self._done = event.epoch
            elif isinstance(event, Ended):
                self.result = self._judge(event)
            yield event

    def _is_as_far(self) -> bool:
        """Whether to end after this step; a run that reached its last epoch, or stopped early, ends by itself."""
        if self._done < self._epochs or self._run.trainer.is_complete:
            return False
        if self._done > self._epochs or self._run.trainer.validation is not None:
            return True
        return np.array_equal(self._run.trainer.theta.flat, self._theta.flat)

    def _judge(self, ended: Ended) -> dict[str, Any]:
        """The object that `reproduce --json` prints.

        Where the arithmetic was done is told in the file, too: in that alone may the bytes differ.
        """
        kept = self._run.trainer.kept
        again = None if kept is None else unpack(pack(dict(kept.blocks()), self._run.meta), self._file.path)
        compared = None if again is None else compare(self._file, again)
        return {
            "weights": str(self._file.path),
            "reproduced": compared is not None and set(differing(compared)) <= {"numerics"},
            "reason": ended.reason,
            "epochs": ended.epochs,
            "seconds": ended.seconds,
            "threads": self._run.config.spec.threads,
            "sha256": {"a": self._file.sha256, "b": again and again.sha256},
            "differences": compared,
        }
