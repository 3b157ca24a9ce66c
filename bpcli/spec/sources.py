"""The data that a config names: its files, found from the folder that paths start from, and what is asked of them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bpcli.data.loading import HeldOut, Prepared, load
from bpcli.data.preprocessing import Recipe
from bpcli.data.source import Source
from bpcli.spec.data_schema import DivideSpec, FoldSpec, SourceSpec
from bpcli.spec.schema import OrderSpec, Spec

FOR_CLASSES = frozenset({"softmax", "cross_entropy", "hinge"})
"""Outputs and costs that make sense for classes alone."""
FOR_NUMBERS = frozenset({"exponential", "poisson"})
"""Outputs and costs that make sense for numbers alone, as counts are."""


@dataclass(frozen=True)
class Sources:
    """The data files of a spec, found from the folder that its paths start from."""

    train: Source
    validation: HeldOut
    test: HeldOut


def sources(spec: Spec, folder: Path) -> Sources:
    """Where the rows of each split come from."""

    def held_out(part: SourceSpec | FoldSpec | float | None) -> HeldOut:
        if isinstance(part, SourceSpec):
            return source(part, folder, spec.data.format)
        return part.fold if isinstance(part, FoldSpec) else part

    train = source(spec.data.train, folder, spec.data.format)
    return Sources(train, held_out(spec.data.validation), held_out(spec.data.test))


def source(part: SourceSpec, folder: Path, form: str | None) -> Source:
    """One file, or pair of files, shown in messages as it is reached from the current folder."""
    return Source(
        path=folder / part.inputs,
        shown=shown(folder, part.inputs),
        labels=None if part.labels is None else folder / part.labels,
        labels_shown=None if part.labels is None else shown(folder, part.labels),
        rows=part.rows,
        format=form,
    )


def shown(folder: Path, name: str) -> str:
    """A path of the config as it is reached from the current folder, for messages."""
    return os.path.relpath(folder / name)


def file_parts(spec: Spec) -> list[SourceSpec]:
    """The parts of the data that are files, rather than fractions or folds of the training rows."""
    splits = (spec.data.train, spec.data.validation, spec.data.test)
    return [part for part in splits if isinstance(part, SourceSpec)]


def files_named(spec: Spec) -> list[str]:
    """Each file that decides the weights, as the config wrote it: of the data, of `init`, of the orders."""
    data = [name for part in file_parts(spec) for name in (part.inputs, part.labels)]
    others = [spec.init.file, spec.shuffle.order if isinstance(spec.shuffle, OrderSpec) else None]
    return [name for name in (*data, *others) if name is not None]


def recipe(spec: Spec) -> Recipe:
    """What the config says of columns, and what its output and cost let conclude about the target."""
    data = spec.data
    named = {part.name for part in (spec.output, spec.cost) if part is not None}
    return Recipe(
        target=data.target,
        features=data.features,
        weight=data.weight,
        task=data.task or ("numbers" if named & FOR_NUMBERS else None),
        scale=("divide", data.scale.divide) if isinstance(data.scale, DivideSpec) else data.scale,
        missing=data.missing,
        stratify=data.stratify,
        classes_implied=bool(named & FOR_CLASSES),
        one_output=spec.layers[-1] == 1,
    )


def read_data(spec: Spec) -> Prepared:
    """All splits, ready for the network. Raises DataError."""
    where = sources(spec, spec.folder)
    return load(where.train, where.validation, where.test, recipe(spec), spec.seed, np.dtype(spec.dtype))
