"""The Tab key: what the program answers, and what real shells make of it."""

from __future__ import annotations

import subprocess
import sys
from typing import get_args

import pytest
from interactive import SHELLS, completed, missing, own_home
from shell import bpcli, environment, shell

from bpcli.cli.app import COMMANDS
from bpcli.cli.completion.answers import FILES, MAY_BE_FILES, answers
from bpcli.cli.declared import declared
from bpcli.core.activations import ACTIVATIONS
from bpcli.core.costs import COSTS
from bpcli.core.derivatives import METHODS
from bpcli.core.metrics import METRICS
from bpcli.core.optimizers import OPTIMIZERS
from bpcli.spec.conditions import Metric
from bpcli.spec.forms import Form, ListOf, Scalar, Section, forms
from bpcli.spec.schema import Spec

pytest_plugins = ["cli_fixtures"]


def words(*line: str) -> list[str]:
    return [word for word, _ in answers(line)]


def test_commands_with_what_they_do():
    assert dict(answers([""])) == {name: declared(function).summary for name, function in COMMANDS.items()}
    assert words("tr") == ["train"]
    assert words("nonsense", "") == []


@pytest.mark.parametrize("name", COMMANDS)
def test_options_of_every_command(name):
    options = declared(COMMANDS[name]).options
    assert words(name, "-") == [option.names[0] for option in options]
    assert "--help" in words(name, "--he")


def test_an_option_is_offered_once_unless_it_may_be_given_again():
    assert "--json" not in words("train", "c.yaml", "--json", "--")
    assert "--quiet" not in words("train", "c.yaml", "-q", "--")
    assert "--set" in words("train", "c.yaml", "--set", "epochs=1", "--")


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (("gradcheck", "--method", ""), list(METHODS)),
        (("gradcheck", "--method", "c"), ["complex", "central"]),
        (("eval", "w.npz", "--split=v"), ["--split=validation"]),
        (("train", "c.yaml", "--set", "activation="), [f"activation={name}" for name in ACTIVATIONS]),
        (("train", "c.yaml", "--set", "activation=re"), ["activation=relu"]),
        (("train", "--set", "cost="), [f"cost={name}" for name in COSTS]),
        (("train", "--set", "optimizer.name="), [f"optimizer.name={name}" for name in OPTIMIZERS]),
        (("train", "--set", "data.scale="), ["data.scale=standard", "data.scale=minmax", "data.scale=none"]),
        (("train", "--set", "dtype="), ["dtype=float32", "dtype=float64"]),
        (("train", "--set", "drop_last="), ["drop_last=true", "drop_last=false"]),
        (("train", "--set", "early_stopping.pa"), ["early_stopping.patience="]),
        (("train", "--set", "init"), ["init=", "init."]),
        (("train", "--set", "init.weights=he"), ["init.weights=he_uniform", "init.weights=he_normal"]),
        (("train", "--set=epo"), ["--set=epochs="]),
        (("train", "--set", "learning_rate="), []),
        (("train", "--set", "nonsense."), []),
        (("eval", "w.npz", "--fail-under", ""), [f"{metric}=" for metric in METRICS]),
        (("help", "config", "learn"), ["learning_rate"]),
        (("help", "pairs", ""), []),
        (("help", "met"), ["metrics"]),
        (("help", "gradc"), ["gradcheck"]),
        (("gradcheck", "--samples", ""), []),
        (("train", "c.yaml", ""), []),
    ],
)
def test_values(line, found):
    assert sorted(words(*line)) == sorted(found)


@pytest.mark.parametrize(
    "line",
    [
        ("train", ""),
        ("train", "--json", "conf"),
        ("train", "--out", ""),
        ("eval", ""),
        ("eval", "w.npz", "--data", "d"),
        ("predict", "w.npz", ""),
        ("predict", "w.npz", "d.csv", "--output", ""),
        ("train", "c.yaml", "--set", "data.train="),
        ("train", "c.yaml", "--set", "init.from=w"),
    ],
)
def test_files_where_a_file_is_expected(line):
    assert answers(line) == [FILES]


def test_every_key_of_the_config_can_be_reached():
    top = words("train", "--set", "")
    assert {word for word in top if word.endswith("=")} == {f"{key}=" for key in Spec.key_names()}
    assert set(words("train", "--set", "expect.")) == {f"expect.{metric}=" for metric in get_args(Metric)}


def test_keys_that_may_be_files_are_those_of_the_schema():
    def keys(model):
        for name, field in model.model_fields.items():
            allowed = list(flat(forms(field)))
            if Scalar("path", {}) in allowed:
                yield field.alias or name
            for form in allowed:
                if isinstance(form, Section):
                    yield from keys(form.model)

    def flat(allowed: tuple[Form, ...]):
        for form in allowed:
            yield form
            if isinstance(form, ListOf):
                yield from flat(form.items)
            if isinstance(form, Section) and form.model.shorthand:
                yield from flat(forms(form.model.model_fields[form.model.shorthand]))

    assert set(keys(Spec)) == MAY_BE_FILES


def test_meanings_are_given_where_there_are_some():
    found = dict(answers(["train", "--set", "optimizer.name=sg"]))
    assert "momentum" in found["optimizer.name=sgd"]
    assert all(meaning for _, meaning in answers(["train", "--set", "optimizer.m"]))


