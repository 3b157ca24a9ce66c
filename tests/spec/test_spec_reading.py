"""Configs from files, stdin, overrides and weights files, and the folder their paths start from."""

from __future__ import annotations

import io
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from bpcli.errors import ConfigError
from bpcli.spec.data_schema import DivideSpec, SourceSpec
from bpcli.spec.named import Named
from bpcli.spec.reading import config_from_mapping, read_config
from bpcli.spec.schema import Spec

LEAST = "layers: [4, 3, 2]\ndata: a.csv\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder; `configs/c.yaml` lies in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "c.yaml").write_text(LEAST)
    return tmp_path


def lines_of(path: str, *overrides: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        read_config(path, overrides)
    return caught.value.lines


def overridden(*overrides: str) -> Spec:
    return read_config("configs/c.yaml", overrides).spec


def test_defaults(home: Path) -> None:
    spec = read_config("configs/c.yaml").spec
    assert spec.layers == (4, 3, 2)
    assert spec.activations == (Named("relu"),)
    assert spec.data.train.inputs == "a.csv"
    assert (spec.learning_rate, spec.batch_size, spec.epochs, spec.seed) == (0.1, 32, 30, 1)
    assert spec.optimizer == Named("sgd", {"momentum": 0.0, "nesterov": False})
    assert (spec.output, spec.cost, spec.early_stopping, spec.data.validation) == (None, None, None, None)
    assert spec.folder == home / "configs"


def test_everything_at_once(home: Path) -> None:
    text = """\
layers: [auto, 8, 8, auto]
activation: [tanh, {name: sigmoid}]
batch_size: all
data:
  train: {images: x.gz, labels: y.gz, rows: 0:50000}
  validation: {path: v.csv, rows: "0:10"}
  test: 1e-1
  target: [2020, on]
  scale: {divide: 255}
schedule: {name: inverse_scaling}
init: {weights: normal, biases: zeros}
shuffle: {order: o.npy}
expect: {test.accuracy: ">= .95", epochs: < 20}
"""
    (home / "c.yaml").write_text(text)
    spec = read_config("c.yaml").spec
    assert spec.activations == (Named("tanh"), Named("sigmoid"))
    assert spec.batch_size == "all"
    train, validation = spec.data.train, spec.data.validation
    assert isinstance(validation, SourceSpec)
    assert (train.inputs, train.labels, train.rows) == ("x.gz", "y.gz", (0, 50000))
    assert (validation.inputs, validation.labels, validation.rows) == ("v.csv", None, (0, 10))
    assert (spec.data.test, spec.data.target) == (0.1, ("2020", "on"))
    assert isinstance(spec.data.scale, DivideSpec)
    assert spec.data.scale.divide == 255.0
    assert spec.schedule == Named("inverse_scaling", {"power": 0.5, "warmup": 0})
    assert (spec.init.weights, spec.init.biases) == (Named("normal"), Named("zeros"))
    assert spec.expect["test.accuracy"].met(0.95)
    assert not spec.expect["test.accuracy"].met(0.94)
    assert not spec.expect["test.accuracy"].met(float("nan"))
    assert not spec.expect["epochs"].met(20)


def test_stdin_starts_from_the_current_folder(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(LEAST.encode())))
    assert read_config("-").spec.folder == home
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b"layers: 3\ndata: a")))
    assert lines_of("-") == ("<stdin>:1:9: layers: expected a list, not '3'",)


def test_overrides_are_read_as_the_config_is(home: Path) -> None:
    spec = overridden(
        "learning_rate=1e-3",
        "optimizer.momentum=.9",
        "data.validation=0.2",
        "data.scale={divide: 255}",
        "activation=[tanh]",
        'expect.validation.accuracy=">= 0.9"',
        "class_weight.1.5=2",
        "dropout=[0.25]",
        "schedule.warmup=3",
        "early_stopping.patience=3",
    )
    assert spec.learning_rate == 0.001
    assert spec.optimizer == Named("sgd", {"momentum": 0.9, "nesterov": False})
    assert (spec.data.train.path, spec.data.validation) == ("a.csv", 0.2)
    assert isinstance(spec.data.scale, DivideSpec)
    assert spec.data.scale.divide == 255.0
    assert spec.activation == (Named("tanh"),)
    assert str(spec.expect["validation.accuracy"]) == ">= 0.9"
    assert spec.class_weight == {"1.5": 2.0}
    assert spec.dropouts == (0.0, 0.25)
    assert spec.schedule == Named("constant", {"warmup": 3})
    assert spec.early_stopping is not None
    assert spec.early_stopping.patience == 3


