"""Each rule across keys: a config that breaks it, and that it is looked at beside other problems."""

from __future__ import annotations

from pathlib import Path

import pytest

from bpcli.spec.checking import check
from bpcli.spec.rules import RULES
from bpcli.spec.tree import MappingNode
from bpcli.spec.yaml_reader import YamlReader


def lines_of(text: str) -> list[str]:
    tree = YamlReader("c.yaml").read(text.encode())
    assert isinstance(tree, MappingNode)
    return [str(problem) for problem in check(tree, Path())[1]]


BROKEN = {
    "only_ends_are_auto": (
        "layers: [4, auto, 2]\ndata: a",
        "1:9: layers: only the first and the last can be 'auto', since the data tells those alone",
    ),
    "one_activation_for_each_hidden_layer": (
        "layers: [4, 3, 2]\ndata: a\nactivation: [relu, tanh]",
        "3:13: activation: 2 for 1 hidden layer (one name, or one for each)",
    ),
    "cost_suits_output": (
        "layers: [4, 2]\ndata: a\noutput: identity\ncost: cross_entropy",
        "4:7: cost: 'cross_entropy' does not go with output 'identity' (costs that do: quadratic)",
    ),
    "softmax_has_something_to_share": (
        "layers: [4, 1]\ndata: a\noutput: softmax",
        "3:9: output: softmax over one output is always 1 (two classes on one output: sigmoid)",
    ),
    "numbers_are_not_shares": (
        "layers: [4, 2]\ndata: {train: a, task: numbers}\ncost: cross_entropy",
        "2:24: data.task: 'numbers' does not go with cost 'cross_entropy', which is for classes",
    ),
    "nesterov_has_momentum": (
        "layers: [4, 2]\ndata: a\noptimizer: {name: sgd, nesterov: true}",
        "3:34: optimizer.nesterov: needs momentum above 0",
    ),
    "file_or_rules": (
        "layers: [4, 2]\ndata: a\ninit: {from: w.npz, biases: zeros}",
        "3:14: init.from: takes the place of biases: give one or the other",
    ),
    "fractions_leave_rows": (
        "layers: [4, 2]\ndata: {train: a, validation: 0.5, test: 0.5}",
        "2:30: data.validation: with test it takes 1 of the training rows, and none are left to train on",
    ),
    "no_column_predicts_itself": (
        "layers: [4, 2]\ndata: {train: a, features: [x, y], target: y}",
        "2:28: data.features: column 'y' cannot be both feature and target",
    ),
    "weight_is_neither": (
        "layers: [4, 2]\ndata: {train: a, target: y, weight: y}",
        "2:37: data.weight: column 'y' cannot be a feature or target as well",
    ),
    "monitored_rows_exist": (
        "layers: [4, 2]\ndata: a\nearly_stopping: {patience: 3}",
        "3:17: early_stopping.monitor: 'validation.cost' needs validation rows (data.validation), "
        "or take 'running.cost'",
    ),
    "expected_rows_exist": (
        "layers: [4, 2]\ndata: a\nexpect: {test.cost: < 1, validation.cost: < 1, epochs: < 9}",
        "3:9: expect: needs test rows (data.test) and validation rows (data.validation)",
    ),
}


def test_every_rule_has_a_case() -> None:
    assert list(BROKEN) == [rule.check.__name__ for rule in RULES]


@pytest.mark.parametrize("name", BROKEN)
def test_broken(name: str) -> None:
    text, line = BROKEN[name]
    assert lines_of(text) == [f"c.yaml:{line}"]


@pytest.mark.parametrize("name", BROKEN)
def test_broken_beside_a_wrong_value_elsewhere(name: str) -> None:
    text, line = BROKEN[name]
    assert lines_of(text + "\nseed: x") == [
        f"c.yaml:{text.count(chr(10)) + 2}:7: seed: expected a whole number, not 'x'",
        f"c.yaml:{line}",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "layers: [4, 2]\ndata: {train: a, val: 0.1}\nearly_stopping: {patience: 3}",  # `val` is what the rule asks for
        "layers: [4, x, 2]\ndata: a\nactivation: [relu, tanh]",
        "layers: [4, 2]\ndata: a\noptimizer: {name: sgd, momentum: x, nesterov: true}",
        "layers: [4, 2]\ndata: a\noutput: softmaxx\ncost: quadratic",
        "layers: [4, 2]\ndata: [a]\nearly_stopping: {patience: 3}",
    ],
)
def test_a_rule_waits_for_its_keys(text: str) -> None:
    assert len(lines_of(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "layers: [auto, 3, auto]\ndata: a\nactivation: [tanh]",
        "layers: [4, 2]\ndata: a\nactivation: relu",  # a name is for any number of hidden layers, none too
        "layers: [4, 1]\ndata: a\noutput: sigmoid\ncost: cross_entropy",
        "layers: [4, 2]\ndata: a\nearly_stopping: {monitor: running.cost}",
        "layers: [4, 2]\ndata: {train: a, validation: b}\nearly_stopping: {}",
        "layers: [4, 2]\ndata: {train: a, validation: 0.5, test: 0.4}",
        "layers: [4, 2]\ndata: a\noptimizer: {name: sgd, momentum: 0.9, nesterov: true}",
        "layers: [4, 2]\ndata: a\nexpect: {epochs: '<= 20', running.cost: < 1}",
    ],
)
def test_kept(text: str) -> None:
    assert lines_of(text) == []