def test_nothing_heavy_is_imported():
    code = "from bpcli.__main__ import main; main()"
    command = [sys.executable, "-X", "importtime", "-c", code, "train", "--set", "activation="]
    done = subprocess.run(command, env=environment(_BPCLI_COMPLETE="1"), capture_output=True, text=True, check=True)
    assert "activation=relu\t" in done.stdout
    seen = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "bpcli.spec.vocabulary" in seen
    assert not seen & {"numpy", "pydantic", "scipy", "yaml", "rich"}


TYPED = {
    "bpcli tr\tx": "bpcli train x",
    "bpcli train --fo\t": "bpcli train --fo",  # --force or --folds
    "bpcli train iris.ya\t --q\t": "bpcli train iris.yaml --quiet",
    "bpcli train iris.yaml --set lear\t0.5": "bpcli train iris.yaml --set learning_rate=0.5",
    "bpcli train --set activation=re\t--json": "bpcli train --set activation=relu --json",
    "bpcli train --set optimizer.mo\t0.9": "bpcli train --set optimizer.momentum=0.9",
    "bpcli train --set optimizer.name=rp\t": "bpcli train --set optimizer.name=rprop",
    "bpcli train --set data.train=iris.c\t": "bpcli train --set data.train=iris.csv",
    "bpcli train --set data.scale=min\t": "bpcli train --set data.scale=minmax",
    "bpcli eval w.npz --split=va\t": "bpcli eval w.npz --split=validation",
    "bpcli eval w.npz --fail-under macro\t0.9": "bpcli eval w.npz --fail-under macro_f1=0.9",
    "bpcli eval w.npz --data iris.c\t": "bpcli eval w.npz --data iris.csv",
    "bpcli gradcheck --method cen\t": "bpcli gradcheck --method central",
    "bpcli help config learn\t": "bpcli help config learning_rate",
}


@pytest.mark.parametrize("name", SHELLS)
def test_a_shell_completes_what_is_typed(name, folder):
    if reason := missing(name):
        pytest.skip(reason)
    home = own_home(name, folder / "home")
    installed = bpcli("--install-completion", cwd=folder, **home)
    assert (installed.code, installed.err) == (0, "")
    found = completed(name, home, folder, list(TYPED))
    assert dict(zip(TYPED, found)) == TYPED


def test_bash_answers_without_a_terminal(folder):
    """As a test of completion would call the function: cut at = as bash cuts."""
    script = """
        eval "$(SHELL=bash bpcli --show-completion)"
        COMP_LINE="bpcli train --set activation=re" COMP_POINT=${#COMP_LINE}
        COMP_WORDS=(bpcli train --set activation = re) COMP_CWORD=5
        _bpcli_completion bpcli re = && printf '<%s>' "${COMPREPLY[@]}"
        COMP_LINE="bpcli train --set activation=" COMP_POINT=${#COMP_LINE}
        COMP_WORDS=(bpcli train --set activation =) COMP_CWORD=4
        _bpcli_completion bpcli "" activation && printf '<%s>' "${#COMPREPLY[@]}"
        COMP_WORDBREAKS=${COMP_WORDBREAKS//=} COMP_LINE="bpcli train --set activation=re" COMP_POINT=${#COMP_LINE}
        COMP_WORDS=(bpcli train --set activation=re) COMP_CWORD=3
        _bpcli_completion bpcli activation=re --set && printf '<%s>' "${COMPREPLY[@]}"
    """
    done = shell(script, folder)
    assert done.out == f"<relu><{len(list(ACTIVATIONS))}><activation=relu>", done.err


@pytest.mark.parametrize(("name", "file"), [("bash", ".bashrc"), ("zsh", ".zshrc")])
def test_installing_again_changes_nothing(name, file, tmp_path):
    home = {"HOME": str(tmp_path), "SHELL": f"/bin/{name}", "XDG_DATA_HOME": None, "XDG_CONFIG_HOME": None}
    (tmp_path / file).write_text("alias ll='ls -l'")
    said = [bpcli("--install-completion", cwd=tmp_path, **home).out for _ in range(2)]
    first, second, *rest = (tmp_path / file).read_text().splitlines()
    assert (first, rest) == ("alias ll='ls -l'", [])
    assert second.endswith("# completion of bpcli")
    assert f"{tmp_path}/{file}" in said[0]
    script = tmp_path / ".local" / "share" / "bpcli" / f"completion.{name}"
    assert script.read_text() == bpcli("--show-completion", cwd=tmp_path, **home).out


def test_the_calling_shell_counts_before_the_login_shell(tmp_path):
    done = shell("bpcli --show-completion; true", tmp_path, SHELL="/bin/fish")
    assert done.out.startswith("# Completion of bpcli in bash")


def test_a_shell_that_is_not_known(tmp_path):
    done = bpcli("--install-completion", cwd=tmp_path, SHELL="/bin/csh")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("bpcli: cannot tell which shell this is; type this in one of bash, zsh, fish")


def test_a_home_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    done = bpcli("--install-completion", cwd=tmp_path, SHELL="fish", XDG_CONFIG_HOME=str(tmp_path / "file"))
    assert done.code == 6
    assert "cannot write: Not a directory" in done.err
