"""From a spec to the parts of a training: each key must reach the place that it is meant for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bpcli.core import schedules
from bpcli.core.activations import ACTIVATIONS
from bpcli.core.costs import Huber, SigmoidCrossEntropy, SoftmaxCrossEntropy
from bpcli.core.initializers import INITIALIZERS, draw
from bpcli.core.optimizers.adaptive import AdamW
from bpcli.core.optimizers.sgd import Sgd
from bpcli.core.parameters import Parameters
from bpcli.core.penalties import Penalty
from bpcli.spec import build
from bpcli.spec.agreement import complete
from bpcli.spec.reading import Config, read_config
from bpcli.spec.schema import Spec
from bpcli.spec.sources import read_data
from bpcli.training.stopping import Watch
from bpcli.training.trainer import Trainer


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text("a,b,y\n" + "".join(f"{i},{i % 3},{'no' if i % 4 else 'yes'}\n" for i in range(8)))
    return tmp_path


def config_of(text: str = "", layers: str = "[2, 3, 4, 2]") -> Config:
    """A config with output and cost settled, as the data would settle them."""
    settled = "" if "cost" in text else "output: softmax\ncost: cross_entropy\n"
    data = "" if "data" in text else "data: a.csv\n"
    Path("c.yaml").write_text(f"layers: {layers}\n{data}{settled}{text}\n")
    return read_config("c.yaml")


def spec_of(text: str = "") -> Spec:
    return config_of(text).spec


def trainer_of(text: str = "", given: Mapping[str, Any] | None = None) -> Trainer:
    config = config_of(text)
    prepared = read_data(config.spec)
    return build.trainer(replace(config, spec=complete(config, prepared)), prepared, given)


def test_the_network() -> None:
    net = build.network(spec_of("activation: [{name: leaky_relu, slope: 0.2}, gelu]\nl1: 0.1\nl2: 0.01"))
    assert net.n == (2, 3, 4, 2)
    assert net.hidden == (ACTIVATIONS.get("leaky_relu")(slope=0.2), ACTIVATIONS.get("gelu")(form="exact"))
    assert net.penalty == Penalty(l1=0.1, l2=0.01)
    assert type(net.cost) is SoftmaxCrossEntropy
    smooth = build.network(spec_of("output: sigmoid\ncost: {name: cross_entropy, label_smoothing: 0.1}"))
    assert smooth.cost == SigmoidCrossEntropy(label_smoothing=0.1)
    assert build.network(spec_of("output: identity\ncost: {name: huber, delta: 2}")).cost == Huber(delta=2.0)


def test_the_descent() -> None:
    plain = build.descent(spec_of(), build.network(spec_of()))
    assert plain.optimizer == Sgd()
    assert (plain.train_biases, plain.clip_norm, plain.clip_value, plain.max_norm) == (True, None, None, None)
    spec = spec_of(
        "optimizer: {name: adamw, beta2: 0.9, weight_decay: 0.5}\ntrain_biases: false\n"
        "clip_norm: 1\nclip_value: 2\nmax_norm: 3"
    )
    held = build.descent(spec, build.network(spec))
    assert held.optimizer == AdamW(beta2=0.9, weight_decay=0.5)
    assert (held.train_biases, held.clip_norm, held.clip_value, held.max_norm) == (False, 1.0, 2.0, 3.0)


def test_a_warmup_is_put_before_any_schedule() -> None:
    assert build.schedule(spec_of()) == schedules.Constant()
    assert build.schedule(spec_of("schedule: {name: plateau, patience: 3}")) == schedules.Plateau(patience=3)
    cycle = build.schedule(spec_of("epochs: 9\nschedule: {name: one_cycle, rise: 0.5, warmup: 2}"))
    assert cycle == schedules.WarmedUp(schedules.OneCycle(rise=0.5), epochs=2)


def test_what_is_watched() -> None:
    assert build.watch(spec_of()) == Watch("running.cost")
    assert build.watch(spec_of("data: {train: a.csv, validation: 0.5}")) == Watch("validation.cost")
    stop = "early_stopping: {monitor: train.accuracy, patience: 3, min_delta: 0.1}\nevaluate_train: true"
    assert build.watch(spec_of(stop)) == Watch("train.accuracy", 3, 0.1)


@pytest.mark.parametrize("monitor", ["running.cost", "train.cost", "train.accuracy", "validation.accuracy"])
def test_any_measured_figure_can_stop_training(monitor: str) -> None:
    trainer = trainer_of(
        f"data: {{train: a.csv, validation: 0.5}}\nevaluate_train: true\nepochs: 9\n"
        f"early_stopping: {{monitor: {monitor}, patience: 1, min_delta: 100}}"
    )
    *_, ended = trainer.run()
    assert (ended.reason, ended.epochs) == ("early_stopping", 2)  # no epoch after the first is better by so much


def drawn(text: str) -> Parameters:
    config = config_of(text)
    return build.first_parameters(config, build.network(config.spec), None)


def by_rules(weights: list[str], biases: list[str], seed: int = 1) -> Parameters:
    theta = Parameters((2, 3, 4, 2), np.float32)
    draw(theta, [INITIALIZERS.get(name) for name in weights], [INITIALIZERS.get(name) for name in biases], seed)
    return theta


@pytest.mark.parametrize(
    ("text", "weights", "biases"),
    [
        ("", ["he_uniform", "he_uniform", "glorot_uniform"], None),
        ("activation: [tanh, selu]", ["glorot_uniform", "lecun_normal", "glorot_uniform"], None),
        ("activation: [mish, softsign]\nseed: 5", ["he_uniform", "glorot_uniform", "glorot_uniform"], None),
        ("init: normal", ["normal"] * 3, None),
        ("init: {weights: orthogonal, biases: uniform}", ["orthogonal"] * 3, ["uniform"] * 3),
        ("init: {biases: normal}", ["he_uniform", "he_uniform", "glorot_uniform"], ["normal"] * 3),
    ],
)
def test_first_parameters_are_drawn_by_rule(text: str, weights: list[str], biases: list[str] | None) -> None:
    theta = drawn(text)
    expected = by_rules(weights, biases or weights, 5 if "seed" in text else 1)
    np.testing.assert_array_equal(theta.flat, expected.flat)
    assert theta.flat.dtype == np.float32


def some(*shapes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """W1, b1, W2, … with 1, 2, 3 … in them."""
    names = [f"{letter}{l}" for l in range(1, len(shapes)) for letter in "Wb"]
    return {name: np.full(shape, float(i)) for i, (name, shape) in enumerate(zip(names, shapes), start=1)}


FITTING = ((3, 2), (3,), (4, 3), (4,), (2, 4), (2,))


def test_first_parameters_out_of_a_file() -> None:
    config = config_of("init: {from: w.npz}\ndtype: float64")
    theta = build.first_parameters(config, build.network(config.spec), some(*FITTING))
    assert [block.ravel()[0] for _, block in theta.blocks()] == [1, 2, 3, 4, 5, 6]


def test_the_batches() -> None:
    default = build.batches(spec_of(), 100)
    assert (default.size, default.shuffle, default.drop_last, default.seed, default.count) == (32, True, False, 1, 4)
    assert build.batches(spec_of("batch_size: all"), 100).count == 1
    assert build.batches(spec_of("batch_size: 200\ndrop_last: true"), 100).count == 1
    as_they_stand = build.batches(spec_of("shuffle: false\nseed: 3\nbatch_size: 30\ndrop_last: true"), 100)
    assert (as_they_stand.shuffle, as_they_stand.seed, as_they_stand.count) == (False, 3, 3)


def test_orders_out_of_a_file(home: Path) -> None:
    (home / "data").mkdir()
    np.save(home / "o.npy", [[2, 0, 1], [1, 2, 0]])
    text = "epochs: 2\nshuffle: {order: o.npy}"
    batches = build.batches(spec_of(text), 3)
    assert [batches.order(epoch).tolist() for epoch in (0, 1)] == [[2, 0, 1], [1, 2, 0]]


def test_the_trainer() -> None:
    trainer = trainer_of("seed: 7\nepochs: 5\nlearning_rate: 0.3\ndropout: [0, 0.5]\nclass_weight: {yes: 2}")
    assert (trainer.seed, trainer.epochs, trainer.eta, trainer.dropout) == (7, 5, 0.3, (0.0, 0.0, 0.5))
    assert trainer.train.weight is not None
    assert trainer.train.weight.tolist() == [2, 1, 1, 1] * 2
    assert trainer_of("input_dropout: 0.2").dropout == (0.2, 0.0, 0.0)
    assert trainer_of().dropout == ()
    assert trainer_of().train.weight is None
