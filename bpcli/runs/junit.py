"""What was judged, as JUnit XML, which CI systems show as test cases: gates, gradient checks, planted mistakes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from xml.etree import ElementTree

from bpcli.errors import CannotWriteError
from bpcli.runs.atomic import destination, write_atomically, writing
from bpcli.spec.conditions import shortfall

NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
UNFINISHED = "not judged: the command did not come to its end"


@dataclass(frozen=True)
class Case:
    """One thing that was to be judged."""

    subject: str  # what it is about; the class name of JUnit
    name: str
    verdict: Literal["passed", "failure", "error"] = "passed"  # error: there is no answer
    message: str = ""  # why it did not pass


class JunitFile:
    """The report of one command; without a path it is not written.

    It is begun on construction, with the cases that are known by then as errors: a place that cannot be written is
    found before the work, a command that is killed leaves no passed case, and no older report is taken for its own.
    Every method raises CannotWriteError.
    """

    def __init__(self, path: Path | None, command: str, subject: str, conditions: Iterable[str] = ()) -> None:
        """`subject` is what the gates are about, a config or a weights file; `conditions` name those gates."""
        self._path = path
        self._command = command
        self._subject = subject
        self._conditions = list(conditions)
        if path is not None:
            with writing(path):
                path.parent.mkdir(parents=True, exist_ok=True)
        self.leave(UNFINISHED)

    def leave(self, why: str, seconds: float = 0.0) -> None:
        """Says of every gate that it was not judged, and why."""
        self.write([Case(self._subject, name, "error", why) for name in self._conditions], seconds)

    def judge(self, checks: Iterable[Mapping[str, Any]], seconds: float, **about: object) -> None:
        """A case for each verdict on a gate, as `expect` and `gates` of the JSON objects have them."""
        self.write([_case(self._subject, check) for check in checks], seconds, **about)

    def write(self, cases: Iterable[Case], seconds: float, **about: object) -> None:
        """All cases, the seconds that the work took, and what else is worth knowing."""
        if self._path is None:
            return
        path = destination(self._path)
        _refuse_other_files(path)
        write_atomically(path, junit(self._command, list(cases), seconds, about))


def gradient_cases(report: Mapping[str, Any]) -> list[Case]:
    """A case for each case of `gradcheck`, and for each block of the optimizers' steps."""
    cases = []
    for case in report["cases"]:
        wrong = [f"{block['name']}: {_error(block)}" for block in case["blocks"] if not block["passed"]]
        cases.append(_of("gradient", f"{case['activation']}, {case['output']}, {case['cost']}", "; ".join(wrong)))
    for step in report.get("step") or ():
        wrong = [] if step["passed"] else [_error(step)]
        cases.append(_of(f"one step of {step['name']}", step["block"], "; ".join(wrong)))
    return cases


def mistake_cases(report: Mapping[str, Any]) -> list[Case]:
    """A case for each mistake that `gradcheck --self-test` plants, and one for each check that fails without any."""
    missed = "planted, and no check has caught it"
    cases = [_of("planted mistake", one["name"], "" if one["caught"] else missed) for one in report["mistakes"]]
    return cases + [
        _of("no mistake planted", f"{alarm['check']} of {alarm['case']}", f"fails in {', '.join(alarm['blocks'])}")
        for alarm in report["false_alarms"]
    ]


def junit(suite: str, cases: list[Case], seconds: float, about: Mapping[str, object]) -> bytes:
    """The XML of one suite of test cases: the same for the same cases, seconds and properties."""
    counts = {kind: str(sum(case.verdict == kind for case in cases)) for kind in ("failure", "error")}
    root = ElementTree.Element("testsuites")
    top = ElementTree.SubElement(
        root,
        "testsuite",
        name=_text(suite),
        tests=str(len(cases)),
        failures=counts["failure"],
        errors=counts["error"],
        skipped="0",
        time=f"{seconds:.3f}",
    )
    if about:
        properties = ElementTree.SubElement(top, "properties")
        for name, value in about.items():
            ElementTree.SubElement(properties, "property", name=name, value=_text(str(value)))
    for case in cases:
        # judging takes no time; what took it stands once, in the suite
        element = ElementTree.SubElement(
            top, "testcase", classname=_text(case.subject), name=_text(case.name), time="0"
        )
        if case.verdict != "passed":
            message = _text(case.message)
            reason = ElementTree.SubElement(element, case.verdict, message=message, type=case.verdict)
            reason.text = message  # some systems show the one, some the other
    ElementTree.indent(root)
    xml: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return xml + b"\n"


def _case(subject: str, check: Mapping[str, Any]) -> Case:
    name, missed = f"{check['metric']} {check['condition']}", shortfall(check["condition"], check["value"])
    return _of(subject, name, "" if check["met"] else missed)


def _of(subject: str, name: str, wrong: str) -> Case:
    return Case(subject, name, "failure", wrong) if wrong else Case(subject, name)


def _error(checked: Mapping[str, Any]) -> str:
    error = checked["max_relative_error"]
    return "the error is not a number" if error is None else f"relative error {error:.3g}"


def _text(text: str) -> str:
    """What XML can hold of a text: other characters written out as escapes."""
    return NOT_IN_XML.sub(lambda found: repr(found[0])[1:-1], text)


def _refuse_other_files(path: Path) -> None:
    """Raises CannotWriteError rather than replace a config, data or weights."""
    with writing(path):
        if not path.exists():
            return
        with open(path, "rb") as file:
            start = file.read(5)
    if start not in (b"", b"<?xml"):
        raise CannotWriteError(f"{path}: holds something else than a report in XML; choose another --junit")
