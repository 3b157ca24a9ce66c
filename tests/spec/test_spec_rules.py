"""Each rule across keys: a config that breaks it, and that it is looked at beside other problems."""

from __future__ import annotations

from pathlib import Path

import pytest

from bpcli.spec.checking import check
from bpcli.spec.rules import RULES
from bpcli.spec.tree import MappingNode
from bpcli.spec.yaml_reader import YamlReader


@pytest.fixture(autouse=True)
def memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bpcli.spec.memory.machine_memory", lambda: 64_000_000_000)


def lines_of(text: str) -> list[str]:
    tree = YamlReader("c.yaml").read(text.encode())
    assert isinstance(tree, MappingNode)
    return [str(problem) for problem in check(tree, Path())[1]]


RPROP = "layers: [4, 2]\ndata: a\nbatch_size: all\noptimizer: rprop"

BROKEN = {
    "only_ends_are_auto": (
        "layers: [4, auto, 2]\ndata: a",
        "1:9: layers: only the first and the last can be 'auto', since the data tells those alone",
    ),
    "parameters_fit_into_memory": (
        "layers: [100000, 100000]\ndata: a",
        "1:9: layers: 10,000,100,000 parameters and their gradient would need 80.0 GB, and this machine has 64.0 GB",
    ),
    "one_activation_for_each_hidden_layer": (
        "layers: [4, 3, 2]\ndata: a\nactivation: [relu, tanh]",
        "3:13: activation: 2 for 1 hidden layer (one name, or one for each)",
    ),
    "cost_suits_output": (
        "layers: [4, 2]\ndata: a\noutput: identity\ncost: cross_entropy",
        "4:7: cost: 'cross_entropy' does not go with output 'identity' (costs that do: absolute, hinge, huber, "
        "quadratic)",
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
    "whole_batch_where_needed": (
        "layers: [4, 2]\ndata: a\nbatch_size: 32\noptimizer: rprop",
        "3:13: batch_size: 'rprop' goes by the sign of the whole gradient: write batch_size: all",
    ),
    "rprop_has_step_sizes_of_its_own": (
        f"{RPROP}\nschedule: cosine",
        "5:11: schedule: has nothing to change under 'rprop', whose step sizes are its own: leave it out, or take "
        "another optimizer",
    ),
    "rprop_goes_by_signs_alone": (
        f"{RPROP}\nclip_value: 1",
        "5:13: clip_value: changes nothing under 'rprop', which goes by the signs of the gradient: leave it out",
    ),
    "step_sizes_are_in_order": (
        "layers: [4, 2]\ndata: a\nbatch_size: all\noptimizer: {name: rprop, smallest: 0.5, largest: 0.25}",
        "4:36: optimizer.smallest: must be at most largest (0.25), not 0.5",
    ),
    "first_step_size_is_allowed": (
        f"{RPROP}\nlearning_rate: 100",
        "5:16: learning_rate: 'rprop' starts with steps of learning_rate (100), which must lie between "
        "smallest (1e-06) and largest (50)",
    ),
    "one_cycle_knows_its_end": (
        "layers: [4, 2]\ndata: a\nschedule: one_cycle",
        "3:11: schedule: 'one_cycle' is laid out over all epochs: write epochs too",
    ),
    "warmup_leaves_epochs": (
        "layers: [4, 2]\ndata: a\nepochs: 5\nschedule: {name: cosine, warmup: 5}",
        "4:34: schedule.warmup: must be below epochs (5), so that some are left to the schedule, not 5",
    ),
    "one_dropout_for_each_hidden_layer": (
        "layers: [4, 3, 2]\ndata: a\ndropout: [0.1, 0.2]",
        "3:10: dropout: 2 for 1 hidden layer (one number, or one for each)",
    ),
    "class_weight_has_classes": (
        "layers: [4, 2]\ndata: {train: a, task: numbers}\nclass_weight: balanced",
        "3:15: class_weight: goes with classes, and data.task is 'numbers' (numbers: a column of weights, data.weight)",
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
    "monitored_training_rows_are_measured": (
        "layers: [4, 2]\ndata: a\nearly_stopping: {monitor: train.accuracy}",
        "3:27: early_stopping.monitor: 'train.accuracy' is measured only with evaluate_train: true",
    ),
    "expected_rows_exist": (
        "layers: [4, 2]\ndata: a\nexpect: {test.cost: < 1, validation.cost: < 1, epochs: < 9}",
        "3:9: expect: needs test rows (data.test) and validation rows (data.validation)",
    ),
}


BROKEN_TOO = [
    ("layers: [4, 2]\ndata: a\noptimizer: rprop", "3:12: optimizer: 'rprop' goes by the sign of the whole gradient"),
    (f"{RPROP}\nclip_norm: 1", "5:12: clip_norm: changes nothing under 'rprop'"),
    (f"{RPROP}\nschedule: {{name: constant, warmup: 2}}", "5:11: schedule: has nothing to change under 'rprop'"),
    (
        f"{RPROP}\nlearning_rate: 1e-7",
        "5:16: learning_rate: 'rprop' starts with steps of learning_rate (1e-07), which must",
    ),
    ("layers: [4, 2]\ndata: a\ndropout: 0.5", "3:10: dropout: there is no hidden layer to drop units of (inputs: "),
    ("layers: [4, 3, 2]\ndata: a\ndropout: []", "3:10: dropout: 0 for 1 hidden layer"),
    ("layers: [4, 2]\ndata: {train: a, task: numbers}\ncost: hinge", "2:24: data.task: 'numbers' does not go with"),
    ("layers: [4, 2]\ndata: a\nearly_stopping: {monitor: validation.r2}", "3:27: early_stopping.monitor: 'validation"),
    ("layers: [4, 2]\ndata: a\noutput: softmax\ncost: poisson", "4:7: cost: 'poisson' does not go with output 'soft"),
]


@pytest.mark.parametrize(("text", "line"), BROKEN_TOO)
def test_broken_in_another_way(text: str, line: str) -> None:
    (found,) = lines_of(text)
    assert found.startswith(f"c.yaml:{line}")


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
        "layers: [4, 2]\ndata: a\noptimizer: rprop\nbatch_size: full",
        "layers: [4, 2]\ndata: a\nepochs: 0\nschedule: {name: cosine, warmup: 3}",
        "layers: [4, 2]\ndata: a\nschedule: one_cycle\nmax_epochs: 3",
        "layers: [4, 3, 2]\ndata: a\ndropout: [0.5, 1]",
        "layers: [4, 2]\ndata: a\noptimizer: {name: rprop, smallest: 0, largest: 0.1}\nbatch_size: all",
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
        f"{RPROP}\nlearning_rate: 50\nschedule: constant",
        "layers: [4, 2]\ndata: a\nbatch_size: all\noptimizer: {name: rprop, smallest: 0.1, largest: 0.1}",
        "layers: [4, 2]\ndata: a\nschedule: one_cycle\nepochs: 1",
        "layers: [4, 2]\ndata: a\nschedule: {name: one_cycle, warmup: 1}\nepochs: 2",
        "layers: [4, 3, 3, 2]\ndata: a\ndropout: [0, 0.9]\ninput_dropout: 0.2",
        "layers: [4, 2]\ndata: a\ndropout: 0\ninput_dropout: 0.2",
        "layers: [4, 3]\ndata: a\nclass_weight: {3: 2, a b: 0.5}",
        "layers: [4, 3]\ndata: a\nearly_stopping: {monitor: train.cost}\nevaluate_train: true",
        "layers: [4, 2]\ndata: {train: a, task: numbers}\noutput: exponential\ncost: poisson",
    ],
)
def test_kept(text: str) -> None:
    assert lines_of(text) == []
