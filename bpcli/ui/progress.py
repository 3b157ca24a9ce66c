"""The view of a training whose epochs are no result: a progress bar that is gone when it ends."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from bpcli.training.events import EpochEnded
from bpcli.ui.live import LiveView


class ProgressView(LiveView):
    """What stands below the table of the live view, without the table."""

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        self._live.transient = True

    def close(self) -> None:
        """Leaves the terminal as it was."""
        self._live.stop()

    def _table(self, epochs: list[EpochEnded]) -> list[Text]:
        return []
