"""The self-test: each planted mistake is caught, by the check that can see it and in its blocks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bpcli.core.activations.rectifying import Relu
from bpcli.core.derivatives import METHODS
from bpcli.core.gradcheck import Criteria
from bpcli.core.network import Network
from bpcli.core.optimizers.sgd import Sgd
from bpcli.explain import selftest
from bpcli.explain.mistakes import MISTAKES, Mistake
from bpcli.explain.selftest import self_test
from bpcli.registry import Registry

ALL = {"W1", "b1", "W2", "b2", "W3", "b3"}
BELOW = ALL - {"W3", "b3"}
WEIGHTS, BIASES = {"W1", "W2", "W3"}, {"b1", "b2", "b3"}

CAUGHT: dict[str, dict[str, set[str]]] = {  # by which checks, and in which blocks
    "cost without its half": {"gradient": ALL},
    "cross entropy error with quadratic cost": {"gradient": ALL},
    "output derivative that cancels": {"gradient": ALL},
    "sign of the error": {"gradient": ALL},
    "smoothing forgotten in the error": {"gradient": ALL},
    "softmax as if elementwise": {"gradient": ALL},
    "sigma prime forgotten": {"gradient": ALL},
    "sigma prime at a": {"gradient": ALL},
    "relu prime at negative z": {"gradient": BELOW},
    "transposed W": {"gradient": BELOW},
    "missing 1 over m": {"gradient": ALL, "step": ALL},
    "gradient not cleared": {"repeatability": ALL},
    "wrong sum axis for b": {"gradient": BIASES, "step": BIASES},
    "off by one layer": {"gradient": WEIGHTS},
    "first layer left out": {"gradient": {"W1", "b1"}, "repeatability": {"W1"}, "step": {"W1", "b1"}},
    "example weights forgotten": {"gradient": ALL},
    "dropout scale missing": {"gradient": BELOW},
    "mask redrawn": {"gradient": BELOW, "repeatability": ALL},
    "l2 counted twice": {"gradient": WEIGHTS, "step": WEIGHTS},
    "l2 on biases": {"gradient": BIASES, "step": BIASES},
    "delta after the update": {"step": BELOW},
    "short batch averaged as a full one": {"step": ALL},
    "eta applied twice": {"step": ALL},
    "uphill": {"step": ALL},
    "momentum on the wrong buffer": {"step": ALL},
    "velocity not kept": {"step": set()},
    "look ahead missing": {"step": ALL},
    "l2 twice in the step": {"step": WEIGHTS},
    "l2 on biases in the step": {"step": BIASES},
    "bias correction missing": {"step": ALL},
    "weight decay on biases": {"step": BIASES},
    "squares forgotten": {"step": ALL},
    "clip before the penalty": {"step": ALL},
    "limit on the wrong axis": {"step": WEIGHTS},
}


def by_check(findings: list[dict[str, Any]], memories: bool = False) -> dict[str, set[str]]:
    """The blocks, or the optimizers' memories, that failed in each check."""
    found: dict[str, set[str]] = {}
    for finding in findings:
        found.setdefault(finding["check"], set()).update(b for b in finding["blocks"] if (" of " in b) == memories)
    return found


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    return self_test(Criteria())


def test_every_mistake_is_caught_where_it_shows(report):
    assert {mistake["name"]: by_check(mistake["findings"]) for mistake in report["mistakes"]} == CAUGHT


def test_a_memory_that_is_lost_is_caught_in_the_memory_alone(report):
    (lost,) = (mistake for mistake in report["mistakes"] if mistake["name"] == "velocity not kept")
    assert by_check(lost["findings"], memories=True) == {"step": {f"v of {block}" for block in ALL}}


def test_mistakes_of_one_optimizer_are_laid_to_it(report):
    cases = {mistake["name"]: {found["case"] for found in mistake["findings"]} for mistake in report["mistakes"]}
    assert cases["look ahead missing"] == {"sgd momentum=0.9 nesterov"}
    assert cases["squares forgotten"] == {"adagrad", "adagrad l1, limits"}
    assert cases["softmax as if elementwise"] == {"sigmoid, softmax, quadratic"}


def test_it_passes_and_can_be_written_as_json(report):
    assert list(report) == ["passed", "method", "mistakes", "false_alarms"]
    assert (report["passed"], report["method"], report["false_alarms"]) == (True, "complex", [])
    assert all(list(mistake) == ["name", "about", "caught", "findings"] for mistake in report["mistakes"])
    json.dumps(report, allow_nan=False)


@pytest.mark.parametrize("method", [name for name in METHODS if name != "complex"])
def test_it_passes_by_the_other_methods_too(method):
    assert self_test(Criteria(method, samples=5))["passed"]


def only(monkeypatch: pytest.MonkeyPatch, owner: object, attribute: str, wrong: Any) -> None:
    """Makes this the only mistake that is planted."""
    mistakes: Registry[Mistake] = Registry("mistake")
    mistakes.register("planted")(Mistake("planted", "what it is", owner, attribute, wrong))
    monkeypatch.setattr(selftest, "MISTAKES", mistakes)


def test_a_mistake_that_is_missed_fails_it(monkeypatch):
    only(monkeypatch, Relu, "times_prime", lambda right, *arguments: right(*arguments))
    report = self_test(Criteria())
    assert (report["passed"], report["false_alarms"]) == (False, [])
    assert [mistake["caught"] for mistake in report["mistakes"]] == [False]


def test_what_fails_with_no_mistake_planted_fails_it(monkeypatch):
    plain = Sgd._move_block
    monkeypatch.setattr(
        Sgd, "_move_block", lambda self, w, v, delta, a, eta, l2: plain(self, w, v, delta, a, 2 * eta, l2)
    )
    only(monkeypatch, *(getattr(MISTAKES.get("transposed W"), part) for part in ("owner", "attribute", "wrong")))
    report = self_test(Criteria())
    assert [mistake["caught"] for mistake in report["mistakes"]] == [True]
    assert report["passed"] is False
    alarms = [(alarm["check"], alarm["case"]) for alarm in report["false_alarms"]]
    forms = ["sgd", "sgd momentum=0.9", "sgd momentum=0.9 nesterov"]
    assert alarms == [("step", form) for form in forms] * 2  # before the mistakes and after them


def test_a_mistake_that_breaks_the_check_is_taken_out_again(monkeypatch):
    def broken(right, *arguments):
        raise RuntimeError("broken")

    original = vars(Network)["gradient"]
    only(monkeypatch, Network, "gradient", broken)
    with pytest.raises(RuntimeError, match="broken"):
        self_test(Criteria())
    assert vars(Network)["gradient"] is original
