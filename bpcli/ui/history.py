"""The epochs that may still be shown, of a run of any length: the last ones, the best, an even choice of all."""

from __future__ import annotations

from collections import deque

from bpcli.training.events import EpochEnded

MOST = 1024  # epochs kept of a long run


class History:
    """Takes every epoch and keeps few: whenever too many have come together, every second one goes."""

    def __init__(self, recent: int) -> None:
        self.count = 0
        self.best: EpochEnded | None = None
        self.recent: deque[EpochEnded] = deque(maxlen=recent)
        self._kept: list[EpochEnded] = []
        self._each = 1  # of so many epochs one is kept

    def note(self, epoch: EpochEnded) -> None:
        """Takes the next epoch."""
        if epoch.best:
            self.best = epoch
        self.recent.append(epoch)
        if self.count % self._each == 0:
            self._kept.append(epoch)
        self.count += 1
        if len(self._kept) == MOST:
            self._kept, self._each = self._kept[::2], 2 * self._each

    def thinned(self, limit: int) -> list[EpochEnded]:
        """About `limit` epochs at most: the first, the best, the last, and others spread evenly."""
        kept = self._kept if not self.recent or self._kept[-1] is self.recent[-1] else [*self._kept, self.recent[-1]]
        if len(kept) > limit:
            kept = [kept[round(i * (len(kept) - 1) / (limit - 1))] for i in range(limit)]
        if self.best is not None and self.best not in kept:
            kept = sorted([*kept, self.best], key=lambda epoch: epoch.epoch)
        return kept
