"""Going on with a training that was stopped or killed, from a checkpoint of it, as if it had never been."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from bpcli.core.schedules import SCHEDULES
from bpcli.data.source import digest, similar_file
from bpcli.errors import ConfigError, DataError, WeightsError
from bpcli.runs.checkpoints import Checkpoint, read_checkpoint
from bpcli.runs.directory import FOLDS, RunDirectory, checkpoints_in
from bpcli.runs.provenance import changed_numerics
from bpcli.runs.recorder import Recorder, Resumed
from bpcli.runs.trained import candidates
from bpcli.runs.training_run import TrainingRun
from bpcli.spec import build
from bpcli.spec.reading import Config, config_from_mapping, read_config
from bpcli.spec.resolved import to_mapping, to_yaml
from bpcli.spec.schema import Spec

FREE = ("expect", "checkpoint", "early_stopping")  # keys that may change; so may epochs, under most schedules
DONE = ("epochs", "early_stopping")  # reasons of an end after which there is nothing left to do


@dataclass(frozen=True)
class Resumption:
    """A training that is ready to go on, in its directory, which is locked."""

    run: TrainingRun
    directory: RunDirectory
    record: Resumed
    checkpoint: Path
    warning: str | None  # of what may change the last bits
    is_complete: bool  # whether the run came to its end, and no step is left


def resume(
    path: Path, config: str | None, overrides: Sequence[str], stop: Callable[[], bool] = lambda: False
) -> Resumption:
    """Opens a run at its newest checkpoint, or at the checkpoint that `path` is.

    `config` may name the config file again. Raises WeightsError when there is no checkpoint, or not a sound one,
    DataError when the data is another one, ConfigError when a key that must stay has changed, CannotWriteError when the
    run is in use.
    """
    newest_checkpoint(path)  # before anything is written there
    directory = RunDirectory(path if path.is_dir() else path.parent)
    try:
        directory.sweep()
        checkpoint = _read(path)
        then = _config_then(checkpoint)
        now = _config_now(checkpoint, config, overrides)
        run = TrainingRun(now, stop)
        _demand_same(then.spec, run.config.spec)
        run.restore(checkpoint)
        record = Resumed.read(directory, checkpoint.state.values["step"], _lines(checkpoint))
        done = run.trainer.is_complete and record.about.get("reason") in DONE and directory.weights.exists()
        warning = changed_numerics(checkpoint.meta.get("numerics"), now.spec.engine)
    except BaseException:
        directory.close()
        raise
    return Resumption(run, directory, record, checkpoint.path, warning, done)


def carry_out(run: TrainingRun, directory: RunDirectory, command: Sequence[str], record: Resumed | None = None) -> None:
    """Trains to the end in a run directory, and shows nothing of it; raises what training raises."""
    folder = run.config.spec.folder
    text = to_yaml(run.config.spec, relative_to=folder)
    with Recorder(directory, text, command, folder, run.digests, run.numerics, record) as recorder:
        for _ in run.run(directory, recorder):
            pass


def stopped_and_resumed(config: Config, out: Path, step: int, command: Sequence[str]) -> Path:
    """Trains in the new run directory `out`, stopped after so many updates and taken up again; gives the weights file.

    It has the bytes of a training that was not stopped, or resuming is broken. Raises what training and `resume` raise.
    """
    run = TrainingRun(config, lambda: run.trainer.at.step >= step)
    run.trainer.report_steps = step  # so that steps that are taken together end there too
    with RunDirectory.create(out, "") as directory:
        carry_out(run, directory, command)
    resumption = resume(out, None, [])
    with resumption.directory as directory:
        carry_out(resumption.run, directory, command, resumption.record)
        return directory.weights


def newest_checkpoint(path: Path) -> Path:
    """The checkpoint that `path` means: a file itself, or the newest one of a run; raises WeightsError."""
    if path.is_file():
        return path
    if not path.is_dir():
        wrong = "neither a run nor a checkpoint" if path.exists() else f"no such run or checkpoint{similar_file(path)}"
        raise WeightsError(f"{path}: {wrong}")
    found = list(checkpoints_in(path).values())
    if not found:
        folds = f" (its folds do: {path / 'fold-1'} and so on)" if (path / FOLDS).exists() else ""
        raise WeightsError(f"{path}: holds no checkpoint to go on from{folds}")
    return found[0]


def _read(path: Path) -> Checkpoint:
    """The checkpoint that `path` means; where it is not sound, the error names one before it that is."""
    newest = newest_checkpoint(path)
    try:
        return read_checkpoint(newest)
    except WeightsError as error:
        others = [found for found in checkpoints_in(path).values() if found != newest]
        sound = next(filter(_is_sound, others), None)
        if sound is None:
            raise
        raise WeightsError(f"{error}; one before it is sound: --resume {sound}") from error


def _is_sound(checkpoint: Path) -> bool:
    try:
        read_checkpoint(checkpoint)
    except WeightsError:
        return False
    return True


def _lines(checkpoint: Checkpoint) -> int:
    """How many epochs were recorded."""
    lines = checkpoint.meta.get("lines")
    if type(lines) is not int or lines != checkpoint.state.values["epoch"]:
        raise WeightsError(f"{checkpoint.path}: its lines are not those of its epochs")
    return lines


def _config_then(checkpoint: Checkpoint) -> Config:
    """The config that the run had."""
    mapping = checkpoint.meta.get("config")
    try:
        if not isinstance(mapping, dict):
            raise ConfigError("there is none")
        config = config_from_mapping(mapping, Path(), str(checkpoint.path))
    except ConfigError as error:
        raise WeightsError(f"{checkpoint.path}: its config is not one: {error.lines[0]}") from error
    layers = config.spec.layers
    sizes = [size for size in layers if isinstance(size, int)]
    numbers = sum((columns + 1) * rows for columns, rows in pairwise(sizes))
    if len(sizes) < len(layers) or any(array.size != numbers for array in checkpoint.state.arrays.values()):
        raise WeightsError(
            f"{checkpoint.path}: its arrays are not those of layers {list(layers)}"
        )  # before memory is taken
    return config


def _config_now(checkpoint: Checkpoint, config: str | None, overrides: Sequence[str]) -> Config:
    """The config to go on with: the one that is named, or that of the run; its data is that of the run."""
    files = checkpoint.meta.get("files")
    if not isinstance(files, dict) or not all(isinstance(sha256, str) for sha256 in files.values()):
        raise WeightsError(f"{checkpoint.path}: it says nothing of its files")
    if config is None:
        folder = _folder_of_data(checkpoint.path, files)
        return config_from_mapping(checkpoint.meta["config"], folder, str(checkpoint.path), overrides)
    read = read_config(config, overrides)
    if changed := next(_changed(files, read.spec.folder), None):
        raise DataError(changed)
    return read


def _folder_of_data(checkpoint: Path, files: Mapping[str, Any]) -> Path:
    """The folder from which the files of a run are what they were; raises DataError when they are so nowhere."""
    said = None
    for folder in candidates(checkpoint):
        if all(os.path.isfile(folder / name) for name in files):
            changes = next(_changed(files, folder), None)
            if changes is None:
                return folder
            said = said or changes
    lost = next(iter(files), "")
    raise DataError(said or f"{checkpoint.parent}: its data '{lost}' is not where it was; run this where it lies")


def _changed(files: Mapping[str, Any], folder: Path) -> Iterator[str]:
    """A line for each file that is there and not what it was."""
    for name, then in files.items():
        if os.path.isfile(folder / name) and (now := digest(folder / name, str(folder / name))) != then:
            shown = os.path.relpath(folder / name)
            yield f"{shown}: is not the file that the run began with (SHA-256 {then:.12}… then, {now:.12}… now)"


def _demand_same(then: Spec, now: Spec) -> None:
    """Raises ConfigError with a line for each key that has changed and must not."""
    old, new = dict(_flat(to_mapping(then))), dict(_flat(to_mapping(now)))
    free = (*FREE, *(() if SCHEDULES.get(now.schedule.name).spans_all else ("epochs",)))
    lines = [
        f"{key}: {_written(old.get(key))} when the run began, {_written(new.get(key))} now"
        for key in dict.fromkeys([*old, *new])
        if old.get(key) != new.get(key) and key.partition(".")[0] not in free
    ]
    if (was := build.watch(then).monitor) != (is_now := build.watch(now).monitor):
        lines.append(f"early_stopping.monitor: {was} when the run began, {is_now} now; the best so far is by the first")
    if lines:
        laid_out = f" (epochs not: '{now.schedule.name}' is laid out over them)" if "epochs" not in free else ""
        raise ConfigError(*lines, f"a run goes on as it began; what may change: {', '.join(free)}{laid_out}")


def _flat(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """The values of nested mappings by their dotted keys."""
    if not isinstance(value, dict) or not value:
        yield key, value
        return
    for name, inner in value.items():
        yield from _flat(inner, f"{key}.{name}" if key else name)


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
