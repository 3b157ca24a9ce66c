"""A Spec written out reads as the same Spec."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bpcli.core.initializers import INITIALIZERS
from bpcli.core.optimizers import OPTIMIZERS
from bpcli.core.schedules import SCHEDULES
from bpcli.runs.directory import RunDirectory
from bpcli.runs.recorder import Recorder
from bpcli.runs.training_run import TrainingRun
from bpcli.spec.reading import config_from_mapping, read_config
from bpcli.spec.resolved import to_mapping, to_yaml
from bpcli.training.events import Ended

CONFIGS = sorted((Path(__file__).parents[2] / "configs").rglob("*.yaml"))

ODD = """\
layers: [auto, 3, 3, 2]
activation: [tanh, softplus]
learning_rate: 1e-7
l2: 3.0000000000000004e-05
batch_size: all
data:
  train: {path: "0.2", rows: 1:5}
  validation: {images: "a: b.gz", labels: 'null'}
  test: "1e-3"
  target: [~x, 2020, "true", " ", "é\\n\\u2028", "'\\"", "- a", "#"]
  weight: "on"
  scale: {divide: 255}
optimizer: {name: sgd, momentum: 0.9, nesterov: true}
schedule: {name: inverse_scaling, power: 0.25}
init: {from: "~/w.npz"}
shuffle: {order: o.npy}
early_stopping: {min_delta: 1e-16}
expect: {epochs: "<= 1e3", validation.r2: "> -0.1"}
"""

NEW = """\
layers: [auto, 3, 3, 3, auto]
activation: [{name: leaky_relu, slope: 0.3}, {name: gelu, form: tanh}, mish]
output: softmax
cost: {name: cross_entropy, label_smoothing: 0.1}
data: {train: a.csv, validation: 0.2}
epochs: 20
optimizer: {name: adamw, beta1: 0.8, epsilon: 1e-12, weight_decay: 1e-3}
schedule: {name: one_cycle, rise: 0.25, start: 10, end: 1e3, warmup: 2}
l1: 1e-5
dropout: [0, 0.5, 1e-3]
input_dropout: 0.2
clip_norm: 5
clip_value: 1e-1
max_norm: 3
class_weight: {3: 2, "4": 0.5, 1.5: 3, "true": 1e-3, a b: 4, "#'\\"": 5, "": 6, "é: x": 7, "null": 8, "~": 9}
init: {weights: orthogonal, biases: uniform}
early_stopping: {monitor: train.accuracy, patience: 2}
evaluate_train: true
checkpoint: {epochs: 2, steps: 100, seconds: 0.5}
"""

OTHERS = [
    "cost: {name: huber, delta: 0.5}\noutput: tanh",
    "cost: poisson\noutput: exponential",
    "cost: hinge\noutput: identity\nclass_weight: balanced",
    *(f"activation: {name}" for name in ("elu", "selu", "silu", "softsign")),
    *(f"optimizer: {name}\nbatch_size: all" for name in OPTIMIZERS),
    *(f"schedule: {{name: {name}, warmup: 1}}\nepochs: 9" for name in SCHEDULES),
    *(f"init: {name}" for name in INITIALIZERS),
]
LEAST = "layers: [4, 3, 2]\ndata: a.csv\n"


@pytest.mark.parametrize(
    "text", [ODD, NEW, *(LEAST + other for other in OTHERS), *(path.read_text(encoding="utf-8") for path in CONFIGS)]
)
def test_reads_as_the_same_spec(tmp_path: Path, text: str) -> None:
    (tmp_path / "c.yaml").write_text(text, encoding="utf-8")
    spec = read_config(str(tmp_path / "c.yaml")).spec
    (tmp_path / "runs").mkdir()
    resolved = tmp_path / "runs" / "config.yaml"
    resolved.write_text(to_yaml(spec, spec.folder), encoding="utf-8")
    again = read_config(str(resolved)).spec
    assert again == spec
    assert to_yaml(again, again.folder) == resolved.read_text(encoding="utf-8")
    through_json = json.loads(json.dumps(to_mapping(spec), allow_nan=False))
    assert config_from_mapping(through_json, spec.folder, "w.npz").spec == spec


def test_every_key_is_written_and_no_folder(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("layers: [4, 2]\ndata: ../a.csv\nexpect: {epochs: < 20}\n")
    assert (
        to_yaml(read_config(str(tmp_path / "c.yaml")).spec)
        == """\
layers: [4, 2]
activation: relu
output: null
cost: null
learning_rate: 0.1
batch_size: 32
epochs: 30
seed: 1
data:
  train: ../a.csv
  validation: null
  test: null
  target: null
  features: null
  weight: null
  task: null
  scale: null
  missing: error
  categorical: one_hot
  stratify: true
  format: null
dtype: float32
threads: 1
engine: numpy
optimizer:
  name: sgd
  momentum: 0.0
  nesterov: false
schedule:
  name: constant
  warmup: 0
l1: 0.0
l2: 0.0
dropout: 0.0
input_dropout: 0.0
clip_norm: null
clip_value: null
max_norm: null
class_weight: null
init:
  weights: null
  biases: null
train_biases: true
shuffle: true
drop_last: false
early_stopping: null
evaluate_train: false
checkpoint:
  epochs: null
  steps: null
  seconds: 10.0
expect:
  epochs: "< 20"
"""
    )


EVERYTHING = """\
layers: [auto, 6, 5, auto]
activation: [gelu, {name: leaky_relu, slope: 0.2}]
cost: {name: cross_entropy, label_smoothing: 0.1}
data: {train: ../a.csv, validation: 0.2, weight: w, target: kind}
epochs: 4
batch_size: 7
learning_rate: 0.01
optimizer: {name: adam, beta2: 0.99}
schedule: {name: one_cycle, warmup: 1}
l1: 1e-4
l2: 1e-3
dropout: [0.25, 0.5]
input_dropout: 0.1
clip_norm: 2
max_norm: 3
class_weight: {0: 2, 1: 0.5}
init: {biases: uniform}
early_stopping: {monitor: train.cost, patience: 3}
evaluate_train: true
"""


def train(config: Path, out: Path) -> RunDirectory:
    """Trains as the command does, and leaves a run directory."""
    run = TrainingRun(read_config(str(config)))
    spec = run.config.spec
    with (
        RunDirectory.create(out, "c") as directory,
        Recorder(directory, to_yaml(spec, spec.folder), [], spec.folder, run.digests, run.numerics) as recorder,
    ):
        for event in run.run(directory, recorder):
            assert not isinstance(event, Ended) or event.reason == "epochs"
    return directory


def test_training_from_the_resolved_config_gives_the_same_bytes(tmp_path: Path) -> None:
    rows = "".join(f"{i % 7},{i % 5},{1 + i % 3},{i * i % 3}\n" for i in range(60))
    (tmp_path / "a.csv").write_text(f"a,b,w,kind\n{rows}")
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "c.yaml").write_text(EVERYTHING)
    first = train(tmp_path / "configs" / "c.yaml", tmp_path / "first")
    second = train(first.config, tmp_path / "second")
    assert second.weights.read_bytes() == first.weights.read_bytes()
    assert second.config.read_bytes() == first.config.read_bytes()
    (tmp_path / "configs" / "d.yaml").write_text(EVERYTHING.replace("{0: 2,", "{0: 2.5,"))
    third = train(tmp_path / "configs" / "d.yaml", tmp_path / "third")
    W = [np.load(run.weights, allow_pickle=False)["W1"] for run in (first, third)]
    assert not np.array_equal(*W)
