"""What every view of a training can do, of one run or of a run for each fold."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from bpcli.training.events import Event


class Sink:
    """Takes what happens, in a `with` block, so that the terminal is left as it was."""

    def close(self) -> None:
        """Writes what is still to be seen; called once, whether the run ended well or not."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class View(Sink):
    """A sink for the events of one run; this one shows nothing, which is what `--quiet` asks for."""

    def show(self, event: Event) -> None:
        """Takes the next event."""
