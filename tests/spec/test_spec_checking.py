"""Every line that a wrong config gives."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from bpcli.spec.checking import check
from bpcli.spec.conditions import Monitor
from bpcli.spec.tree import MappingNode
from bpcli.spec.yaml_reader import YamlReader

ACTIVATIONS = "known: elu, gelu, identity, leaky_relu, mish, relu, selu, sigmoid, silu, softplus, softsign, tanh"
COSTS = "known: absolute, cross_entropy, hinge, huber, poisson, quadratic"
INITS = (
    "known: glorot_normal, glorot_uniform, he_normal, he_uniform, lecun_normal, normal, orthogonal, scaled_normal, "
    "uniform, zeros"
)
OPTIMIZERS = "known: adagrad, adam, adamw, rmsprop, rprop, sgd"
OUTPUTS = "known: exponential, identity, sigmoid, softmax, tanh"
SCHEDULES = "known: constant, cosine, exponential, inverse_scaling, linear, one_cycle, plateau, step"
TOP_KEYS = (
    "activation, batch_size, checkpoint, class_weight, clip_norm, clip_value, cost, data, drop_last, dropout, dtype, "
    "early_stopping, epochs, evaluate_train, expect, extends, init, input_dropout, l1, l2, layers, learning_rate, "
    "max_norm, optimizer, output, relative_to, schedule, seed, shuffle, threads, train_biases"
)
WORDS = {
    "{activations}": ACTIVATIONS,
    "{costs}": COSTS,
    "{inits}": INITS,
    "{monitors}": ", ".join(sorted(get_args(Monitor))),
    "{optimizers}": OPTIMIZERS,
    "{outputs}": OUTPUTS,
    "{schedules}": SCHEDULES,
    "{top}": TOP_KEYS,
}
DATA_KEYS = "categorical, features, format, missing, scale, stratify, target, task, test, train, validation, weight"


def lines_of(text: str) -> list[str]:
    tree = YamlReader("c.yaml").read(text.encode())
    assert isinstance(tree, MappingNode)
    return [str(problem) for problem in sorted(check(tree, Path())[1], key=lambda problem: problem.order)]


def test_one_pass_tells_all() -> None:
    text = """\
layers: [64, x, 0]
activation: relou
loss: mse
learning_rate: "0.1"
epochs: 1e3
data:
  train: digits.csv
  val: 0.2
  scale: zscore
