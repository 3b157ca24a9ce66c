"""Checkpoints: all that a training needs to go on, in a file as strict as the weights file, and when to write one.

A checkpoint is a canonical .npz like the weights file. Its arrays are flat vectors: `parameters`, `kept` (the best so
far), and a memory of the optimizer each, as `optimizer.v`; its `meta` says where training stands.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bpcli.errors import CannotWriteError, WeightsError
from bpcli.runs.atomic import write_atomically, writing
from bpcli.runs.directory import RunDirectory, checkpoints_in
from bpcli.runs.npz import read_npz, write_npz
from bpcli.runs.weights import Meta, demand_canonical, meta_of, meta_text, read_bytes
from bpcli.spec.schema import CheckpointSpec
from bpcli.training.events import Ended, EpochEnded, Event, Progressed, Started
from bpcli.training.state import State

FORMAT = "checkpoint 1"
KEPT = 2  # checkpoints of a run that stay: the newest, and the one before it


@dataclass(frozen=True)
class Checkpoint:
    """What a checkpoint holds."""

    path: Path
    state: State
    meta: Meta  # the caller's, with `format` and `state`


def pack(state: State, meta: Meta) -> bytes:
    """The bytes of a checkpoint. Raises OverflowError above 4 GiB."""
    text = meta_text({**meta, "format": FORMAT, "state": state.values})
    names = sorted(state.arrays)
    return write_npz({**{name: state.arrays[name] for name in names}, "meta": np.frombuffer(text, np.uint8)})


def save_checkpoint(directory: RunDirectory, state: State, meta: Meta) -> Path:
    """Write the checkpoint of this moment, whole or not at all, then remove all but it and the newest before it.

    Raises CannotWriteError.
    """
    step: int = state.values["step"]
    path = directory.checkpoint(step)
    try:
        write_atomically(path, pack(state, meta))
    except OverflowError as error:
        raise CannotWriteError(f"{path}: cannot write: {error}") from error
    with writing(directory.path):
        steps = checkpoints_in(directory.path)
        staying = [found for found in steps if found <= step][:KEPT]
        for found in steps.keys() - staying:
            steps[found].unlink(missing_ok=True)
    return path


def read_checkpoint(path: Path) -> Checkpoint:
    """Read a file that `save_checkpoint` wrote; raises WeightsError if one byte of it is another."""
    data = read_bytes(path, str(path))
    try:
        members = read_npz(data)
        meta = meta_of(members, FORMAT)
        arrays = {name: array for name, array in members.items() if name != "meta"}
        if not isinstance(values := meta.get("state"), dict):
            raise ValueError("it says nothing of a state")
        state = State(arrays, values)
        if not arrays or any(array.ndim != 1 or not array.size or array.dtype.kind != "f" for array in arrays.values()):
            raise ValueError("its arrays are not all flat vectors of numbers")
        if not state.is_finite:
            raise ValueError("it holds a number that is not finite")
        demand_canonical(members, sorted(arrays), meta)
    except (ValueError, OverflowError, RecursionError) as error:
        raise WeightsError(f"{path}: {error}") from error
    return Checkpoint(path, state, meta)


class Due:
    """Says after which events the config wants a checkpoint; it is told of each that was written."""

    def __init__(self, spec: CheckpointSpec, clock: Callable[[], float] = time.monotonic) -> None:
        self._spec = spec
        self._clock = clock
        self._last = clock()

    def after(self, event: Event, step: int) -> bool:
        """Whether it is time; `step` are the updates made so far."""
        spec = self._spec
        match event:
            case Started():
                return event.step == 0  # so that a disk which takes none is found before the first epoch
            case Ended():
                return event.reason != "diverged"
            case EpochEnded() if spec.epochs is not None and event.epoch % spec.epochs == 0:
                return True
            case Progressed() if spec.steps is not None and step % spec.steps == 0:
                return True
        return spec.seconds is not None and self._clock() - self._last >= spec.seconds

    def written(self) -> None:
        self._last = self._clock()
