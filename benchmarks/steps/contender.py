"""What a program that is timed has to give, and the table of all of them by name.

All shuffle the rows anew for each epoch, gather batches, and keep the cost; all work in float32.
"""

from __future__ import annotations

from collections.abc import Callable

from workloads import Workload

Epoch = Callable[[], float]
"""Trains for one epoch and gives the average cost that it met."""
Prepare = Callable[[Workload, str], Epoch]
"""Gets ready for a workload and an optimizer of OPTIMIZERS."""
CONTENDERS: dict[str, Prepare] = {}


def contender(name: str) -> Callable[[Prepare], Prepare]:
    """Enters a program under a name."""

    def enter(prepare: Prepare) -> Prepare:
        CONTENDERS[name] = prepare
        return prepare

    return enter


class NotHere(Exception):
    """Raised by a program that cannot do a workload; its text says why."""