optimizer: {name: sgd, momentum: 1.5, nesterov: yes}
shuffle: {}
"""
    assert lines_of(text) == [
        "c.yaml:1:14: layers: expected a whole number or 'auto', not 'x'",
        "c.yaml:1:17: layers: must be at least 1, not 0",
        f"c.yaml:2:13: activation: unknown 'relou' (did you mean 'relu'? {ACTIVATIONS})",
        f"c.yaml:3:1: loss: unknown key (here it is 'cost'; known: {TOP_KEYS})",
        "c.yaml:4:16: learning_rate: expected a number, not the text '0.1' in quotes (write 0.1)",
        "c.yaml:5:9: epochs: expected a whole number, not '1e3' (write 1000)",
        f"c.yaml:8:3: data.val: unknown key (here it is 'validation'; known: {DATA_KEYS})",
        "c.yaml:9:10: data.scale: unknown 'zscore' (here it is 'standard'; known: minmax, none, standard)",
        "c.yaml:10:34: optimizer.momentum: must be below 1, not 1.5",
        "c.yaml:10:49: optimizer.nesterov: expected true or false, not 'yes' (write true)",
        "c.yaml:11:10: shuffle.order: missing (.npy file with an (epochs, examples) integer array of row orders)",
    ]


def test_an_empty_config_lacks_what_is_required() -> None:
    assert lines_of("{}") == [
        "c.yaml:1:1: layers: missing (sizes: inputs, hidden layers, outputs, as in [64, 32, 10]; "
        "the first and last may be 'auto')",
        "c.yaml:1:1: data: missing (the data: a file, or a mapping with train, validation, test, target, …)",
    ]


def test_a_required_key_under_a_foreign_name_is_told_once() -> None:
    assert lines_of("hidden_layer_sizes: [4, 3]\ndata: a.csv") == [
        f"c.yaml:1:1: hidden_layer_sizes: unknown key (here it is 'layers'; known: {TOP_KEYS})"
    ]


ONE_LINE = [
    ("activation: {name: relou}", "1:20: activation.name: unknown 'relou' (did you mean 'relu'? {activations})"),
    ("activation: {slope: 1}", "1:13: activation.name: missing ({activations})"),
    ("activation: {name: relu, slope: 1}", "1:26: activation.slope: unknown key (there are no parameters)"),
    ("activation: [relu, logistic]", "1:20: activation: unknown 'logistic' (here it is 'sigmoid'; {activations})"),
    ("activation: ~", "1:13: activation: expected a name, not nothing"),
    ("optimizer: [sgd]", "1:12: optimizer: expected a name, not a list"),
    (
        "optimizer: {name: sgd, momentun: 0}",
        "1:24: optimizer.momentun: unknown key (did you mean 'momentum'? known: momentum, nesterov)",
    ),
    ("optimizer: adan", "1:12: optimizer: unknown 'adan' (did you mean 'adam'? {optimizers})"),
    ("optimizer: nag", "1:12: optimizer: unknown 'nag' (here it is 'sgd'; {optimizers})"),
    ("output: exp", "1:9: output: unknown 'exp' (here it is 'exponential'; {outputs})"),
    ("cost: mae", "1:7: cost: unknown 'mae' (here it is 'absolute'; {costs})"),
    ("schedule: StepLR", "1:11: schedule: unknown 'StepLR' (here it is 'step'; {schedules})"),
    ("init: lecun", "1:7: init: unknown 'lecun' (here it is 'lecun_normal'; {inits})"),
    ("init: {name: uniform, low: 0}", "1:23: init.low: unknown key (there are no parameters)"),
    (
        "activation: {name: gelu, form: erf}",
        "1:32: activation.form: unknown 'erf' (known: exact, tanh)",
    ),
    ("dropout: half", "1:10: dropout: expected a number, not 'half'"),
    ("dropout: {rate: 0.5}", "1:10: dropout: expected a number, not a mapping"),
    ("dropout: [0.5, 1]", "1:16: dropout: must be below 1, not 1"),
    ("dropout: [0.5, x]", "1:16: dropout: expected a number, not 'x'"),
    ("dropout: 50%", "1:10: dropout: expected a number, not '50%' (write 0.5)"),
    ("clip_norm: []", "1:12: clip_norm: expected a number, not a list"),
    (
        "class_weight: balance",
        "1:15: class_weight: unknown 'balance' (did you mean 'balanced'? known: balanced)",
    ),
    ("class_weight: [1, 2]", "1:15: class_weight: expected 'balanced' or a mapping {class: weight}, not a list"),
    ("class_weight: {}", "1:15: class_weight: needs at least 1 entry, not 0"),
    ("class_weight: {3: 2, b: 0}", "1:25: class_weight.b: must be above 0, not 0"),
    ("class_weight: {3: heavy}", "1:19: class_weight.3: expected a number, not 'heavy'"),
    ("class_weight: {1.5: -1}", "1:21: class_weight.1.5: must be above 0, not -1"),
    (
        "early_stopping: {monitor: loss}",
        "1:27: early_stopping.monitor: unknown 'loss' (known: {monitors})",
    ),
    ("early_stopping: {monitor: epochs}", "1:27: early_stopping.monitor: unknown 'epochs' (known: {monitors})"),
    ("schedule: {name: inverse_scaling, power: -1}", "1:42: schedule.power: must be above 0, not -1"),
    ("cost: mse", "1:7: cost: unknown 'mse' (here it is 'quadratic'; {costs})"),
    ("learning_rate: 0", "1:16: learning_rate: must be above 0, not 0"),
    ("learning_rate: .inf", "1:16: learning_rate: must be a finite number, not inf"),
    ("learning_rate: .nan", "1:16: learning_rate: must be a finite number, not nan"),
    ("learning_rate: {name: cosine}", "1:16: learning_rate: expected a number, not a mapping"),
    ("batch_size: full", "1:13: batch_size: expected a whole number or 'all', not 'full'"),
    ("batch_size: 0", "1:13: batch_size: must be at least 1, not 0"),
    ("epochs:", "1:8: epochs: expected a whole number, not nothing"),
    ("seed: -1", "1:7: seed: must be at least 0, not -1"),
    ("seed: 9223372036854775808", "1:7: seed: must be at most 9223372036854775807, not 9223372036854775808"),
    ("dtype: double", "1:8: dtype: unknown 'double' (here it is 'float64'; known: float32, float64)"),
    ("init: {name: xavier}", "1:14: init.name: unknown 'xavier' (here it is 'glorot_uniform'; {inits})"),
    ("init: {from: ''}", "1:14: init.from: expected a path, not an empty text"),
    ("init:", "1:6: init: expected a rule or a mapping with weights, biases, from, not nothing"),
    ("shuffle: [1]", "1:10: shuffle: expected true or false, not a list"),
    ("early_stopping: 10", "1:17: early_stopping: expected a mapping with monitor, patience, min_delta, not '10'"),
    ("early_stopping: {patience: 0}", "1:28: early_stopping.patience: must be at least 1, not 0"),
    ("expect: 0.9", "1:9: expect: expected a mapping, not '0.9'"),
    (
        "expect: {epochs: 20}",
        "1:18: expect.epochs: expected a condition such as '>= 0.95', not '20' (comparisons: >=, <=, >, <)",
    ),
    ("expect: {epochs: '<= 1_0'}", "1:18: expect.epochs: expected a number after the comparison, not '1_0' (write 10)"),
    ("momentum: 0.9", "1:1: momentum: unknown key (here it is 'optimizer.momentum'; known: {top})"),
    ("lerning_rate: 1", "1:1: lerning_rate: unknown key (did you mean 'learning_rate'? known: {top})"),
    ('"a\\nb": 1', "1:1: a\\nb: unknown key (known: {top})"),
]


@pytest.mark.parametrize(("text", "line"), ONE_LINE, ids=[text for text, _ in ONE_LINE])
def test_one_wrong_value_gives_one_line(text: str, line: str) -> None:
    for word, names in WORDS.items():
        line = line.replace(word, names)
    assert lines_of(f"{text}\nlayers: [4, 3, 3, 2]\ndata: {{train: a.csv, validation: 0.1}}") == [f"c.yaml:{line}"]


IN_LAYERS = [
    ("64", "1:9: layers: expected a list, not '64'"),
    ("[4]", "1:9: layers: needs at least 2 entries, not 1"),
    ("[4, 2.0]", "1:13: layers: expected a whole number or 'auto', not '2.0' (write 2)"),
    ("[4, [3]]", "1:13: layers: expected a whole number or 'auto', not a list"),
]


@pytest.mark.parametrize(("text", "line"), IN_LAYERS)
def test_layers(text: str, line: str) -> None:
    assert lines_of(f"layers: {text}\ndata: a.csv\nactivation: [relu, tanh]") == [f"c.yaml:{line}"]


IN_DATA = [
    ("[a.csv]", "2:7: data: expected a path or a mapping with {}, not a list"),
    ("", "2:6: data: expected a path or a mapping with {}, not nothing"),
    ("{train: ~}", "2:15: data.train: expected a path or a mapping with path, images, labels, rows, not nothing"),
    ("''", "2:7: data: expected a path, not an empty text"),
    ("{test: a.csv}", "2:7: data.train: missing (training rows: a path, {path, rows} or {images, labels})"),
    ("{train: {rows: '0:5'}}", "2:15: data.train: expected either path, or images and labels"),
    ("{train: {path: a, images: b, labels: c}}", "2:15: data.train: expected either path, or images and labels"),
    ("{train: {images: b}}", "2:15: data.train: images and labels go together: labels is missing"),
    (
        "{train: {path: a, rows: '5:5'}}",
        "2:31: data.train.rows: expected rows as start:stop with start below stop, such as '0:50000', not '5:5'",
    ),
    ("{train: a, validation: 1.5}", "2:30: data.validation: must be below 1, not 1.5"),
    ("{train: a, validation: 20%}", "2:30: data.validation: expected a number, not '20%' (write 0.2)"),
    ("{train: a, validation: 0}", "2:30: data.validation: must be above 0, not 0"),
    (
        "{train: a, validation: {pth: b}}",
        "2:31: data.validation.pth: unknown key (did you mean 'path'? known: images, labels, path, rows)",
    ),
    ("{train: a, target: [x, y, x]}", "2:26: data.target: column 'x' is named twice"),
    ("{train: a, features: [x, x]}", "2:28: data.features: column 'x' is named twice"),
    ("{train: a, target: []}", "2:26: data.target: needs at least 1 entry, not 0"),
    (
        "{train: a, task: regression}",
        "2:24: data.task: unknown 'regression' (here it is 'numbers'; known: classes, numbers)",
    ),
    ("{train: a, scale: {divide: 0}}", "2:34: data.scale.divide: must be above 0, not 0"),
    (
        "{train: a, format: cvs}",
        "2:26: data.format: unknown 'cvs' (did you mean 'csv'? known: csv, idx, npy, npz, parquet, tsv)",
    ),
]


@pytest.mark.parametrize(("text", "line"), IN_DATA, ids=[text for text, _ in IN_DATA])
def test_data(text: str, line: str) -> None:
    keys = "train, validation, test, target, features, weight, task, scale, missing, categorical, stratify, format"
    # the monitor's validation rows are not asked for while `data` itself is wrong
    assert lines_of(f"layers: [4, 2]\ndata: {text}") == [f"c.yaml:{line.replace('{}', keys)}"]
