"""A Spec written out reads as the same Spec."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bpcli.spec.reading import config_from_mapping, read_config
from bpcli.spec.resolved import to_mapping, to_yaml

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


@pytest.mark.parametrize("text", [ODD, *(path.read_text(encoding="utf-8") for path in CONFIGS)])
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
optimizer:
  name: sgd
  momentum: 0.0
  nesterov: false
schedule: constant
l2: 0.0
init:
  weights: null
  biases: null
train_biases: true
shuffle: true
drop_last: false
early_stopping: null
evaluate_train: false
expect:
  epochs: "< 20"
"""
    )
