"""Trains configs/xor.yaml from a hundred seeds for each size of the hidden layer, and prints the tables of xor.md.

python docs/xor_shares.py [KEY=VALUE ...]

The settings are those of `bpcli train --set`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from bpcli.runs.training_run import TrainingRun
from bpcli.spec.reading import read_config
from bpcli.training.events import EpochEnded

CONFIG = Path(__file__).parents[1] / "configs" / "xor.yaml"
HIDDEN = (2, 4)
SEEDS = range(1, 101)


def rows_right(hidden: int, seed: int, settings: Sequence[str]) -> list[int]:
    """How many of the four rows are on the right side of ½ after each epoch of a training from this seed."""
    config = read_config(str(CONFIG), [f"layers=[2, {hidden}, 1]", f"seed={seed}", *settings])
    epochs = [event for event in TrainingRun(config).trainer.run() if isinstance(event, EpochEnded)]
    return [round(4 * epoch.train["accuracy"]) for epoch in epochs if epoch.train is not None]


def table(settings: Sequence[str]) -> Iterator[str]:
    """The lines of the table, each as soon as it is known."""
    yield "| network | 4 of 4 | 3 of 4 | 2 of 4 or fewer | half of the solved by epoch | all by epoch |"
    yield "|---|---|---|---|---|---|"
    for hidden in HIDDEN:
        trainings = [rows_right(hidden, seed, settings) for seed in SEEDS]
        ends = [training[-1] for training in trainings]
        solved = sorted(solved_by(training) for training in trainings if training[-1] == 4)
        shares = [ends.count(4), ends.count(3), sum(end <= 2 for end in ends)]
        yield f"| 2-{hidden}-1 | {' | '.join(map(str, [*shares, solved[(len(solved) - 1) // 2], solved[-1]]))} |"


def solved_by(training: Sequence[int]) -> int:
    """The epoch, counted from 1, from which on all four rows stay right."""
    return 1 + max((epoch for epoch, right in enumerate(training, start=1) if right < 4), default=0)


if __name__ == "__main__":
    for line in table(sys.argv[1:]):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
