"""One training from a config to a weights file: what is behind `bpcli train` and `bpcli reproduce`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from bpcli.core.metrics import constant
from bpcli.core.parameters import Parameters
from bpcli.data.loading import Prepared
from bpcli.data.source import digest
from bpcli.runs.directory import RunDirectory
from bpcli.runs.objects import epoch_object, measures_object
from bpcli.runs.provenance import numerics
from bpcli.runs.recorder import Recorder
from bpcli.runs.weights import Meta, read_arrays, save_weights
from bpcli.spec import build
from bpcli.spec.agreement import complete
from bpcli.spec.reading import Config
from bpcli.spec.resolved import to_mapping
from bpcli.spec.sources import files_named, read_data, shown
from bpcli.training.events import Ended, EpochEnded, Event, Measures
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
        given = read_arrays(spec.folder / file, shown(spec.folder, file)) if file else None
        self.trainer = build.trainer(self.config, self.prepared, given)
        self.trainer.stop = stop
        self.digests = self._digests()
        self.expected: list[dict[str, Any]] = []  # each condition, its value and whether it was met, after the end
        self.meta: Meta = {}  # of the weights file, after the end; empty when nothing is kept

    def run(self, directory: RunDirectory, recorder: Recorder) -> Iterator[Event]:
        """Trains, records every epoch, and saves the weights before it gives out the last event."""
        for event in self.train():
            if isinstance(event, EpochEnded):
                recorder.record(epoch_object(event))
            elif isinstance(event, Ended):
                if self.trainer.kept is not None:
                    save_weights(directory.weights, dict(self.trainer.kept.blocks()), self.meta)
                recorder.finish(event.reason)
            yield event

    def train(self) -> Iterator[Event]:
        """Trains and writes nothing; before the last event comes, `meta` and `expected` are there."""
        kept: EpochEnded | None = None
        with blas_threads(self.config.spec.blas_threads):
            for event in self.trainer.run():
                if isinstance(event, EpochEnded) and (event.best or self.trainer.validation is None):
                    kept = event
                elif isinstance(event, Ended):
                    self._finish(event, kept)
                yield event

    def _finish(self, ended: Ended, kept: EpochEnded | None) -> None:
        """Judges the expectations and says what is worth keeping, if there is anything."""
        theta = self.trainer.kept
        if theta is None:
            return
        figures = self._figures(ended, kept, theta)
        for metric, condition in self.config.spec.expect.items():
            value = figures["epochs"] if metric == "epochs" else _look_up(figures, metric)
            met = value is not None and condition.met(value)
            self.expected.append({"metric": metric, "condition": str(condition), "value": value, "met": met})
        self.meta = {
            "config": to_mapping(self.config.spec),
            "preparation": self.prepared.preparation.to_json(),
            "metrics": figures,
            "numerics": numerics(),
            "files": self.digests,
        }

    def _figures(self, ended: Ended, kept: EpochEnded | None, theta: Parameters) -> dict[str, Any]:
        """What is known of the parameters that are kept, as JSON values."""
        train = kept.train if kept else None
        if train is None and any(metric.startswith("train.") for metric in self.config.spec.expect):
            train = self.trainer.evaluator.measure(theta, self.prepared.train)
        splits: dict[str, Measures | None] = {
            "running": kept.running if kept else None,
            "train": train,
            "validation": kept.validation if kept else None,
            "test": ended.test,
        }
        measured = {name: measures_object(measures) for name, measures in splits.items() if measures is not None}
        return {"epochs": ended.epochs, "best_epoch": ended.best_epoch, **measured}

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
