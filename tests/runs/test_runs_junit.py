"""JUnit XML, read back by a library that knows nothing of us: counts, failures, odd names, what is never replaced."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from junitparser import Error, Failure, JUnitXml

from bpcli.errors import CannotWriteError
from bpcli.runs.junit import Case, JunitFile, gradient_cases, junit, mistake_cases

MET = {"metric": "accuracy", "condition": ">= 0.9", "value": 0.95, "met": True}
MISSED = {"metric": "test.cost", "condition": "<= 0.1", "value": 0.35, "met": False}
UNDEFINED = {"metric": "test.r2", "condition": "> 0", "value": None, "met": False}


def read(path: Path) -> Any:
    """The one suite of a report."""
    (suite,) = JUnitXml.fromfile(str(path))
    return suite


def test_a_case_for_each_gate_and_how_far_off_it_is(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "report.xml"
    file = JunitFile(path, "bpcli train", "iris.yaml", ["accuracy >= 0.9"])
    file.judge([MET, MISSED, UNDEFINED], 1.23456, weights="run/weights.npz", seed=7)
    suite = read(path)
    assert (suite.name, suite.tests, suite.failures, suite.errors, suite.time) == ("bpcli train", 3, 2, 0, 1.235)
    assert {one.name: one.value for one in suite.properties()} == {"weights": "run/weights.npz", "seed": "7"}
    met, missed, undefined = suite
    assert {case.classname for case in suite} == {"iris.yaml"}
    assert (met.name, met.result) == ("accuracy >= 0.9", [])
    (failure,) = missed.result
    assert isinstance(failure, Failure)
    assert failure.message == failure.text == "wanted <= 0.1, found 0.35 (off by 0.25)"
    assert undefined.result[0].message == "wanted > 0, and it is not a finite number"


def test_what_was_not_judged_is_an_error_from_the_start(tmp_path: Path) -> None:
    path = tmp_path / "report.xml"
    file = JunitFile(path, "bpcli train", "iris.yaml", ["accuracy >= 0.9", "epochs <= 3"])
    for message in ("not judged: the command did not come to its end", "diverged"):
        suite = read(path)
        assert (suite.tests, suite.failures, suite.errors) == (2, 0, 2)
        assert [case.name for case in suite] == ["accuracy >= 0.9", "epochs <= 3"]
        for case in suite:
            assert isinstance(case.result[0], Error)
            assert case.result[0].message == message
        file.leave("diverged")


def test_the_bytes_are_these_and_the_same_every_time() -> None:
    expected = b"""<?xml version='1.0' encoding='utf-8'?>
<testsuites>
  <testsuite name="bpcli eval" tests="2" failures="1" errors="0" skipped="0" time="0.000">
    <testcase classname="w" name="a" time="0" />
    <testcase classname="w" name="b" time="0">
      <failure message="so" type="failure">so</failure>
    </testcase>
  </testsuite>
</testsuites>
"""
    assert junit("bpcli eval", [Case("w", "a"), Case("w", "b", "failure", "so")], 0.0, {}) == expected


def test_markup_and_control_characters_are_carried(tmp_path: Path) -> None:
    path = tmp_path / "report.xml"
    odd = "a<b>&\"'\x00\x1b[31m\ud800\uffff]]>é\u2028"
    JunitFile(path, odd, odd).write([Case(odd, odd, "failure", odd)], 0.0, file=odd)
    suite = read(path)
    said = "a<b>&\"'\\x00\\x1b[31m\\ud800\\uffff]]>é\u2028"
    (case,) = suite
    assert [suite.name, case.classname, case.name, case.result[0].message] == [said] * 4
    assert next(iter(suite.properties())).value == said


def test_gradient_checks_and_planted_mistakes_are_cases() -> None:
    right = {"name": "W1", "passed": True, "max_relative_error": 1e-12}
    wrong = {"name": "b1", "passed": False, "max_relative_error": 0.25}
    odd = {"name": "b2", "passed": False, "max_relative_error": None}
    names = {"activation": "relu", "output": "softmax", "cost": "cross_entropy"}
    step = {"name": "adam", "block": "W1", "max_relative_error": 0.5}
    report = {
        "cases": [{**names, "blocks": [right]}, {**names, "blocks": [right, wrong, odd]}],
        "step": [{**step, "passed": True}, {**step, "block": "b1", "passed": False}],
    }
    assert gradient_cases(report) == [
        Case("gradient", "relu, softmax, cross_entropy"),
        Case(
            "gradient",
            "relu, softmax, cross_entropy",
            "failure",
            "b1: relative error 0.25; b2: the error is not a number",
        ),
        Case("one step of adam", "W1"),
        Case("one step of adam", "b1", "failure", "relative error 0.5"),
    ]
    told = {
        "mistakes": [{"name": "x", "caught": True}, {"name": "y", "caught": False}],
        "false_alarms": [{"check": "gradient", "case": "tanh", "blocks": ["W1", "b1"]}],
    }
    assert mistake_cases(told) == [
        Case("planted mistake", "x"),
        Case("planted mistake", "y", "failure", "planted, and no check has caught it"),
        Case("no mistake planted", "gradient of tanh", "failure", "fails in W1, b1"),
    ]


def test_only_reports_are_replaced(tmp_path: Path) -> None:
    config = tmp_path / "iris.yaml"
    config.write_text("layers: [1, 1]\n")
    with pytest.raises(CannotWriteError, match="holds something else"):
        JunitFile(config, "bpcli train", "iris.yaml")
    assert config.read_text() == "layers: [1, 1]\n"
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(CannotWriteError, match="not a file"):
            JunitFile(path, "bpcli train", "iris.yaml")
    empty = tmp_path / "empty.xml"
    empty.touch()
    JunitFile(empty, "bpcli train", "iris.yaml")
    JunitFile(empty, "bpcli eval", "w.npz")
    assert read(empty).name == "bpcli eval"


def test_a_place_that_cannot_be_written_is_found_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotWriteError, match="cannot write"):
        JunitFile(tmp_path / "file" / "report.xml", "bpcli train", "iris.yaml")


def test_without_a_path_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    JunitFile(None, "bpcli train", "iris.yaml", ["a > 1"]).judge([MET], 0.0)
    assert list(tmp_path.iterdir()) == []
