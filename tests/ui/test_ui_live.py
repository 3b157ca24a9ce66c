from __future__ import annotations

import os
import pty
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from terminal_screen import screen

from bpcli.training.events import EpochEnded, Event
from bpcli.ui.console import open_console
from bpcli.ui.epochs import EpochRows
from bpcli.ui.live import LiveView


class Shown:
    """A live view on a real pseudo-terminal of a given size, with a clock that only the test moves."""

    def __init__(self, width: int, height: int, patch: pytest.MonkeyPatch) -> None:
        for name, value in {"COLUMNS": width, "LINES": height, "TERM": "xterm"}.items():
            patch.setenv(name, str(value))
        self.now = 0.0
        self._reading, writing = pty.openpty()
        self._stream = os.fdopen(writing, "w", encoding="utf-8")
        self._heard: list[bytes] = []
        self._reader = threading.Thread(target=self._listen)
        self._reader.start()
        self.view = LiveView(open_console(self._stream), clock=lambda: self.now)

    def show(self, events: Iterable[Event], each: float = 1.0) -> None:
        for event in events:
            self.view.show(event)
            self.now += each

    def written(self) -> str:
        """Ends the pseudo-terminal and gives all that it was told."""
        self._stream.close()
        self._reader.join()
        os.close(self._reading)
        return b"".join(self._heard).decode()

    def _listen(self) -> None:
        while True:
            try:
                heard = os.read(self._reading, 65536)
            except OSError:  # Linux says so when the other end is closed
                return
            if not heard:
                return
            self._heard.append(heard)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, int], Shown]:
    return lambda width, height: Shown(width, height, monkeypatch)


def test_while_it_runs_the_last_epochs_and_the_time_left_show(terminal: Any, run: Any) -> None:
    shown = terminal(80, 11)
    shown.show(run(30)[:12])
    assert screen(shown.written()) == [
        "          running  validation  validation   learning",
        "epoch        cost        cost    accuracy       rate   seconds",
        "─" * 68,
        "    3      0.9647      1.0407      0.5837    0.09127      0.22",
        "    4      0.7558      0.8338      0.6665    0.08853      0.29",
        "    5      0.5930      0.6730      0.7308    0.08587      0.37  best",
        "",
        "running cost     █▆▄▃▁                           1.5776 → 0.4663",
        "validation cost  █▆▄▃▁                           1.6496 → 0.6730 · best 5",
        "epoch  6 of 30   ━━━━━─────────────────────────  50 s left · 711 examples/s",
    ]


def test_afterwards_the_whole_run_stands_there_once(terminal: Any, run: Any) -> None:
    shown = terminal(80, 9)
    with shown.view:
        shown.show(run(12))
    lines = screen(shown.written())
    assert [text.split()[0] for text in lines[3:-3]] == [str(epoch) for epoch in range(1, 13)]
    assert [text.split()[0] for text in lines[-2:]] == ["running", "validation"]
    assert sum("best" in text for text in lines[:-2]) == 1
    assert not any("━" in text for text in lines)


def test_a_narrow_terminal_keeps_what_matters(terminal: Any, run: Any) -> None:
    shown = terminal(40, 24)
    with shown.view:
        shown.show(run(2, numbers=True, train=True))
    assert screen(shown.written()) == [
        "       validation  validation",
        "epoch        cost          r2",
        "───────────────────────────────────",
        "    1      4948.8     -0.6496",
        "    2      3921.2     -0.3071  best",
    ]


def test_a_wide_terminal_has_the_learning_curve_beside_it(terminal: Any, run: Any) -> None:
    shown = terminal(110, 24)
    with shown.view:
        shown.show(run(4))
    beside = [text[72:] for text in screen(shown.written())]
    assert beside == [
        "· running cost   ● validation cost",
        "0.75576                         1.6496",
        "─" * 38,
        "                                   · ●",
        "                       ·  ●",
        "            ·  ●",
        "·    ●",
    ]


@pytest.mark.parametrize("width", [40, 80, 132, 200])
def test_no_line_is_wider_than_the_terminal(terminal: Any, run: Any, width: int) -> None:
    shown = terminal(width, 24)
    with shown.view:
        shown.show(run(50, train=True))
    assert max(map(len, screen(shown.written()))) <= width


def test_the_cursor_comes_back_after_a_failure_and_the_rows_stay(terminal: Any, run: Any) -> None:
    def interrupted() -> Iterator[Event]:
        yield from run(9)[:6]
        raise KeyboardInterrupt

    shown = terminal(80, 24)
    with pytest.raises(KeyboardInterrupt), shown.view:
        shown.show(interrupted())
    written = shown.written()
    assert written.rindex("\x1b[?25h") > written.rindex("\x1b[?25l")
    assert [text.split()[0] for text in screen(written)[3:]] == ["1", "2"]


def test_a_view_that_saw_no_event_writes_nothing(terminal: Any) -> None:
    shown = terminal(80, 24)
    with shown.view:
        pass
    assert shown.written() == ""


def test_it_draws_at_most_ten_times_a_second(terminal: Any, run: Any) -> None:
    shown = terminal(80, 24)
    with shown.view:
        shown.show(run(1000), each=0.001)  # 2002 events in two seconds
    assert 15 <= shown.written().count(" of 1000") <= 21


def test_a_slow_terminal_is_drawn_on_seldom(terminal: Any, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = terminal(80, 24)
    draw = shown.view._draw

    def slowly() -> None:
        draw()
        shown.now += 0.01  # a hundredth of a second, so that a second of rest has to follow

    monkeypatch.setattr(shown.view, "_draw", slowly)
    with shown.view:
        shown.show(run(1000), each=0.005)  # 2002 events in ten seconds
    assert 9 <= shown.written().count(" of 1000") <= 11


def test_ten_thousand_quick_epochs_are_drawn_once_and_thinned(terminal: Any, run: Any) -> None:
    events = run(10_000)
    shown = terminal(200, 50)
    with shown.view:
        shown.show(events, each=0)
    written = shown.written()
    lines = screen(written)
    assert written.count(" of 10000") == 1
    assert lines[-1] == "41 of 10,000 epochs shown"
    assert len(lines) == 3 + 41 + 1


def test_a_figure_that_one_epoch_lacks_is_a_dash(run: Any) -> None:
    first, last = (event for event in run(2) if isinstance(event, EpochEnded))
    rows = EpochRows(first)
    assert rows.cells(EpochEnded(2, 90, 0.1, 1.0, last.running, None, None, False)) == [
        "2", "1.2331", "-", "-", "0.1", "1.00", "",
    ]  # fmt: skip
