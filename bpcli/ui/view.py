"""What every view of a training run can do."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from bpcli.training.events import Event


class View:
    """A sink for the events of one run; used in a `with` block, so that the terminal is left as it was.

    This one shows nothing, which is what `--quiet` asks for.
    """

    def show(self, event: Event) -> None:
        """Takes the next event."""

    def close(self) -> None:
        """Writes what is still to be seen; called once, whether the run ended well or not."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
