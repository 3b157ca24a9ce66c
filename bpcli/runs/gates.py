"""Bounds on measured figures, as the command line gives them: `--fail-under accuracy=0.95`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bpcli.core.metrics import METRICS
from bpcli.errors import NegativeVerdict, UsageError
from bpcli.registry import hint
from bpcli.spec.conditions import shortfall


@dataclass(frozen=True)
class Gate:
    """A figure and the bound it must not fall under, or must not exceed."""

    metric: str
    bound: float
    under: bool  # whether falling under the bound is the failure

    @classmethod
    def read(cls, text: str, under: bool) -> Gate:
        """Reads METRIC=VALUE; raises UsageError."""
        option = "--fail-under" if under else "--fail-over"
        metric, _, value = text.partition("=")
        try:
            bound = float(value)
        except ValueError:
            bound = math.nan
        if not metric or not math.isfinite(bound):
            raise UsageError(f"{option} {text}: expected METRIC=VALUE, as in accuracy=0.95")
        return cls(metric, bound, under)

    @property
    def condition(self) -> str:
        """What is wanted of the figure, as a config would say it."""
        return f"{'>=' if self.under else '<='} {self.bound:g}"

    def judge(self, figures: Mapping[str, Any]) -> dict[str, Any]:
        """The verdict, as `eval --json` has it; raises UsageError when there is no such figure."""
        known = [name for name in figures if name in METRICS]
        if self.metric not in known:
            option = "--fail-under" if self.under else "--fail-over"
            raise UsageError(f"{option} {self.metric}: not measured here ({hint(self.metric, known, 'measured')})")
        value = figures[self.metric]
        met = value is not None and (value >= self.bound if self.under else value <= self.bound)
        return {"metric": self.metric, "condition": self.condition, "value": value, "met": met}


def read_gates(fail_under: Sequence[str], fail_over: Sequence[str]) -> list[Gate]:
    """All gates of a command line."""
    return [Gate.read(text, under=True) for text in fail_under] + [Gate.read(text, under=False) for text in fail_over]


def demand(checks: Iterable[Mapping[str, Any]]) -> None:
    """Raises NegativeVerdict with a line for each condition that is not met, saying by how much."""
    missed = [
        f"{check['metric']}: {shortfall(check['condition'], check['value'])}" for check in checks if not check["met"]
    ]
    if missed:
        raise NegativeVerdict(*missed)
