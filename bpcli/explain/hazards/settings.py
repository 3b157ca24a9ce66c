"""Settings that do not do what they seem to, beside these rows and epochs."""

from __future__ import annotations

import math
from collections.abc import Iterator
from statistics import median

from bpcli.core.costs import Poisson
from bpcli.explain.hazards.plan import HAZARDS, Hazard, Plan

DROPPED = 0.05  # share of the rows that may sit out an epoch, others each time
RISEN = 1.5  # times the first cost that the last quarter of the tried steps may be at
PEAK = 100.0  # times the first cost that any may have


@HAZARDS.register("single_batch")
def single_batch(plan: Plan) -> Iterator[Hazard]:
    """A batch size above the number of training rows."""
    rows = plan.trainer.batches.n
    if plan.batch_size is not None and plan.batch_size > rows:
        yield Hazard(
            "batch_size",
            plan.batch_size,
            f"<= {rows}",
            f"a batch of {plan.batch_size:,} takes in every training row ({rows:,}), so an epoch is a single step",
            "take a smaller batch_size for more steps, or say batch_size: all",
        )


@HAZARDS.register("dropped_rows")
def dropped_rows(plan: Plan) -> Iterator[Hazard]:
    """Training rows that drop_last leaves out: any in an order that stays, more than 5 % in one that changes."""
    batches = plan.trainer.batches
    left_out = batches.n - batches.count * batches.size
    if not batches.drop_last or left_out <= 0:
        return
    share, changes = left_out / batches.n, batches.shuffle or batches.orders is not None
    limit = DROPPED if changes else 0.0
    if share > limit:
        which = "others each time" if changes else "always the same ones, which are never learnt from"
        yield Hazard(
            "drop_last",
            share,
            f"<= {limit:g}",
            f"each epoch leaves out {left_out:,} of the {batches.n:,} training rows, {which}",
            "drop_last: false trains on all of them; or take a batch_size that divides their number",
        )


@HAZARDS.register("idle_patience")
def idle_patience(plan: Plan) -> Iterator[Hazard]:
    """Early stopping that needs as many epochs as there are, or more, by the figure that is watched without it too."""
    watch, epochs = plan.trainer.watch, plan.trainer.epochs
    usual = "running.cost" if plan.trainer.validation is None else "validation.cost"
    if watch.patience is not None and watch.patience + 1 >= epochs and watch.monitor == usual:
        yield Hazard(
            "early_stopping.patience",
            watch.patience + 1,
            f"< {epochs}",
            f"the first epoch at which it can stop is number {watch.patience + 1}, and there are {epochs}: "
            "it never stops early",
            "take a smaller patience, or more epochs",
        )


@HAZARDS.register("unreachable")
def unreachable(plan: Plan) -> Iterator[Hazard]:
    """A condition that no training can meet, such as an accuracy above 1."""
    for metric, (comparison, bound) in plan.expect.items():
        low, high = _range(plan, metric)
        above, strict = comparison.startswith(">"), "=" not in comparison
        limit = high if above else low
        if limit is None or (bound < limit if above else bound > limit) or (bound == limit and not strict):
            continue
        side = "above" if above else "below"
        yield Hazard(
            f"expect.{metric}",
            bound,
            f"{'<' if above else '>'}{'' if strict else '='} {limit:g}",
            f"{metric} {comparison} {bound:g} cannot be met, as it is never {side} {limit:g}: the exit code will be 1",
            "accuracies are fractions, 0.95 for 95 %" if metric.endswith("accuracy") else "correct the bound",
        )


@HAZARDS.register("rising_cost")
def rising_cost(plan: Plan) -> Iterator[Hazard]:
    """Tried steps that end in a number that is not finite, or at 1.5 times the first cost, or pass 100 times it."""
    trial, at = plan.trial, "learning_rate"
    advice = f"try {at}: {plan.trainer.eta / 10:g}"
    if trial.diverged:
        meaning = f"tried out, {trial.diverged}: training diverges"
        yield Hazard(at, None, f"<= {RISEN:g}", meaning, advice)
        return
    first, last = trial.costs[0], trial.costs[-math.ceil(len(trial.costs) / 4) :]
    if first <= 0:  # poisson's may be below 0, and where it is 0 there is nothing to learn
        return
    late, peak = median(last) / first, max(trial.costs) / first
    if late > RISEN or peak > PEAK:
        value, limit = (late, RISEN) if late > RISEN else (peak, PEAK)
        times = f"{value:,.1f}" if value < 1e6 else f"{value:.0e}"
        yield Hazard(
            at,
            value,
            f"<= {limit:g}",
            f"in the first {len(trial.costs)} steps the cost rises to {times} times what it was: "
            "the steps are too long",
            advice,
        )


def _range(plan: Plan, metric: str) -> tuple[float | None, float | None]:
    """The least and the greatest value that a figure can have; None where there is no bound."""
    match metric.rpartition(".")[2]:
        case "epochs":
            return 1, plan.trainer.epochs
        case "accuracy":
            return 0, 1
        case "r2":
            return None, 1
        case "cost" if isinstance(plan.trainer.descent.network.cost, Poisson):
            return None, None  # a − y log a may be below 0
        case _:
            return 0, None
