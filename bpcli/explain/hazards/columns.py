"""Columns that teach nothing, drown the others, or give the answer away; and targets out of proportion."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bpcli.core.metrics import choose
from bpcli.data.cells import listed
from bpcli.explain.hazards.plan import HAZARDS, Hazard, Plan

LARGE_INPUT, SMALL_INPUT = 10.0, 0.01  # root mean square of the largest input; first weights are made for 1
LARGE_RATIO = 100.0  # of the largest input to the middle one
EXPLAINED = 1 - 1e-6  # of an input's variance by the target
LARGE_TARGET = 1000.0  # root mean square
LEAST_ROWS = 20  # below it, columns look alike by chance
COMPACT = 4  # times its rows that an identifier's numbers may span
COMPACT_ROWS = 100  # at which whole numbers so close together are all different by a chance below 1e-5
TEXTS = 0.5  # different texts for each row

PIXELS = 16  # inputs that a picture has at least
ALIKE = 0.75  # of its inputs begin at one value and reach no further than four times the middle one
SHOWN = 5  # names in one sentence


@HAZARDS.register("constant_input")
def constant_input(plan: Plan) -> Iterator[Hazard]:
    """An input that is the same in all training rows, other than the blank edge of pictures."""
    names = _chosen(plan, plan.columns.constant & ~_blank_pixels(plan))
    if names and len(plan.prepared.train) > 1:
        yield Hazard(
            "data.features",
            len(names),
            "== 0",
            f"{_inputs(names)} the same in all {len(plan.prepared.train):,} training rows: nothing is learnt from it, "
            "and a row where it differs gets an arbitrary output",
            "leave it out (data.features), or see whether the rows were chosen as intended",
        )


@HAZARDS.register("unscaled_inputs")
def unscaled_inputs(plan: Plan) -> Iterator[Hazard]:
    """Inputs of which the largest, by its root mean square, is above 10, below 0.01, or 100 times the middle one."""
    columns, numeric = plan.columns, _numeric(plan) & ~plan.columns.constant
    if not numeric.any():
        return
    sizes = np.where(numeric, columns.size, 0.0)
    largest, middle = float(sizes.max()), float(np.median(sizes[numeric]))
    name = plan.prepared.preparation.input_names[int(sizes.argmax())]
    if largest > LARGE_INPUT:
        value, condition = largest, f"<= {LARGE_INPUT:g}"
        meaning = (
            f"input '{name}' is about {largest:.3g} in size where around 1 is wanted: training goes astray or stalls"
        )
    elif largest < SMALL_INPUT:
        value, condition = largest, f">= {SMALL_INPUT:g}"
        meaning = f"no input is above {largest:.2g} in size where around 1 is wanted: training hardly moves"
    elif largest > LARGE_RATIO * middle:
        value, condition = largest / middle, f"<= {LARGE_RATIO:g}"
        meaning = f"input '{name}' is {value:,.0f} times as large as the middle one: the others are hardly heard"
    else:
        return
    yield Hazard(
        "data.scale", value, condition, meaning, "data.scale: standard brings every column to mean 0 and deviation 1"
    )


@HAZARDS.register("target_in_inputs")
def target_in_inputs(plan: Plan) -> Iterator[Hazard]:
    """An input that the target explains all but a millionth of: a copy of it, or a code for the class."""
    train = plan.prepared.train
    alone = plan.prepared.preparation.task == "classes" and 1 in np.bincount(choose(train.y))
    if len(train) < LEAST_ROWS or alone:  # a class of one row has no spread, whatever the column
        return
    names = _chosen(plan, plan.columns.explained >= EXPLAINED)
    if names:
        yield Hazard(
            "data.features",
            float(plan.columns.explained.max()),
            f"< {EXPLAINED:.6f}",
            f"{_inputs(names)} a copy of the target, or gives it away: the network learns to read it off, and "
            "figures come out far too good",
            "leave it out (data.features), unless it will be known when predictions are made",
        )


@HAZARDS.register("identifier")
def identifier(plan: Plan) -> Iterator[Hazard]:
    """An input of whole numbers, all different, that count the rows; or a text that is different in most rows."""
    train, preparation = plan.prepared.train, plan.prepared.preparation
    if len(train) < LEAST_ROWS:
        return
    shift, divisor = np.array(preparation.shift), np.array(preparation.divisor)
    span = (plan.columns.high - plan.columns.low) * divisor
    wide = np.flatnonzero(_numeric(plan) & (span >= len(train) - 1.5))  # enough for all to be different
    names = [
        preparation.input_names[j]
        for j in wide
        if _counts_rows(train.x[:, j].astype(np.float64) * divisor[j] + shift[j], float(span[j]))
    ]
    texts = {name: len(values) for name, values in preparation.categories.items() if len(values) >= LEAST_ROWS}
    names += [name for name, count in texts.items() if count > TEXTS * len(train)]
    if names:
        yield Hazard(
            "data.features",
            len(names),
            "== 0",
            f"{_inputs(names)} different in every row, like a number or name that rows are filed under: "
            "what is learnt from it holds for no other row",
            "leave it out: data.features names the columns to use",
        )


@HAZARDS.register("large_target")
def large_target(plan: Plan) -> Iterator[Hazard]:
    """Targets that are numbers with a root mean square above 1,000."""
    if plan.tells_apart:
        return
    sizes = np.sqrt(np.square(plan.prepared.train.y, dtype=np.float64).mean(axis=0))
    worst = int(sizes.argmax())
    if sizes[worst] > LARGE_TARGET:
        name = plan.prepared.preparation.output_names[worst]
        yield Hazard(
            "data.target",
            float(sizes[worst]),
            f"<= {LARGE_TARGET:g}",
            f"target '{name}' is about {sizes[worst]:.3g} in size, and gradients are as large: training diverges at "
            "ordinary learning rates, and takes long to reach such numbers at small ones",
            "write the column in larger units, such as thousands, so that it is around 1",
        )


def _counts_rows(values: NDArray[np.float64], span: float) -> bool:
    """Whether a column (n,), in the order of the file, looks like numbers given to the rows."""
    rounding = max(1e-3, 4e-7 * span)  # of float32; where it hides fractions, all numbers pass for whole
    if rounding < 0.25 and (np.abs(values - np.rint(values)) > rounding).any():
        return False
    steps = np.diff(values)
    if (steps > 0.5).all() or (steps < -0.5).all():
        return True
    all_different = bool((np.diff(np.sort(values)) > 0.5).all())
    return all_different and len(values) >= COMPACT_ROWS and span < COMPACT * len(values)


def _blank_pixels(plan: Plan) -> NDArray[np.bool_]:
    """Inputs (inputs,) that never leave the value at which most others begin, where all reach alike, as pixels do."""
    preparation, columns, numeric = plan.prepared.preparation, plan.columns, _numeric(plan)
    shift, divisor = np.array(preparation.shift), np.array(preparation.divisor)
    low, reach = columns.low * divisor + shift, (columns.high - columns.low) * divisor
    varying = numeric & ~columns.constant
    blank = np.zeros(len(low), dtype=bool)
    if varying.sum() >= PIXELS:
        floor, middle = np.median(low[varying]), np.median(reach[varying])
        at_floor = np.abs(low - floor) <= 1e-3 * middle
        alike = at_floor & (reach <= 4 * middle)
        if alike[varying].mean() >= ALIKE:
            blank |= numeric & columns.constant & at_floor
    return blank


def _numeric(plan: Plan) -> NDArray[np.bool_]:
    """Which inputs (inputs,) are numbers of the data, rather than the 0 and 1 of a text's categories."""
    return np.array([category is None for _, category in plan.prepared.preparation.parts])


def _chosen(plan: Plan, which: NDArray[np.bool_]) -> list[str]:
    return [name for name, wanted in zip(plan.prepared.preparation.input_names, which) if wanted]


def _inputs(names: list[str]) -> str:
    quoted = [f"'{name}'" for name in names]
    return f"input {quoted[0]} is" if len(names) == 1 else f"{len(names)} inputs ({listed(quoted, SHOWN)}) are each"