def test_an_override_takes_the_place_of_a_wrong_value(home: Path) -> None:
    (home / "c.yaml").write_text(LEAST + "epochs: many\n")
    assert read_config("c.yaml", ["epochs=3"]).spec.epochs == 3


def test_paths_of_overrides_start_from_the_current_folder(home: Path) -> None:
    spec = overridden("data.test=b.csv", "init.from=/w.npz", "data.validation=configs/v.csv")
    assert isinstance(spec.data.test, SourceSpec)
    assert isinstance(spec.data.validation, SourceSpec)
    assert os.path.normpath(spec.folder / spec.data.test.inputs) == str(home / "b.csv")
    assert (spec.data.train.path, spec.data.test.path, spec.data.validation.path) == ("a.csv", "../b.csv", "v.csv")
    assert spec.init.file == "/w.npz"


def test_relative_to_moves_the_start_of_paths(home: Path) -> None:
    (home / "runs").mkdir()
    (home / "runs" / "c.yaml").write_text(LEAST + "relative_to: ../configs\n")
    spec = read_config("runs/c.yaml", ["data.test=b.csv"]).spec
    assert spec.folder == home / "configs"
    assert isinstance(spec.data.test, SourceSpec)
    assert spec.data.test.path == "../b.csv"
    assert overridden("relative_to=runs").folder == home / "runs"
    (home / "c.yaml").write_text(LEAST + "relative_to: [a]\n")
    assert lines_of("c.yaml") == ("c.yaml:3:14: relative_to: expected a path, not a list",)


def test_what_does_not_fit_the_data_is_told_with_its_place(home: Path) -> None:
    config = read_config("configs/c.yaml", ["init.from=w.npz"])
    assert config.error("layers", "the first is 4").lines == ("configs/c.yaml:1:9: layers: the first is 4",)
    assert config.error("init.from", "is empty").lines == ("--set init.from: is empty",)
    assert config.error("output", "is softmax").lines == ("configs/c.yaml:1:1: output: is softmax",)
    (home / "configs" / "c.yaml").write_text(LEAST + "class_weight: {1.5: 2}\n")
    config = read_config("configs/c.yaml")
    assert config.error("class_weight.1.5", "is not there").lines == (
        "configs/c.yaml:3:21: class_weight.1.5: is not there",
    )


def test_half_a_character_is_no_path(home: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        config_from_mapping({"layers": [4, 2], "data": "\ud800.csv"}, home, "w.npz")
    assert caught.value.lines == ("w.npz: data: '\\ud800.csv' is no path",)


@pytest.mark.parametrize(
    ("key", "value", "line"),
    [
        ("\udcff", 1, "the key '\\udcff' has half of a character in it"),
        ("optimizer", {"name": "adam", "b\ud800": 1}, "the key 'b\\ud800' has half of a character in it"),
        ("expect", {"\udcff": "> 1"}, "the key '\\udcff' has half of a character in it"),
        ("dtype", "\udcff", "dtype: '\\udcff' has half of a character in it"),
        ("early_stopping", {"monitor": "\ud800"}, "early_stopping.monitor: '\\ud800' has half of a character in it"),
    ],
)
def test_nor_anything_else(home: Path, key: str, value: object, line: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config_from_mapping({"layers": [4, 2], "data": "a.csv", key: value}, home, "w.npz")
    assert caught.value.lines == (f"w.npz: {line}",)


def test_a_mapping_is_held_to_the_same_rules(home: Path) -> None:
    mapping = {"layers": [4, "3", 2], "data": {"train": "a.csv", "stratify": None}, "learning_rate": 1e-05, "x": 1}
    with pytest.raises(ConfigError) as caught:
        config_from_mapping(mapping, home, "w.npz")
    assert [line.split(" (")[0] for line in caught.value.lines] == [
        "w.npz: layers: expected a whole number or 'auto', not the text '3' in quotes",
        "w.npz: data.stratify: expected true or false, not nothing",
        "w.npz: x: unknown key",
    ]
