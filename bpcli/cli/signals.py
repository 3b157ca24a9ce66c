"""Ctrl-C and the like: a command ends with the code of the signal; a training finishes its step and saves first."""

from __future__ import annotations

import os
import signal
import time
from types import FrameType, TracebackType
from typing import Any, ClassVar, Self

from bpcli.errors import ExitStatus

STATUS = {
    signal.SIGINT: ExitStatus.INTERRUPTED,
    signal.SIGTERM: ExitStatus.TERMINATED,
    signal.SIGHUP: ExitStatus.HANGUP,
}


ECHO = 0.1  # seconds in which a second signal is the first one over again: `timeout` sends each twice


class Interrupted(BaseException):
    """Raised wherever the program is when a signal asks it to end; what is open is cleaned up on the way out."""

    newest: ClassVar[ExitStatus | None] = None
    """The status of the one that was raised, should a library swallow it, or make another exception of it."""

    def __init__(self, status: ExitStatus) -> None:
        super().__init__()
        self.status = Interrupted.newest = status


def end_on_signals() -> None:
    """From now on a signal raises Interrupted, and a second one kills; signals that are ignored stay so (nohup)."""
    for number in STATUS:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _raise)


def ignore_signals() -> None:
    """For the last moments, when all is done and said."""
    for number in STATUS:
        signal.signal(number, signal.SIG_IGN)


def end_where_none_can_catch(unraisable: Any) -> None:
    """For sys.unraisablehook: an Interrupted raised inside a destructor would be lost there, so it ends the process."""
    if isinstance(unraisable.exc_value, Interrupted):
        os._exit(unraisable.exc_value.status)


def _raise(number: int, frame: FrameType | None) -> None:
    for other in STATUS:
        if signal.getsignal(other) == _raise:
            signal.signal(other, signal.SIG_DFL)
    raise Interrupted(STATUS[signal.Signals(number)])


class Signals:
    """Remembers, inside a `with`, the first signal that asked to end; `status` is the exit code it stands for.

    The second one does what it would have done outside.
    """

    def __init__(self) -> None:
        self.status: ExitStatus | None = None
        self._first = 0.0  # when it came
        self._before: dict[signal.Signals, Any] = {}

    def received(self) -> bool:
        """Whether it is time to end."""
        self.status = self.status or Interrupted.newest
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
        if self.status is None:
            self.status, self._first = STATUS[signal.Signals(number)], time.monotonic()
        elif time.monotonic() - self._first > ECHO:
            self._restore()
            signal.raise_signal(number)

    def _restore(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
