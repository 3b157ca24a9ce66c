"""Every case of the corpus: the exit code, and each line on stderr, word by word and in order."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from conftest import ALL_CASES, Played
from corpus import Case, as_told, play


@pytest.mark.parametrize("case", ALL_CASES, ids=[case.name for case in ALL_CASES])
def test_case(case: Case, played: Played) -> None:
    outcome = played.outcomes[case.name]
    assert outcome.lines == case.lines or as_told(case, outcome)
    assert outcome.code == case.code


def test_no_two_cases_have_one_name() -> None:
    names = [case.name for case in ALL_CASES]
    assert sorted({name for name in names if names.count(name) > 1}) == []


CONTRADICTIONS = [case for case in ALL_CASES if case.name.startswith("contradictions.txt")]


@pytest.mark.parametrize("case", CONTRADICTIONS, ids=[case.name for case in CONTRADICTIONS])
def test_a_contradiction_is_told_beside_a_wrong_value_elsewhere(case: Case, tmp_path: Path) -> None:
    written = case.files["c.yaml"]
    line = written.count(b"\n") + 1
    beside = replace(
        case,
        files={**case.files, "c.yaml": written + b"seed: x\n"},
        lines=(*case.lines, f"c.yaml:{line}:7: seed: expected a whole number, not 'x'"),
    )
    assert play(beside, tmp_path).lines == beside.lines


def test_a_case_that_is_not_told_so_is_seen(tmp_path: Path) -> None:
    """The comparison itself can fail: on another code, another word, another order, one line more or less."""
    case = Case("", {"c.yaml": b"epochs: 0\nseed: -1\n" + b"layers: [4, 2]\ndata: a.csv\n"}, ("x", "y"))
    outcome = play(case, tmp_path)
    right = replace(case, lines=outcome.lines)
    assert as_told(right, outcome)
    assert not as_told(replace(right, code=4), outcome)
    assert not as_told(replace(right, lines=outcome.lines[::-1]), outcome)
    assert not as_told(replace(right, lines=outcome.lines[:1]), outcome)
    assert not as_told(replace(right, lines=(*outcome.lines, "")), outcome)
    assert not as_told(replace(right, lines=(outcome.lines[0] + " ", outcome.lines[1])), outcome)
