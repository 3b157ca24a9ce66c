"""The screens as people see them, in tests/ui/snapshots: read those files to see what a change does to the eye.

`BPCLI_SNAPSHOTS=write python -m pytest tests/ui/test_ui_snapshots.py` writes them anew.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import made_up
import pytest
from conftest import SNAPSHOTS
from rich.console import Console
from rich.text import Text
from terminal_screen import screen

from bpcli.training.events import Ended, EpochEnded, Event
from bpcli.ui.closing import closing
from bpcli.ui.gradients import gradcheck
from bpcli.ui.live import LiveView
from bpcli.ui.tables import evaluation, network
from bpcli.ui.views import PlainView

EXPECT = [
    {"metric": "test.accuracy", "condition": ">= 0.95", "value": 0.9551, "met": True},
    {"metric": "validation.cost", "condition": "<= 0.1", "value": 0.12718, "met": False},
]
WIDTHS = {"80": 80, "200": 200, "plain": None}


def text(lines: list[Text]) -> str:
    return "".join(f"{line.plain}\n" for line in lines)


def live(events: list[Event], width: int, end: bool) -> str:
    """The live view after these events, half a second each; the frame that stands, or what is left at the end."""
    stream, now = io.StringIO(), [0.0]
    console = Console(file=stream, force_terminal=True, width=width, height=30, color_system=None)
    view = LiveView(console, clock=lambda: now[0])
    for event in events:
        view.show(event)
        now[0] += 0.5
    if end:
        view.close()
    return "\n".join(line.rstrip() for line in screen(stream.getvalue())) + "\n"


def plain(events: list[Event]) -> str:
    stream = io.StringIO()
    with PlainView(stream) as view:
        for event in events:
            view.show(event)
    return stream.getvalue()


def end(events: list[Event]) -> str:
    ended, best = events[-1], [event for event in events if isinstance(event, EpochEnded) and event.best][-1]
    assert isinstance(ended, Ended)
    run = Path("runs/digits/1")
    return text(closing(ended, best.validation, run, run / "weights.npz", EXPECT))


def screens() -> Iterator[tuple[str, Callable[[], str]]]:
    """Each screen by its name: command, what, width (`plain`: off a terminal)."""
    events = made_up.events(60)
    for name, width in WIDTHS.items():
        yield f"train_network_{name}", lambda width=width: text(network(made_up.NETWORK, width))
        if width is not None:
            yield f"train_middle_{name}", lambda width=width: live(events[:74], width, end=False)
            yield f"train_end_{name}", lambda width=width: live(events, width, end=True) + end(events)
        else:
            yield f"train_end_{name}", lambda: plain(events) + end(events)
        for classes, names in made_up.CLASSES.items():
            result = made_up.classes_result(names)
            yield f"eval_{classes}_{name}", lambda result=result, width=width: text(evaluation(result, width))
        gated = {**made_up.classes_result(made_up.CLASSES["3"]), "gates": made_up.GATES}
        yield f"eval_gates_{name}", lambda gated=gated, width=width: text(evaluation(gated, width))
        yield f"eval_regression_{name}", lambda width=width: text(evaluation(made_up.NUMBERS, width))
        for what, report in {
            "matrix": made_up.gradcheck_matrix(),
            "matrix_failing": made_up.gradcheck_matrix("elu"),
            "network": made_up.gradcheck_network(),
            "network_failing": made_up.gradcheck_network(wrong=True),
        }.items():
            yield f"gradcheck_{what}_{name}", lambda report=report, width=width: text(gradcheck(report, width))
    digits = made_up.classes_result(made_up.CLASSES["10"])
    yield "eval_10_80_markup", lambda: "".join(f"{line.markup}\n" for line in evaluation(digits, 80))


SCREENS = dict(screens())


@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_is_the_one_that_is_kept(name: str, snapshot: Callable[[str, str], None]) -> None:
    snapshot(name, SCREENS[name]())


@pytest.mark.parametrize("name", [name for name in SCREENS if name.endswith(("_80", "_200"))])
def test_no_line_is_wider_than_the_terminal(name: str) -> None:
    width = int(name.rpartition("_")[2])
    lines = SCREENS[name]().splitlines()
    assert [line for line in lines if Text(line).cell_len > width] == []


def test_every_kept_screen_is_compared() -> None:
    ours = ("train_", "eval_", "gradcheck_")
    assert {file.stem for file in SNAPSHOTS.glob("*.txt") if file.stem.startswith(ours)} == set(SCREENS)
