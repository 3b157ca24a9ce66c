"""Conditions that a trained network has to meet, such as `>= 0.95`."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, PlainSerializer

from bpcli.spec.problems import quoted, refusal
from bpcli.spec.scalars import FINITE, as_number, as_text, plain
from bpcli.spec.tree import ScalarNode

Monitor = Literal[
    "running.cost",
    "train.cost",
    "train.accuracy",
    "train.mae",
    "train.rmse",
    "train.r2",
    "validation.cost",
    "validation.accuracy",
    "validation.mae",
    "validation.rmse",
    "validation.r2",
]
Metric = Literal[Monitor, "test.cost", "test.accuracy", "test.mae", "test.rmse", "test.r2", "epochs"]

COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
CONDITION = rf"\s*(>=|<=|>|<)\s*({FINITE})\s*"


@dataclass(frozen=True)
class Condition:
    """A bound on a figure, and on which side of it the figure has to be."""

    comparison: str  # a key of COMPARISONS
    bound: float

    def met(self, value: float) -> bool:
        """Whether the figure is on the right side; one that is not a number never is."""
        return COMPARISONS[self.comparison](value, self.bound)

    def __str__(self) -> str:
        return f"{self.comparison} {plain(self.bound)}"


def read_condition(node: Any) -> Condition:
    """A Condition out of text such as `>= 0.95`."""
    text = as_text(node, "a condition such as '>= 0.95'")
    found = re.fullmatch(r"\s*(>=|<=|>|<)\s*(\S+)\s*", text)
    if not found:
        known = ", ".join(COMPARISONS)
        raise refusal(f"expected a condition such as '>= 0.95', not {quoted(text)} (comparisons: {known})")
    bound = as_number(ScalarNode(found[2], True, node.place), "a number after the comparison")
    if not math.isfinite(bound):
        raise refusal(f"expected a finite number after the comparison, not {quoted(found[2])}")
    return Condition(found[1], bound)


def shortfall(condition: str, value: float | None) -> str:
    """What was wanted of a figure that misses a condition, what was found, and how far apart the two are."""
    if value is None:
        return f"wanted {condition}, and it is not a finite number"
    off = abs(value - float(condition.split()[-1]))
    return f"wanted {condition}, found {value:.6g} (off by {off:.3g})"


ConditionText = Annotated[Condition, BeforeValidator(read_condition), PlainSerializer(str)]
