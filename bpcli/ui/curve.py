"""The learning curve beside the rows of a wide terminal: epochs run down, the cost across, logarithmic."""

from __future__ import annotations

from math import exp, inf, isfinite, log

from bpcli.training.events import EpochEnded
from bpcli.ui.figures import figure

RUNNING, MEASURED = "·", "●"


class Curve:
    """One dot a row for the running cost and one for the cost measured after the epoch."""

    def __init__(self) -> None:
        self._low, self._high = inf, -inf  # of the logarithms met so far
        self._split = ""

    def note(self, epoch: EpochEnded) -> None:
        """Widens the scale to this epoch; a cost that is zero or not finite has no place on it."""
        if measured := epoch.validation or epoch.train:
            self._split = "validation" if measured is epoch.validation else "train"
        for value in _costs(epoch):
            if value is not None:
                self._low, self._high = min(self._low, value), max(self._high, value)

    def heading(self, cells: int) -> list[str]:
        """Two lines: what the dots are, and both ends of the scale."""
        if self._low > self._high:
            return ["", ""]
        legend = f"{RUNNING} running cost" + (f"   {MEASURED} {self._split} cost" if self._split else "")
        low, high = figure(exp(self._low)), figure(exp(self._high))
        return [legend, low + high.rjust(cells - len(low))]

    def row(self, epoch: EpochEnded, cells: int) -> str:
        marks = [" "] * cells
        for mark, value in zip((RUNNING, MEASURED), _costs(epoch)):
            if value is not None:
                share = (value - self._low) / ((self._high - self._low) or 1.0)
                marks[round(share * (cells - 1))] = mark
        return "".join(marks).rstrip()


def _costs(epoch: EpochEnded) -> tuple[float | None, float | None]:
    measured = epoch.validation or epoch.train or {}
    return _log(epoch.running.get("cost")), _log(measured.get("cost"))


def _log(cost: float | None) -> float | None:
    return log(cost) if cost is not None and isfinite(cost) and cost > 0 else None
