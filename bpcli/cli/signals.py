"""Ctrl-C and the like while training: the step at hand is finished and the result saved; a second time ends at once."""

from __future__ import annotations

import signal
from types import FrameType, TracebackType
from typing import Any, Self

from bpcli.errors import ExitStatus

STATUS = {
    signal.SIGINT: ExitStatus.INTERRUPTED,
    signal.SIGTERM: ExitStatus.TERMINATED,
    signal.SIGHUP: ExitStatus.HANGUP,
}


class Signals:
    """Remembers, inside a `with`, the first signal that asked to end; `status` is the exit code it stands for."""

    def __init__(self) -> None:
        self.status: ExitStatus | None = None
        self._before: dict[signal.Signals, Any] = {}

    def received(self) -> bool:
        """Whether it is time to end."""
        return self.status is not None

    def __enter__(self) -> Self:
        for number in STATUS:
            if signal.getsignal(number) != signal.SIG_IGN:  # nohup stays nohup
                self._before[number] = signal.signal(number, self._remember)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._restore()

    def _remember(self, number: int, frame: FrameType | None) -> None:
        self.status = STATUS[signal.Signals(number)]
        self._restore()

    def _restore(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
