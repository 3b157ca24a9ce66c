from __future__ import annotations

from typing import Any

import pytest

from bpcli.ui.selftest import self_test


def finding(check: str, case: str, *blocks: str) -> dict[str, Any]:
    return {"check": check, "case": case, "blocks": list(blocks)}


def mistake(name: str, *findings: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "about": f"What {name} does", "caught": bool(findings), "findings": list(findings)}


def report(*mistakes: dict[str, Any], alarms: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    passed = not alarms and all(m["caught"] for m in mistakes)
    return {"passed": passed, "method": "complex", "mistakes": list(mistakes), "false_alarms": list(alarms)}


def plain(found: dict[str, Any], width: int | None = None) -> list[str]:
    return [text.plain for text in self_test(found, width)]


TWICE = mistake(
    "l2 twice", finding("gradient", "tanh", "W10", "W2"), finding("step", "sgd", "W2", "b2", "v of W2", "v of b2")
)
LOST = mistake("v lost", finding("step", "sgd", "v of b2", "v of b1"))
MISSED = mistake("sign")


def test_a_line_for_each_mistake_with_the_checks_and_blocks_that_caught_it() -> None:
    assert plain(report(TWICE, LOST)) == [
        "mistake planted  what goes wrong     caught by       in the blocks",
        "l2 twice         What l2 twice does  gradient, step  W2, b2, W10       ok",
        "v lost           What v lost does    step            v of b1, v of b2  ok",
        "",
        "2 mistakes planted (complex method): all caught; nothing fails without them",
    ]


def test_what_was_missed_and_what_was_no_mistake_is_said() -> None:
    lines = plain(report(MISSED, LOST, alarms=(finding("step", "adam", "b2", "W1"),)))
    assert lines[1].endswith("MISSED")
    assert lines[-2:] == [
        "with no mistake planted: step of adam fails in W1, b2",
        "1 of 2 mistakes caught (complex method); 1 false alarms",
    ]


@pytest.mark.parametrize("width", [30, 40, 60, 80, 200])
def test_the_verdict_is_seen_at_every_width(width: int) -> None:
    _, caught, missed = plain(report(TWICE, MISSED), width)[:3]
    assert caught.endswith("ok")
    assert missed.endswith("MISSED")
    assert len(missed) <= width
