from __future__ import annotations

import io
import json
from typing import Any

import pytest

from bpcli.training.events import EpochEnded, Event
from bpcli.ui.console import open_console
from bpcli.ui.json_lines import json_line
from bpcli.ui.live import LiveView
from bpcli.ui.view import View
from bpcli.ui.views import JsonView, PlainView, choose_view


def plain(events: list[Event]) -> list[str]:
    stream = io.StringIO()
    with PlainView(stream) as view:
        for event in events:
            view.show(event)
    return stream.getvalue().splitlines()


def test_one_plain_line_an_epoch(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert plain(run(4)) == [
        "          running  validation  validation   learning",
        "epoch        cost        cost    accuracy       rate   seconds",
        "    1      1.5776      1.6496      0.3402      0.097      0.07  best",
        "    2      1.2331      1.3071      0.4772    0.09409      0.15  best",
        "    3      0.9647      1.0407      0.5837    0.09127      0.22  best",
        "    4      0.7558      0.8338      0.6665    0.08853      0.29  best",
    ]


def test_columns_are_what_the_run_measures(run: Any) -> None:
    numbers = plain(run(1, numbers=True))
    assert numbers[1].split() == ["epoch", "cost", "cost", "mae", "rmse", "r2", "rate", "seconds"]
    assert numbers[2].split()[:6] == ["1", "4732.8", "4948.8", "131.97", "164.96", "-0.6496"]
    both = plain(run(1, train=True))
    assert both[0].split() == ["running", *["train"] * 2, *["validation"] * 2, "learning"]
    neither = plain(run(1, validation=False))
    assert neither[0].split() == ["running", "learning"]


def test_a_run_that_diverges_still_has_its_row() -> None:
    event = EpochEnded(1, 9, 10.0, 0.1, {"cost": float("nan")}, None, {"cost": float("inf")}, False)
    assert plain([event])[-1].split() == ["1", "nan", "inf", "10", "0.10"]


def test_json_lines_come_one_by_one_and_only_for_told_events(run: Any) -> None:
    arrived = io.BytesIO()  # what has left the process: a line that waits in a buffer is not seen here
    with JsonView(
        io.TextIOWrapper(arrived), lambda e: {"epoch": e.epoch} if isinstance(e, EpochEnded) else None
    ) as view:
        for event in run(3):
            view.show(event)
            if isinstance(event, EpochEnded):
                assert arrived.getvalue().endswith(b'{"epoch": %d}\n' % event.epoch)
    assert [json.loads(text)["epoch"] for text in arrived.getvalue().splitlines()] == [1, 2, 3]


def test_json_is_strict_and_on_one_line() -> None:
    assert json_line({"class": "é\n"}) == '{"class": "\\u00e9\\n"}\n'
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_line({"cost": float("nan")})


def test_the_view_fits_where_the_text_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm")
    terminal, pipe = open_console(Terminal()), open_console(io.StringIO())
    assert isinstance(choose_view(terminal), LiveView)
    assert isinstance(choose_view(pipe), PlainView)
    assert isinstance(choose_view(terminal, describe=lambda event: None), JsonView)
    assert type(choose_view(terminal, quiet=True)) is View
    monkeypatch.setenv("TERM", "dumb")
    assert isinstance(choose_view(open_console(Terminal())), PlainView)


def test_a_reader_that_goes_away_is_heard_of(run: Any) -> None:
    class Closed(io.StringIO):
        def flush(self) -> None:
            raise BrokenPipeError

    _, _, epoch, _ = run(1)
    with pytest.raises(BrokenPipeError), PlainView(Closed()) as view:
        view.show(epoch)
