"""`bpcli help` explains what there is, and says so when there is not."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from shell import ROOT, bpcli, on_terminal, screen

from bpcli.cli.topics import TOPICS
from bpcli.core.activations import ACTIVATIONS
from bpcli.core.costs import COSTS
from bpcli.core.initializers import INITIALIZERS
from bpcli.core.metrics import METRICS
from bpcli.core.optimizers import OPTIMIZERS
from bpcli.core.outputs import OUTPUTS
from bpcli.core.schedules import SCHEDULES
from bpcli.data.readers import READERS
from bpcli.errors import MEANINGS, ExitStatus
from bpcli.spec.keys import sections
from bpcli.spec.meanings import meaning


def terms(text: str) -> list[str]:
    """What stands in the first column."""
    return [line[2:].split("  ")[0] for line in text.splitlines() if line[:2] == "  " and line[2:3].strip()]


def test_config_lists_every_key_with_values_and_default():
    done = bpcli("help", "config", cwd=ROOT)
    keys = [key for _, _, keys in sections() for key in keys]
    assert sorted(terms(done.out)) == sorted(key.path for key in keys)
    lines = [line.strip() for line in done.out.splitlines()]
    at = next(i for i, line in enumerate(lines) if line.startswith("learning_rate  "))
    assert lines[at].endswith("  size of a step down the gradient")
    assert lines[at + 1] == "number > 0, 0.1 if not given"
    for key in keys:
        assert key.allowed in lines
        assert any(line.endswith(key.meaning.replace("`", "").replace("\\|", "|")) for line in lines)


def test_a_key_with_the_keys_in_it():
    done = bpcli("help", "config", "early_stopping", cwd=ROOT)
    assert terms(done.out) == [
        "early_stopping",
        "early_stopping.monitor",
        "early_stopping.patience",
        "early_stopping.min_delta",
    ]


@pytest.mark.parametrize(
    ("key", "registry"),
    [
        ("activation", ACTIVATIONS),
        ("output", OUTPUTS),
        ("cost", COSTS),
        ("optimizer", OPTIMIZERS),
        ("schedule", SCHEDULES),
        ("init", INITIALIZERS),
        ("data.format", READERS),
    ],
)
def test_a_key_that_takes_a_name_lists_the_names_with_their_formulas(key, registry):
    for done in (bpcli("help", "config", key, cwd=ROOT), bpcli("help", "names", cwd=ROOT)):
        found = [line.split(None, 1) for line in done.out.splitlines() if line.startswith("  ")]
        assert [name for name in registry if [name, meaning(registry.get(name))] not in found] == []


def test_a_nested_key_stands_under_each_name_that_has_it():
    for word in ("optimizer.momentum", "momentum"):
        out = bpcli("help", "config", word, cwd=ROOT).out
        assert [line for line in out.splitlines() if line and not line.startswith(" ")] == [
            "optimizer: {name: sgd}",
            "optimizer: {name: rmsprop}",
        ]


@pytest.mark.parametrize(
    ("foreign", "ours"),
    [
        ("lr", "learning_rate"),
        ("loss", "cost"),
        ("hidden_layer_sizes", "layers"),
        ("val", "data.validation"),
        ("optimizer.beta_1", "optimizer.beta1"),
        ("weight_decay_rate", None),
    ],
)
def test_what_other_programs_call_a_key_is_understood(foreign, ours):
    done = bpcli("help", "config", foreign, cwd=ROOT)
    if ours is None:
        assert done.code == 2
    else:
        assert done.out.splitlines()[0] == f"{foreign} is here called {ours}"
        assert terms(done.out)[0] == ours


def test_the_word_config_may_be_left_out():
    assert bpcli("help", "lr", cwd=ROOT).out == bpcli("help", "config", "lr", cwd=ROOT).out


def test_how_a_key_is_written():
    out = bpcli("help", "config", "learning_rate", cwd=ROOT).out
    assert "learning_rate: 0.1\n" in out
    assert "bpcli train CONFIG --set learning_rate=0.1\n" in out


@pytest.mark.parametrize("columns", [40, 80, 200])
@pytest.mark.parametrize("line", ["", *TOPICS, "config optimizer", "config data.train"])
def test_it_fits_the_terminal_and_cuts_nothing(line, columns):
    code, written = on_terminal(f"bpcli help {line}", ROOT, columns=columns)
    lines = screen(written)
    assert code == 0
    assert [line for line in lines if cell_len(line) > columns] == []
    piped = bpcli("help", *line.split(), cwd=ROOT).out
    assert " ".join(" ".join(lines).split()) == " ".join(piped.split())


def test_pairs_are_the_legal_ones():
    lines = bpcli("help", "pairs", cwd=ROOT).out.splitlines()[1:]
    table = {line.split()[0]: line.split(None, 1)[1].split(", ") for line in lines}
    assert table == {
        output: [cost for cost in COSTS if output in COSTS.get(cost)]
        for output in ("sigmoid", "identity", "tanh", "softmax", "exponential")
    }


def test_errors_are_all_exit_codes():
    lines = bpcli("help", "errors", cwd=ROOT).out.splitlines()[1:]
    assert {int(line.split()[0]): line.split(None, 1)[1] for line in lines} == {
        int(status): MEANINGS[status] for status in ExitStatus
    }


def test_metrics_are_those_that_eval_measures():
    assert terms(bpcli("help", "metrics", cwd=ROOT).out) == list(METRICS)


def test_without_a_topic_it_says_what_there_is():
    done = bpcli("help", cwd=ROOT)
    assert (done.code, done.err) == (0, "")
    for topic in TOPICS:
        assert f"bpcli help {topic} " in done.out


def test_a_command_shows_its_own_help():
    for command in ("train", "help"):
        assert bpcli("help", command, cwd=ROOT) == bpcli(command, "--help", cwd=ROOT)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("config", "epoch"), "bpcli help: no key of the config is called 'epoch' (did you mean 'epochs'?)"),
        (("config", "xyzzy"), "bpcli help: no key of the config is called 'xyzzy' (see: bpcli help config)"),
        (
            ("config", "adam"),
            "bpcli help: 'adam' is no key but a name for optimizer (see: bpcli help config optimizer)",
        ),
        (("pairs", "softmax"), "bpcli help pairs takes no key"),
        (
            ("erors",),
            "bpcli help: no topic, command, key or name is called 'erors' (did you mean 'errors'? topics: "
            f"{', '.join(TOPICS)})",
        ),
    ],
)
def test_what_there_is_not(arguments, line):
    done = bpcli("help", *arguments, cwd=ROOT)
    assert (done.code, done.err) == (2, line + "\n")


@pytest.mark.parametrize(
    ("word", "lines"),
    [
        ("relu", ["activation: relu", "f(z) = max(z, 0), f′ = 1 where z > 0 and 0 elsewhere, at 0 too."]),
        ("accuracy", ["  accuracy  share of examples (of labels, where there are several) that are right"]),
    ],
)
def test_a_name_and_a_figure_are_explained(tmp_path, word, lines):
    done = bpcli("help", word, cwd=tmp_path)
    assert (done.code, done.err, done.out.splitlines()) == (0, "", lines)


def test_a_name_is_explained_with_its_parameters(tmp_path):
    lines = bpcli("help", "adamw", cwd=tmp_path).out.splitlines()
    assert lines[0] == "optimizer: adamw"
    assert [line.split()[0] for line in lines if line.startswith("  optimizer.")] == [
        f"optimizer.{key}" for key in ("beta1", "beta2", "epsilon", "weight_decay")
    ]
