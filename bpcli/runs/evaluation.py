"""A trained network measured on a set of rows: the plain function behind `bpcli eval`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from bpcli.data.loading import Examples, SplitName, load_one, load_split
from bpcli.data.source import Source, digest
from bpcli.errors import UsageError
from bpcli.runs.measuring import figures
from bpcli.runs.trained import Trained, carry_forward, demand_recorded, folder_of_data
from bpcli.spec.data_schema import SourceSpec
from bpcli.spec.sources import Sources, recipe, sources


def split_names(trained: Trained) -> list[SplitName]:
    """The splits that the network's config names, the one to judge by first."""
    data = trained.config.spec.data
    held_out: list[tuple[SplitName, object]] = [("test", data.test), ("validation", data.validation)]
    return [*(name for name, part in held_out if part is not None), "train"]


def examples_of(trained: Trained, split: str, moved: Source | None = None) -> Examples:
    """The rows of a split exactly as training had them; raises DataError when the files are not the same any more.

    `moved` is where the file that they are taken from lies now, if it is known.
    """
    spec = trained.config.spec
    names = split_names(trained)
    name = next((name for name in names if name == split), None)
    if name is None:
        raise UsageError(f"{trained.path}: has no {split} rows (--split can be: {', '.join(names)})")
    part = {"train": spec.data.train, "validation": spec.data.validation, "test": spec.data.test}[name]
    source = part if isinstance(part, SourceSpec) else spec.data.train
    needed = [name for name in (source.inputs, source.labels) if name is not None]
    if moved is None:
        where = sources(spec, folder_of_data(trained, needed))
    else:
        demand_recorded(trained, moved, needed)
        where = _moved(sources(spec, Path()), name if isinstance(part, SourceSpec) else "train", moved)
    examples, _ = load_split(
        name,
        where.train,
        where.validation,
        where.test,
        recipe(spec),
        spec.seed,
        np.dtype(spec.dtype),
        trained.preparation,
    )
    return examples


def _moved(where: Sources, name: SplitName, to: Source) -> Sources:
    """The sources, with the file of one of them in another place; its rows and its format stay."""
    part = getattr(where, name)
    return replace(where, **{name: replace(part, path=to.path, shown=to.shown, labels=to.labels)})


def examples_in(trained: Trained, source: Source) -> Examples:
    """The rows of another file, prepared as the training rows were."""
    return load_one(source, trained.preparation, np.dtype(trained.config.spec.dtype))


def holds_training_rows(trained: Trained, source: Source) -> bool:
    """Whether a file is the one that the network was trained on."""
    name = trained.config.spec.data.train.inputs
    return bool(trained.meta["files"].get(name) == digest(source.path, source.shown))


def evaluate(
    trained: Trained, examples: Examples, split: str, before_block: Callable[[], None] = lambda: None
) -> dict[str, Any]:
    """All figures of the network on these rows: the object that `eval --json` prints; raises DataError.

    `before_block` may raise, to give up on the way.
    """
    outputs, costs = carry_forward(trained, examples.x, examples.rows, examples.y, before_block)
    return {
        "weights": str(trained.path),
        "split": split,
        "examples": len(examples),
        **figures(trained, outputs, costs, examples),
    }
