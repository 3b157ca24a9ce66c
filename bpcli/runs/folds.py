"""As many trainings as there are folds, each measured on the fold it left out: what is behind `train --folds`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from statistics import fmean, stdev
from typing import Any

from bpcli.core.metrics import METRICS
from bpcli.data.splits import Fold
from bpcli.runs.atomic import write_atomically
from bpcli.runs.directory import RunDirectory
from bpcli.runs.evaluation import evaluate
from bpcli.runs.recorder import Recorder
from bpcli.runs.trained import load_trained
from bpcli.runs.training_run import TrainingRun
from bpcli.spec.data_schema import FoldSpec
from bpcli.spec.reading import Config
from bpcli.spec.resolved import to_yaml
from bpcli.training.events import Ended, Event

Figures = dict[str, float | None]


class _Stopped(Exception):
    """Asked to stop."""


class FoldRuns:
    """Trainings on `count` folds, the first of them ready to begin.

    Each is a run of its own, with `data.test: {fold: 1/5}` and so on in its config and nothing else changed, so
    that scaling, class weights and a fraction for validation are those of its own training rows. All start from
    the same parameters, those of the seed. Raises, on construction, what TrainingRun raises.
    """

    def __init__(self, config: Config, count: int, stop: Callable[[], bool] = lambda: False) -> None:
        self._configs = [_tested_on(config, Fold(number, count)) for number in range(1, count + 1)]
        self._stop = stop
        self._first: TrainingRun | None = TrainingRun(self._configs[0], stop)
        self._expected: list[list[dict[str, Any]]] = []  # of each fold that is done, its conditions
        self.results: list[dict[str, Any]] = []  # of each fold that is done, its object for folds.json

    def run(self, directory: RunDirectory, command: Sequence[str]) -> Iterator[tuple[int, Event]]:
        """Trains on one fold after the other, in `fold-1` and so on; gives each event with the number of its fold.

        A fold's result is there and saved when its last event comes. A fold that is interrupted or diverges has
        none and is the last.
        """
        self._save(directory)
        for number, config in enumerate(self._configs, 1):
            run, self._first = self._first or TrainingRun(config, self._stop), None
            text = to_yaml(run.config.spec, relative_to=run.config.spec.folder)
            with (
                RunDirectory.create(directory.path / f"fold-{number}", stem="") as own,
                Recorder(own, text, command, run.config.spec.folder, run.digests, run.numerics) as recorder,
            ):
                for event in run.run(own, recorder):
                    if isinstance(event, Ended) and event.reason in ("epochs", "early_stopping"):
                        try:
                            self._note(number, run, own, event)
                        except _Stopped:
                            event = replace(event, reason="interrupted")
                        self._save(directory)
                    yield number, event
            if len(self.results) < number:
                return

    def summary(self) -> dict[str, Any]:
        """What all folds say together: mean and sample deviation (over n − 1) of each figure, and the conditions.

        A figure that is not defined on one of the folds has neither. Conditions are judged on the mean.
        """
        done = len(self.results) == len(self._configs)
        figures: list[Figures] = [result["test"] for result in self.results] if done else []
        over_folds = {name: [one[name] for one in figures] for name in figures[0]} if done else {}
        return {
            "folds": len(self._configs),
            "mean": {name: _over_all(fmean, values) for name, values in over_folds.items()},
            "deviation": {name: _over_all(stdev, values) for name, values in over_folds.items()},
            "expect": [self._judge(checks) for checks in zip(*self._expected)] if done else [],
        }

    def _note(self, number: int, run: TrainingRun, own: RunDirectory, ended: Ended) -> None:
        """Measures the fold as `eval` does, on the weights as they were saved; raises _Stopped when asked to stop."""
        assert run.prepared.test is not None
        measured = evaluate(load_trained(own.weights), run.prepared.test, "test", self._heed_stop)
        self._expected.append(run.expected)
        self.results.append(
            {
                "fold": number,
                "folds": len(self._configs),
                "examples": {name: len(rows) for name, rows in run.prepared.splits.items()},
                "reason": ended.reason,
                "epochs": ended.epochs,
                "best_epoch": ended.best_epoch,
                "test": {name: measured[name] for name in METRICS if name in measured},
                "weights": str(own.weights.relative_to(own.path.parent)),
            }
        )

    def _heed_stop(self) -> None:
        if self._stop():
            raise _Stopped

    def _judge(self, checks: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """One condition, of which each fold has its own value."""
        metric = checks[0]["metric"]
        value = _over_all(fmean, [check["value"] for check in checks])
        met = value is not None and self._configs[0].spec.expect[metric].met(value)
        return {"metric": metric, "condition": checks[0]["condition"], "value": value, "met": met}

    def _save(self, directory: RunDirectory) -> None:
        """Writes what is known so far; the same run writes the same bytes."""
        text = json.dumps({**self.summary(), "results": self.results}, indent=2, allow_nan=False)
        write_atomically(directory.folds, f"{text}\n".encode())


def _tested_on(config: Config, fold: Fold) -> Config:
    """The config with one fold for its test rows."""
    data = config.spec.data.model_copy(update={"test": FoldSpec.model_construct(fold=fold)})
    return replace(config, spec=config.spec.model_copy(update={"data": data}))


def _over_all(statistic: Callable[[list[float]], float], values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistic(known) if len(known) == len(values) else None
