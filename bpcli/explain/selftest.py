"""The checks put to the test: mistakes are planted in the code that trains, one at a time, and each must be caught."""

from __future__ import annotations

from typing import Any

from bpcli.core.activations import ACTIVATIONS
from bpcli.core.gradcheck import Criteria
from bpcli.explain.checks import check_case, every_step, matrix_case
from bpcli.explain.mistakes import MISTAKES

WIDTH = 5  # of all layers, and of the batch, so that no mistake is betrayed by shapes that do not fit
CASES = [  # activation, output, cost: enough for each mistake to matter in one
    ("sigmoid", "sigmoid", "quadratic"),
    ("sigmoid", "softmax", "quadratic"),
    ("relu", "softmax", "cross_entropy"),
]


def self_test(criteria: Criteria) -> dict[str, Any]:
    """Every mistake with what it was caught by, as the object that `gradcheck --self-test --json` prints.

    It passes when each is caught, and nothing is when none is planted, neither before nor after them.
    """
    false_alarms = _findings(criteria)
    mistakes = []
    for name in MISTAKES:
        mistake = MISTAKES.get(name)
        with mistake.planted():
            found = _findings(criteria)
        mistakes.append({"name": name, "about": mistake.about, "caught": bool(found), "findings": found})
    false_alarms += _findings(criteria)
    passed = not false_alarms and all(mistake["caught"] for mistake in mistakes)
    return {"passed": passed, "method": criteria.method, "mistakes": mistakes, "false_alarms": false_alarms}


def _findings(criteria: Criteria) -> list[dict[str, Any]]:
    """What fails: the check, the case or optimizer it fails in, and the blocks."""
    found = []
    for names in CASES:
        activation, output, cost = names
        network, theta, batch = matrix_case(ACTIVATIONS.get(activation)(), output, cost, (WIDTH,) * 4, WIDTH)
        case = check_case({}, network, theta, batch, criteria)
        wrong = [block["name"] for block in case["blocks"] if not block["agrees"]]
        restless = [block["name"] for block in case["blocks"] if not block["repeatable"]]
        found += [_finding("gradient", ", ".join(names), wrong), _finding("repeatability", ", ".join(names), restless)]
    steps: dict[str, list[str]] = {}
    for step in every_step(*matrix_case(ACTIVATIONS.get("tanh")(), "softmax", "cross_entropy", (WIDTH,) * 4, WIDTH)):
        steps.setdefault(step["name"], []).extend([] if step["passed"] else [step["block"]])
    found += [_finding("step", name, blocks) for name, blocks in steps.items()]
    return [finding for finding in found if finding["blocks"]]


def _finding(check: str, case: str, blocks: list[str]) -> dict[str, Any]:
    return {"check": check, "case": case, "blocks": blocks}
