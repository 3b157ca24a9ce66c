"""The row of an epoch: which figures it shows, in what order, how written."""

from __future__ import annotations

from bpcli.training.events import EpochEnded
from bpcli.ui.columns import Column
from bpcli.ui.figures import measure, places_for


class EpochRows:
    """Columns and cells of a run's epochs; the first epoch settles what is measured and how fine."""

    def __init__(self, first: EpochEnded) -> None:
        measured = _measured(first)
        self._places = {key: places_for(value) for key, value in measured.items()}
        main = list(measured)[-1][0]  # validation where there is one: what the eye follows
        self.columns = [
            Column("epoch", 5),
            *(Column(f"{split}\n{name}", 10, rank=_rank(split, name, main)) for split, name in measured),
            Column("learning\nrate", 9, rank=7),
            Column("seconds", 8, rank=5),
            Column("", 4, left=True),
        ]

    def cells(self, epoch: EpochEnded) -> list[str]:
        """What stands in each column; the last one marks the best epoch so far."""
        measured = _measured(epoch)
        return [
            str(epoch.epoch),
            *(measure(key[1], measured.get(key), places) for key, places in self._places.items()),
            f"{epoch.learning_rate:.4g}",
            f"{epoch.seconds:.2f}",
            "best" if epoch.best else "",
        ]


def _measured(epoch: EpochEnded) -> dict[tuple[str, str], float]:
    splits = {"running": epoch.running, "train": epoch.train, "validation": epoch.validation}
    return {(split, name): value for split, some in splits.items() for name, value in (some or {}).items()}


def _rank(split: str, name: str, main: str) -> int:
    if split == main:
        return {"rmse": 8, "mae": 3}.get(name, 0)
    return {"running": 2}.get(split, 6 if name == "cost" else 9)
