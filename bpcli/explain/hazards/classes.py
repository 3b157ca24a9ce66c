"""Classes that a set of rows lacks or hardly has, and sets too small to be measured on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bpcli.core.metrics import choose
from bpcli.data.cells import counted, listed
from bpcli.data.loading import Examples
from bpcli.explain.hazards.plan import HAZARDS, Hazard, Plan

FEW_ROWS = 10  # of a class to learn it from
ONE_ROW = 0.05  # what one row may count for in an accuracy

SHOWN = 5  # names in one sentence
LACKING = {
    "train": "the network cannot learn what it never sees",
    "validation": "the best epoch is chosen without regard to them",
    "test": "what becomes of such rows is not measured",
}


@HAZARDS.register("missing_class")
def missing_class(plan: Plan) -> Iterator[Hazard]:
    """A class, or a label, of which a set of rows has no example."""
    if not plan.tells_apart:
        return
    for split, examples in plan.prepared.splits.items():
        counts = _counts(plan, examples)
        missing = [name for name, count in zip(_names(plan), counts) if count == 0]
        if missing:
            yield Hazard(
                f"data.{split}",
                0,
                ">= 1",
                f"no {split} row has {_classes(missing)}: {LACKING[split]}",
                f"put such rows among the {split} rows; a fraction with data.stratify: true has its share of each",
            )


@HAZARDS.register("rare_class")
def rare_class(plan: Plan) -> Iterator[Hazard]:
    """A class with fewer than 10 training rows, and less than half of what it would have were all alike."""
    if not plan.tells_apart:
        return
    counts = _counts(plan, plan.prepared.train)
    limit = min(FEW_ROWS, counts.sum() / len(counts) / 2)
    rare = [(name, int(count)) for name, count in zip(_names(plan), counts) if 0 < count < limit]
    if rare:
        names, few = _classes([name for name, _ in rare]), min(count for _, count in rare)
        yield Hazard(
            "data.train",
            few,
            f">= {limit:g}",
            f"{names} {'has' if len(rare) == 1 else 'have'} as few as {counted(few, 'training row')}: "
            "too few to learn from",
            "find more rows of it, or leave it out; class_weight: balanced makes its rows count more",
        )


@HAZARDS.register("small_split")
def small_split(plan: Plan) -> Iterator[Hazard]:
    """Held-out rows so few that one of them is more than 5 points of accuracy."""
    if not plan.tells_apart:
        return
    for split, examples in plan.held_out.items():
        if 1 / len(examples) > ONE_ROW:
            yield Hazard(
                f"data.{split}",
                1 / len(examples),
                f"<= {ONE_ROW:g}",
                f"{counted(len(examples), 'row')} of {split}: one more or less that is right moves the accuracy by "
                f"{100 / len(examples):.1f} points, which is chance",
                "hold out more rows, or measure on all of them in turn: bpcli train --folds 5",
            )


def _names(plan: Plan) -> tuple[str, ...]:
    """Of the classes, or of the labels."""
    preparation = plan.prepared.preparation
    return preparation.classes or preparation.output_names


def _counts(plan: Plan, examples: Examples) -> NDArray[np.intp]:
    """Rows of each class, or with each label (classes,)."""
    if plan.prepared.preparation.task == "labels":
        with_it: NDArray[np.intp] = (examples.y > 0.5).sum(axis=0)
        return with_it
    return np.bincount(choose(examples.y), minlength=len(_names(plan)))


def _classes(names: list[str]) -> str:
    quoted = [f"'{name}'" for name in names]
    return ("class " if len(names) == 1 else "classes ") + listed(quoted, SHOWN)
