"""What a config would do, without doing it: the plain function behind `bpcli check`."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

import numpy as np

from bpcli.explain.hazards import HAZARDS, Hazard, Plan
from bpcli.explain.memory import array_bytes
from bpcli.explain.trial import Trial, try_out
from bpcli.runs.training_run import TrainingRun
from bpcli.spec.checking import problem_at
from bpcli.spec.data_schema import FoldSpec, SourceSpec
from bpcli.spec.reading import Config
from bpcli.spec.schema import Spec
from bpcli.spec.sources import FOR_CLASSES, FOR_NUMBERS, shown
from bpcli.training.threads import blas_threads


def rehearse(config: Config) -> dict[str, Any]:
    """The object that `check --json` prints; nothing is trained and nothing is written.

    Raises what TrainingRun raises where training could not begin. What could begin and would go wrong is in `hazards`.
    """
    run = TrainingRun(config)
    spec, trainer = run.config.spec, run.trainer
    with blas_threads(spec.blas_threads):
        trial = try_out(trainer)
        hazards = find_hazards(run, trial)
    assert spec.output is not None
    assert spec.cost is not None
    return {
        "layers": list(spec.layers),
        "activations": [*(named.name for named in spec.activations), spec.output.name],
        "cost": spec.cost.name,
        "target": run.prepared.preparation.target_in_words,
        "examples": {name: len(rows) for name, rows in run.prepared.splits.items()},
        "parameters": len(trainer.theta.flat),
        "task": run.prepared.preparation.task,
        "classes": list(run.prepared.preparation.classes),
        "taken": _taken(config.spec),
        "sources": _sources(spec),
        "scale": run.prepared.scale if isinstance(run.prepared.scale, str) else {"divide": run.prepared.scale[1]},
        "batch_size": trainer.batches.size,
        "steps_per_epoch": trainer.batches.count,
        "epochs": trainer.epochs,
        "steps": trainer.batches.count * trainer.epochs,
        "optimizer": spec.optimizer.written(),
        "learning_rate": trainer.eta,
        "schedule": spec.schedule.written(),
        "early_stopping": spec.early_stopping is not None,
        "memory": _memory(run, trial),
        "seconds": {
            "step": trial.step,
            "measuring": trial.measuring,
            "closing": trial.closing,
            "total": trial.total,
            "steps_timed": trial.steps,
        },
        "looked_for": list(HAZARDS),
        "hazards": hazards,
    }


def find_hazards(run: TrainingRun, trial: Trial) -> list[dict[str, Any]]:
    """What every hazard finds in a training that is ready to begin, as plain data."""
    spec = run.config.spec
    plan = Plan(
        prepared=run.prepared,
        trainer=run.trainer,
        trial=trial,
        batch_size=None if spec.batch_size == "all" else int(spec.batch_size),
        expect={metric: (one.comparison, one.bound) for metric, one in spec.expect.items()},
        files={name: run.digests[part.inputs] for name, part in _parts(spec).items()},
    )
    with np.errstate(all="ignore"):  # of numbers too large to be squared
        return [_object(run.config, name, hazard) for name in HAZARDS for hazard in HAZARDS.get(name)(plan)]


def _object(config: Config, name: str, hazard: Hazard) -> dict[str, Any]:
    """A hazard as JSON has it, with its place in the config."""
    value = hazard.value if hazard.value is not None and math.isfinite(hazard.value) else None
    place = str(problem_at(config.tree, [hazard.where], "").place)
    return {"name": name, "place": place, **asdict(hazard), "value": value}


def _parts(spec: Spec) -> dict[str, SourceSpec]:
    """The file that the rows of each split are from: that of the training rows for a fraction or a fold of them."""
    train = spec.data.train
    held_out = {"validation": spec.data.validation, "test": spec.data.test}
    others = {name: one if isinstance(one, SourceSpec) else train for name, one in held_out.items() if one is not None}
    return {"train": train, **others}


def _taken(spec: Spec) -> dict[str, str]:
    """Where each of the things that the data may decide comes from: `config`, `data`, or the output or cost given."""
    named = {part.name for part in (spec.output, spec.cost) if part is not None}
    implied = "output and cost" if named & (FOR_CLASSES | FOR_NUMBERS) else "data"
    return {
        "target": "config" if spec.data.target else "data",
        "task": "config" if spec.data.task else implied,
        "output": "config" if spec.output else "data",
        "cost": "config" if spec.cost else "data",
        "scale": "config" if spec.data.scale else "data",
    }


def _sources(spec: Spec) -> dict[str, Any]:
    """Of each split, the file that it is, and which rows; or the fraction or fold of the training rows."""
    found: dict[str, Any] = {}
    for name in ("train", "validation", "test"):
        match getattr(spec.data, name):
            case SourceSpec() as part:
                rows = None if part.rows is None else f"{part.rows[0]}:{part.rows[1]}"
                found[name] = {"file": shown(spec.folder, part.inputs), "rows": rows}
            case FoldSpec(fold=fold):
                found[name] = {"fold": f"{fold.number}/{fold.count}"}
            case float() as fraction:
                found[name] = {"fraction": fraction}
    return found


def _memory(run: TrainingRun, trial: Trial) -> dict[str, int]:
    """Bytes that training holds: of the parameters, those in use and those that are kept."""
    trainer, prepared = run.trainer, run.prepared
    work = trainer.descent.network.workspace(trainer.batches.size, trainer.theta.flat.dtype, trainer.dropout)
    rows = (prepared.train, prepared.validation, prepared.test, trainer.train)
    held = array_bytes(rows)
    parts = {
        "parameters": 2 * array_bytes(trainer.theta),
        "optimizer": trial.optimizer,
        "workspace": array_bytes(rows, work, trainer.evaluator) - held,  # where measuring lays rows in as they are
        "data": held,
    }
    return {**parts, "total": sum(parts.values())}
