"""What is about to be trained, as a hazard is looked for in it, and what is said of one that is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bpcli.data.loading import Examples, Prepared
from bpcli.explain.hazards.figures import ColumnFigures, fingerprints
from bpcli.explain.trial import Trial
from bpcli.registry import Registry
from bpcli.training.trainer import Trainer


@dataclass(frozen=True)
class Hazard:
    """Something that spoils a training, or what is measured of it, without being an error."""

    where: str  # the key of the config that it is about, dotted
    value: float | None  # what was measured; None when it is not a finite number
    condition: str  # what the value ought to be, as in "<= 0.01"
    meaning: str  # what was found, and what comes of it
    advice: str


@dataclass(frozen=True)
class Plan:
    """A training that is ready to begin, with its first steps tried out."""

    prepared: Prepared
    trainer: Trainer
    trial: Trial
    batch_size: int | None  # as the config asks for it; None: all rows
    expect: Mapping[str, tuple[str, float]]  # by metric: a comparison such as ">=", and the bound
    files: Mapping[str, str]  # by split: the SHA-256 of the file that its rows are from

    @property
    def held_out(self) -> dict[str, Examples]:
        return {name: rows for name, rows in self.prepared.splits.items() if name != "train"}

    @property
    def tells_apart(self) -> bool:
        """Whether the target is a class, or labels, rather than numbers."""
        return self.prepared.preparation.task != "numbers"

    @cached_property
    def fingerprints(self) -> dict[str, NDArray[np.uint64]]:
        """By split, a number for each row (n,): the same where the inputs are."""
        return {name: fingerprints(rows.x) for name, rows in self.prepared.splits.items()}

    @cached_property
    def columns(self) -> ColumnFigures:
        """Figures of the inputs of the training rows."""
        return ColumnFigures.of(self.prepared.train, self.prepared.preparation)


HAZARDS: Registry[Callable[[Plan], Iterator[Hazard]]] = Registry("hazard")
"""Each gives what it finds; the first paragraph of its docstring says when that is."""
