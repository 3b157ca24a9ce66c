"""Rows that stand where they should not: among those that are held out as well, or with another class."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bpcli.data.loading import Examples
from bpcli.explain.hazards.figures import fingerprints
from bpcli.explain.hazards.plan import HAZARDS, Hazard, Plan

DUPLICATES = 0.01  # share of held-out rows that may stand among training rows; one row always may
BY_CHANCE = 10  # times what independent columns would give, which columns that go together exceed
CONTRADICTIONS = 0.01  # share of training rows that others may contradict


@HAZARDS.register("shared_rows")
def shared_rows(plan: Plan) -> Iterator[Hazard]:
    """Rows of the training file that are measured on as well, by their numbers in it: any."""
    for split, examples in plan.held_out.items():
        count = int(_shared(plan, split).sum())
        if count:
            yield Hazard(
                f"data.{split}",
                count,
                "== 0",
                f"{count:,} of the {len(examples):,} {split} rows are training rows themselves, of the same file: "
                "what is measured on them says how well they were learnt by heart",
                f"give {split} a file of its own, rows that do not overlap, or a fraction such as data.{split}=0.2",
            )


@HAZARDS.register("duplicates")
def duplicates(plan: Plan) -> Iterator[Hazard]:
    """Held-out rows with exactly the inputs of a training row: more than 1 % of them and more than one.

    Where the inputs can take so few values that such rows meet by chance, ten times as many are let pass.
    """
    train = plan.prepared.train
    for split, examples in plan.held_out.items():
        twins = np.isin(plan.fingerprints[split], plan.fingerprints["train"]) & ~_shared(plan, split)
        count, limit = int(twins.sum()), max(DUPLICATES, 1 / len(examples))
        if count / len(examples) <= limit or count / len(examples) <= BY_CHANCE * _meeting(train.x):
            continue
        other = int((twins & ~np.isin(_with_target(examples), _with_target(train))).sum())
        yield Hazard(
            f"data.{split}",
            count / len(examples),
            f"<= {limit:.4g}",
            f"{count:,} of the {len(examples):,} {split} rows have exactly the inputs of a training row"
            + (f", {other:,} of them with another target" if other else "")
            + ": they measure memory, and new data will do worse",
            "take repeated rows out of the file before it is split",
        )


@HAZARDS.register("contradictions")
def contradictions(plan: Plan) -> Iterator[Hazard]:
    """Training rows with the inputs of others and another class: more than 1 % that cannot be right along with them."""
    if not plan.tells_apart:
        return
    train = plan.prepared.train
    _, group = np.unique(plan.fingerprints["train"], return_inverse=True)
    _, first, sizes = np.unique(_with_target(train), return_index=True, return_counts=True)
    most = np.zeros(group.max() + 1, dtype=np.intp)
    np.maximum.at(most, group[first], sizes)  # rows of the commonest target among those with the same inputs
    wrong = len(train) - int(most.sum())
    if wrong / len(train) > CONTRADICTIONS:
        yield Hazard(
            "data.train",
            wrong / len(train),
            f"<= {CONTRADICTIONS:g}",
            f"{wrong:,} of the {len(train):,} training rows have the inputs of others and another target: no network "
            f"gets more than {1 - wrong / len(train):.1%} of them right",
            "look for wrong labels, or for a column that tells these rows apart and is not among data.features",
        )


def _shared(plan: Plan, split: str) -> NDArray[np.bool_]:
    """Which rows of a split (n,) are training rows of the same file."""
    examples = plan.prepared.splits[split]
    if plan.files[split] != plan.files["train"]:
        return np.zeros(len(examples), dtype=bool)
    return np.isin(examples.rows, plan.prepared.train.rows)


def _with_target(examples: Examples) -> NDArray[np.uint64]:
    """As `fingerprints`, of inputs and targets together."""
    return fingerprints(np.hstack([examples.x, examples.y]))


def _meeting(x: NDArray[np.floating]) -> float:
    """How many of all rows x (n, k) one has the inputs of, were the columns independent of each other.

    Two rows have the same value in a column by the chance Σ p_v², with p_v the shares of its values v.
    """
    expected = float(len(x))
    for column in x.T:
        _, counts = np.unique(column, return_counts=True)
        expected *= float(np.square(counts / len(x)).sum())
        if expected < DUPLICATES / BY_CHANCE:
            break
    return expected
