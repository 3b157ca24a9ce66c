"""Each rule across keys: a config that breaks it, and that it is looked at beside other problems."""

from __future__ import annotations

from pathlib import Path

import pytest

from bpcli.core.activations.saturating import Tanh
from bpcli.core.costs import Quadratic
from bpcli.spec.checking import check
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


@pytest.mark.parametrize(
    ("entry", "text"),
    [(Quadratic, "output: sigmoid\ncost: quadratic"), (Tanh, "output: tanh\ncost: quadratic")],
)
def test_an_output_or_a_cost_that_cannot_be_compiled_is_refused(entry, text, monkeypatch):
    jit = f"layers: [4, 2]\ndata: a\nengine: jit\n{text}"
    assert lines_of(jit) == []
    monkeypatch.delattr(entry, "value")
    (line,) = lines_of(jit)
    assert line.startswith("c.yaml:3:9: engine: 'jit' does not compile ")
