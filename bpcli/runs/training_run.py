"""One training from a config to a weights file: what is behind `bpcli train` and `bpcli reproduce`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

from bpcli.core.metrics import constant
from bpcli.data.loading import Prepared
from bpcli.data.source import digest
from bpcli.data.stored import preparation_as_json
from bpcli.errors import WeightsError
from bpcli.runs.checkpoints import Checkpoint, Due, read_checkpoint, save_checkpoint
from bpcli.runs.directory import RunDirectory, checkpoints_in
from bpcli.runs.objects import epoch_object, measures_object
from bpcli.runs.provenance import numerics
from bpcli.runs.recorder import Recorder
from bpcli.runs.weights import Meta, read_arrays, save_weights
from bpcli.spec import build
from bpcli.spec.agreement import complete
from bpcli.spec.reading import Config
from bpcli.spec.resolved import to_mapping
from bpcli.spec.sources import files_named, read_data, shown
from bpcli.training.events import Ended, EpochEnded, Event
from bpcli.training.threads import blas_threads


class TrainingRun:
    """A training that is ready to begin: the data is read and everything fits.

    Raises, on construction, ConfigError, DataError and WeightsError (of the file that `init` names).
    """

    def __init__(self, config: Config, stop: Callable[[], bool] = lambda: False) -> None:
        spec = config.spec
        self.prepared = read_data(spec)
        self.config = replace(config, spec=complete(config, self.prepared))
        _see_that_it_can_be_watched(self.config, self.prepared)
        file = spec.init.file
        most = sum((columns + 1) * rows for columns, rows in pairwise(map(int, self.config.spec.layers)))
        given = read_arrays(spec.folder / file, shown(spec.folder, file), most) if file else None
        self.trainer = build.trainer(self.config, self.prepared, given)
        self.trainer.stop = stop
        self.digests = self._digests()
        self.numerics = numerics(spec.engine)
        self.expected: list[dict[str, Any]] = []  # each condition, its value, whether it was met, after the end
        self.meta: Meta = {}  # of the weights file, after the end; empty when nothing is kept
        self._kept: dict[str, Any] = {}  # the figures of the parameters that are kept, by split
        self._unsaved = False  # whether those are not on the disk yet

    def restore(self, checkpoint: Checkpoint) -> None:
        """Take over a training that was saved, before `run`; raises WeightsError where it does not fit the config."""
        kept = checkpoint.meta.get("kept")
        try:
            self.trainer.restore(checkpoint.state)
            if not isinstance(kept, dict):
                raise ValueError("it says nothing of what was kept")
        except ValueError as error:
            raise WeightsError(f"{checkpoint.path}: {error}") from error
        self._kept = kept
        self._unsaved = self.trainer.kept is not None

    def run(self, directory: RunDirectory, recorder: Recorder) -> Iterator[Event]:
        """Trains, records every epoch, and saves what the config asks for, and all at the end before the last event."""
        due = Due(self.config.spec.checkpoint)
        for event in self.train():
            if isinstance(event, EpochEnded):
                recorder.record(epoch_object(event))
            if due.after(event, self.trainer.at.step) and self._save(directory, recorder):
                due.written()
                self._save_better(directory, event)
            if isinstance(event, Ended):
                if (theta := self.trainer.kept) is not None:
                    save_weights(directory.weights, dict(theta.blocks()), self.meta)
                event = self._explained(event, directory)
                recorder.finish(event.reason)
            yield event

    def train(self) -> Iterator[Event]:
        """Trains and writes nothing; before the last event comes, `meta` and `expected` are there."""
        with blas_threads(self.config.spec.blas_threads):
            for event in self.trainer.run():
                if isinstance(event, EpochEnded):
                    self._note(event)
                elif isinstance(event, Ended):
                    event = self._finish(event)
                yield event

    def _note(self, event: EpochEnded) -> None:
        """Takes down what is measured of the parameters that are kept."""
        if event.best or self.trainer.validation is None:
            splits = {"running": event.running, "train": event.train, "validation": event.validation}
            self._kept = {name: measures_object(measures) for name, measures in splits.items() if measures is not None}
            self._unsaved = True

    def _save(self, directory: RunDirectory, recorder: Recorder) -> bool:
        """Saves a checkpoint, unless something is not finite; whether it did.

        What is not finite will end the training where it is looked for in any case, so that saving changes nothing.
        """
        state = self.trainer.state()
        if not state.is_finite:
            return False
        recorder.settle()
        meta = {
            "config": to_mapping(self.config.spec),
            "files": self.digests,
            "numerics": self.numerics,
            "kept": self._kept,
            "lines": recorder.lines,
        }
        save_checkpoint(directory, state, meta)
        return True

    def _save_better(self, directory: RunDirectory, event: Event) -> None:
        """Saves the weights that are kept when they are better than those on the disk; the last ones come later."""
        theta = self.trainer.kept
        if self._unsaved and theta is not None and not isinstance(event, Ended):
            meta = self._meta(self._figures(self.trainer.at.epoch))
            save_weights(directory.weights, dict(theta.blocks()), meta)
            self._unsaved = False

    def _finish(self, ended: Ended) -> Ended:
        """Judges the expectations and says what is worth keeping, if there is anything.

        Gives the end back, as an interruption where there was no time left to measure what is expected.
        """
        if self.trainer.kept is None:
            return ended
        figures = self._figures(ended.epochs)
        on_train = any(metric.startswith("train.") for metric in self.config.spec.expect)
        if on_train and "train" not in figures and ended.reason != "interrupted":  # who stops a run does not wait
            if (measures := self.trainer.last_look(self.prepared.train)) is not None:
                figures["train"] = measures_object(measures)
            elif ended.reason != "diverged":
                ended = replace(ended, reason="interrupted")
        if ended.test is not None:
            figures["test"] = measures_object(ended.test)
        for metric, condition in self.config.spec.expect.items():
            value = figures["epochs"] if metric == "epochs" else _look_up(figures, metric)
            unjudged = value is None and (ended.reason == "interrupted" or self.trainer.gave_up)
            met = None if unjudged else value is not None and condition.met(value)
            self.expected.append({"metric": metric, "condition": str(condition), "value": value, "met": met})
        self.meta = self._meta(figures)
        return ended

    def _meta(self, figures: dict[str, Any]) -> Meta:
        """What a weights file says of itself."""
        return {
            "config": to_mapping(self.config.spec),
            "preparation": preparation_as_json(self.prepared.preparation),
            "metrics": figures,
            "numerics": self.numerics,
            "files": self.digests,
        }

    def _figures(self, epochs: int) -> dict[str, Any]:
        """What is known of the parameters that are kept, as JSON values."""
        trainer = self.trainer
        within_an_epoch = trainer.kept is trainer.theta and trainer.at.batch > 0  # those of its end are of others
        return {"epochs": epochs, "best_epoch": trainer.at.best_epoch, **({} if within_an_epoch else self._kept)}

    def _explained(self, ended: Ended, directory: RunDirectory) -> Ended:
        """The end of a training that diverged with its cause, found by training again from the last checkpoint."""
        if ended.reason != "diverged" or ended.cause is not None:
            return ended
        last = next(iter(checkpoints_in(directory.path).values()))
        return replace(ended, cause=self.trainer.replay(read_checkpoint(last).state))

    def _digests(self) -> dict[str, str]:
        """SHA-256 of each file that decides the weights, by the path that the config wrote."""
        spec, read = self.config.spec, self.prepared.digests
        places = {name: shown(spec.folder, name) for name in files_named(spec)}
        return {name: read.get(place) or digest(spec.folder / name, place) for name, place in places.items()}


def _see_that_it_can_be_watched(config: Config, prepared: Prepared) -> None:
    """Raises ConfigError where early stopping goes by an R² that is not defined."""
    stop = config.spec.early_stopping
    if stop is None or not stop.monitor.endswith(".r2"):
        return
    split = stop.monitor.partition(".")[0]
    rows = {"train": prepared.train, "validation": prepared.validation}[split]
    if rows is not None and constant(rows.y):
        raise config.error("early_stopping.monitor", f"there is no R² where targets are all the same, as in {split}")


def _look_up(figures: Mapping[str, Any], metric: str) -> float | None:
    split, name = metric.split(".")
    value: float | None = figures.get(split, {}).get(name)
    return value
