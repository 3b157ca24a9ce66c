"""Every number that a config can hold, on both sides of each of its bounds, and as something else than a number."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from bpcli.spec import parameters
from bpcli.spec.checking import check
from bpcli.spec.named import Named
from bpcli.spec.schema import EarlyStoppingSpec, Spec
from bpcli.spec.tree import MappingNode
from bpcli.spec.yaml_reader import YamlReader

# A round bracket leaves the bound out, a square one has it in.
WHOLE = {
    "batch_size": "[1, ∞)",
    "epochs": "[1, ∞)",
    "seed": f"[0, {2**63 - 1}]",
    "threads": "[1, 1024]",
    "early_stopping.patience": "[1, ∞)",
    "schedule constant.warmup": "[0, 30)",
    "schedule step.every": "[1, ∞)",
    "schedule step.warmup": "[0, 30)",
    "schedule exponential.warmup": "[0, 30)",
    "schedule inverse_scaling.warmup": "[0, 30)",
    "schedule cosine.warmup": "[0, 30)",
    "schedule linear.warmup": "[0, 30)",
    "schedule plateau.patience": "[0, ∞)",
    "schedule plateau.warmup": "[0, 30)",
    "schedule one_cycle.warmup": "[0, 30)",
}
REAL = {
    "learning_rate": "(0, ∞)",
    "l1": "[0, ∞)",
    "l2": "[0, ∞)",
    "dropout": "[0, 1)",
    "input_dropout": "[0, 1)",
    "clip_norm": "(0, ∞)",
    "clip_value": "(0, ∞)",
    "max_norm": "(0, ∞)",
    "class_weight.3": "(0, ∞)",
    "early_stopping.min_delta": "[0, ∞)",
    "activation leaky_relu.slope": "(0, 1)",
    "cost cross_entropy.label_smoothing": "[0, 1)",
    "cost huber.delta": "(0, ∞)",
    "optimizer sgd.momentum": "[0, 1)",
    "optimizer adam.beta1": "[0, 1)",
    "optimizer adam.beta2": "[0, 1)",
    "optimizer adam.epsilon": "(0, ∞)",
    "optimizer adamw.beta1": "[0, 1)",
    "optimizer adamw.beta2": "[0, 1)",
    "optimizer adamw.epsilon": "(0, ∞)",
    "optimizer adamw.weight_decay": "[0, ∞)",
    "optimizer rmsprop.rho": "[0, 1)",
    "optimizer rmsprop.epsilon": "(0, ∞)",
    "optimizer rmsprop.momentum": "[0, 1)",
    "optimizer adagrad.epsilon": "(0, ∞)",
    "optimizer rprop.grow": "[1, ∞)",
    "optimizer rprop.shrink": "(0, 1)",
    "optimizer rprop.smallest": "(0, 0.1]",
    "optimizer rprop.largest": "[0.1, ∞)",
    "schedule step.gamma": "(0, 1)",
    "schedule exponential.gamma": "(0, 1)",
    "schedule inverse_scaling.power": "(0, ∞)",
    "schedule cosine.final": "[0, 1]",
    "schedule linear.final": "[0, 1]",
    "schedule plateau.final": "[0, 1]",
    "schedule plateau.gamma": "(0, 1)",
    "schedule plateau.min_delta": "[0, ∞)",
    "schedule one_cycle.rise": "(0, 1)",
    "schedule one_cycle.start": "[1, ∞)",
    "schedule one_cycle.end": "[1, ∞)",
}
BY_A_RULE = {  # bounds that another key draws, and what the rule says of a value past them
    "schedule": "must be below epochs (30)",
    "optimizer rprop.smallest": "'rprop' starts with steps of learning_rate (0.1), which must lie between smallest",
    "optimizer rprop.largest": "'rprop' starts with steps of learning_rate (0.1), which must lie between smallest",
}


def config(where: str, value: str) -> str:
    """The config that has the value there: in a key, a part of a key, or a parameter of something named."""
    key, _, parameter = where.partition(".")
    key, _, name = key.partition(" ")
    least = f"layers: [4, 3, 2]\n{'' if key == 'epochs' else 'epochs: 30'}\ndata: {{train: a, validation: 0.1}}\n"
    if name == "rprop":
        least += "batch_size: all\n"
    if not parameter:
        return f"{least}{key}: {value}\n"
    return f"{least}{key}: {{{f'name: {name}, ' if name else ''}{parameter}: {value}}}\n"


def lines_of(where: str, value: str) -> list[str]:
    tree = YamlReader("c").read(config(where, value).encode())
    assert isinstance(tree, MappingNode)
    return [str(problem).split(": ", 1)[1] for problem in check(tree, Path())[1]]


def said(where: str, message: str) -> list[str]:
    key, _, parameter = where.partition(".")
    path = ".".join(part for part in (key.split(" ")[0], parameter) if part)
    return [f"{path}: {message}"]


def beyond(value: float, towards: float, whole: bool) -> str:
    """The nearest value on that side."""
    if whole:
        return str(int(value) + (1 if towards > value else -1))
    return repr(math.nextafter(value, towards))


def assert_refused(where: str, value: str, message: str) -> None:
    rule = next((text for start, text in BY_A_RULE.items() if where.startswith(start)), "")
    (line,) = lines_of(where, value)
    assert line.startswith(said(where, f"{message}, not ")[0]) or (rule and rule in line)


@pytest.mark.parametrize(("where", "interval"), [*WHOLE.items(), *REAL.items()])
def test_both_sides_of_each_bound(where: str, interval: str) -> None:
    whole = where in WHOLE
    low, high = interval[1:-1].split(", ")
    if interval[0] == "[":
        assert lines_of(where, low) == []
        assert_refused(where, beyond(float(low), -math.inf, whole), f"must be at least {low}")
    else:
        assert_refused(where, low, f"must be above {low}")
        assert lines_of(where, beyond(float(low), math.inf, whole)) == []
    if high == "∞":
        assert lines_of(where, "1000000") == []
    elif interval[-1] == "]":
        assert lines_of(where, high) == []
        past = str(int(high) + 1) if whole else beyond(float(high), math.inf, whole)
        assert_refused(where, past, f"must be at most {high}")
    else:
        assert_refused(where, high, f"must be below {high}")
        assert lines_of(where, beyond(float(high), -math.inf, whole)) == []


@pytest.mark.parametrize("where", [*WHOLE, *REAL])
def test_only_numbers_are_numbers(where: str) -> None:
    wanted = "a whole number" if where in WHOLE else "a number"
    if where == "batch_size":
        wanted += " or 'all'"
    assert lines_of(where, "many") == said(where, f"expected {wanted}, not 'many'")
    assert lines_of(where, "'2'") == said(where, f"expected {wanted}, not the text '2' in quotes (write 2)")
    if where in WHOLE:
        assert lines_of(where, "2.5") == said(where, f"expected {wanted}, not '2.5'")
    else:
        assert lines_of(where, ".inf") == said(where, "must be a finite number, not inf")
        assert lines_of(where, ".nan") == said(where, "must be a finite number, not nan")


def test_no_number_is_left_out() -> None:
    declared = {
        f"{key} {name}.{field}"
        for key in ("activation", "cost", "optimizer", "schedule")
        for name, model in getattr(parameters, key.upper()).items()
        for field, info in model.model_fields.items()
        if info.annotation in (int, float)
    }
    declared |= {name for name, info in Spec.model_fields.items() if is_number(info.annotation)}
    declared |= {
        f"early_stopping.{name}" for name, info in EarlyStoppingSpec.model_fields.items() if is_number(info.annotation)
    }
    by_hand = {"batch_size", "dropout", "class_weight.3", "clip_norm", "clip_value", "max_norm"}  # in some forms alone
    assert {*WHOLE, *REAL} == declared | by_hand


def is_number(annotation: Any) -> bool:
    return annotation in (int, float)


OF_OTHERS = [  # under the name that another program has for it, and what the hint says
    ("dropout_rate: 0.5", "dropout_rate: unknown key (here it is 'dropout'; known: activation, "),
    ("weight_decay: 0.1", "weight_decay: unknown key (here it is 'l2'; known: activation, "),
    ("betas: [0.9, 0.99]", "betas: unknown key (here it is 'optimizer.beta1'; known: activation, "),
    ("gradient_clip_val: 1", "gradient_clip_val: unknown key (here it is 'clip_norm'; known: activation, "),
    ("max_grad_norm: 1", "max_grad_norm: unknown key (here it is 'clip_norm'; known: activation, "),
    ("lr_decay: 0.9", "lr_decay: unknown key (here it is 'schedule'; known: activation, "),
    ("learning_rate_decay: 1", "learning_rate_decay: unknown key (here it is 'schedule'; known: activation, "),
    ("sample_weight: w", "sample_weight: unknown key (here it is 'data.weight'; known: activation, "),
    ("class_weights: balanced", "class_weights: unknown key (here it is 'class_weight'; known: activation, "),
    ("label_smoothing: 0.1", "label_smoothing: unknown key (here it is 'cost.label_smoothing'; known: activation, "),
    ("warmup: 3", "warmup: unknown key (here it is 'schedule.warmup'; known: activation, "),
    ("alpha: 1e-4", "alpha: unknown key (here it is 'l2'; known: activation, "),
    (
        "activation: {name: leaky_relu, alpha: 0.2}",
        "activation.alpha: unknown key (here it is 'slope'; known: slope)",
    ),
    ("activation: {name: elu, alpha: 1}", "activation.alpha: unknown key (there are no parameters)"),
    (
        "optimizer: {name: adam, weight_decay: 0.1}",
        "optimizer.weight_decay: unknown key (at the top level it is 'l2'; known: beta1, beta2, epsilon)",
    ),
    (
        "optimizer: {name: adamw, l2: 0.1}",
        "optimizer.l2: unknown key (here it is 'weight_decay'; known: beta1, beta2, epsilon, weight_decay)",
    ),
    (
        "optimizer: {name: rmsprop, alpha: 0.9}",
        "optimizer.alpha: unknown key (here it is 'rho'; known: epsilon, momentum, rho)",
    ),
    ("optimizer: {name: adagrad, momentum: 0.9}", "optimizer.momentum: unknown key (known: epsilon)"),
    ("optimizer: {name: adagrad, eps: 1e-6}", "optimizer.eps: unknown key (here it is 'epsilon'; known: epsilon)"),
    (
        "optimizer: {name: adam, lr: 0.1}",
        "optimizer.lr: unknown key (at the top level it is 'learning_rate'; known: beta1, beta2, epsilon)",
    ),
    (
        "schedule: {name: cosine, eta_min: 0.1}",
        "schedule.eta_min: unknown key (here it is 'final'; known: final, warmup)",
    ),
    ("schedule: {name: step, step_size: 5}", "schedule.step_size: unknown key (here it is 'every'; known: every, "),
    ("cost: {name: huber, beta: 2}", "cost.beta: unknown key (here it is 'delta'; known: delta)"),
    ("early_stopping: {tol: 0.1}", "early_stopping.tol: unknown key (here it is 'min_delta'; known: min_delta, "),
    ("data: {train: a, validation: 0.1, val: 0.1}", "data.val: unknown key (here it is 'validation'; known: "),
]


@pytest.mark.parametrize(("text", "line"), OF_OTHERS)
def test_the_keys_of_other_programs_are_understood(text: str, line: str) -> None:
    least = "layers: [4, 3, 2]\n" + ("" if "data:" in text else "data: {train: a, validation: 0.1}\n")
    tree = YamlReader("c").read(f"{least}{text}\n".encode())
    assert isinstance(tree, MappingNode)
    (found,) = [str(problem).split(": ", 1)[1] for problem in check(tree, Path())[1]]
    assert found.startswith(line)


def test_a_thing_is_said_with_the_parameters_that_do_something():
    assert Named("sgd", {"momentum": 0.9, "nesterov": True}).in_words == "sgd momentum=0.9 nesterov"
    assert Named("adam", {"epsilon": 1e-8, "momentum": 0.0}).in_words == "adam epsilon=1e-08"
    assert Named("constant", {"warmup": 0}).in_words == "constant"
