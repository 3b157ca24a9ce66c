"""`bpcli help` explains what there is, and says so when there is not."""

from __future__ import annotations

import pytest
from shell import ROOT, bpcli

from bpcli.core.costs import COSTS
from bpcli.errors import ExitStatus
from bpcli.spec.keys import sections


def test_config_lists_every_key_with_values_and_default():
    lines = bpcli("help", "config", cwd=ROOT).out.splitlines()
    heads = {line.split("  ")[0] for line in lines if not line.startswith(" ")}
    assert heads == {key.path for _, _, keys in sections() for key in keys}
    assert "learning_rate  number > 0, 0.1 if not given" in lines


def test_config_with_the_beginning_of_a_key():
    done = bpcli("help", "config", "early_stopping", cwd=ROOT)
    assert [line.split("  ")[0] for line in done.out.splitlines()[::2]] == [
        "early_stopping",
        "early_stopping.monitor",
        "early_stopping.patience",
        "early_stopping.min_delta",
    ]


def test_pairs_are_the_legal_ones():
    lines = bpcli("help", "pairs", cwd=ROOT).out.splitlines()[1:]
    table = {line.split()[0]: line.split(None, 1)[1].split(", ") for line in lines}
    assert table == {
        output: [cost for cost in COSTS if output in COSTS.get(cost)]
        for output in ("sigmoid", "identity", "tanh", "softmax", "exponential")
    }


def test_errors_are_all_exit_codes():
    lines = bpcli("help", "errors", cwd=ROOT).out.splitlines()[1:]
    assert [int(line.split()[0]) for line in lines] == [int(status) for status in ExitStatus]


def test_without_a_topic_it_says_what_there_is():
    done = bpcli("help", cwd=ROOT)
    assert (done.code, done.err) == (0, "")
    assert "bpcli help pairs" in done.out


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("config", "epoch"), "no key of the config is called 'epoch' (did you mean 'epochs'?)"),
        (("pairs", "softmax"), "bpcli help pairs takes no key"),
    ],
)
def test_what_there_is_not(arguments, line):
    done = bpcli("help", *arguments, cwd=ROOT)
    assert (done.code, done.err) == (2, line + "\n")
