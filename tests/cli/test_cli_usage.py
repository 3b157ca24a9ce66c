"""Help screens on every kind of terminal, and one clear line for a command line that cannot be read."""

from __future__ import annotations

import re

import pytest
from shell import bpcli, on_terminal, screen

from bpcli.cli.app import COMMANDS, options
from bpcli.cli.declared import declared

SCREENS = ["", *COMMANDS]


@pytest.mark.parametrize("columns", [40, 80, 200])
@pytest.mark.parametrize("name", SCREENS)
def test_help_fits_the_terminal_and_cuts_nothing(name, columns, tmp_path):
    code, written = on_terminal(f"bpcli {name} --help", tmp_path, columns=columns)
    lines = screen(written)
    assert code == 0
    declaration = declared(COMMANDS[name] if name else options)
    examples = {f"  {example}" for example in declaration.examples}  # which are there to be copied whole
    assert [line for line in lines[1:] if len(line) > min(columns, 100) and line not in examples] == []
    text = " ".join(" ".join(lines).split())
    for one in declaration.parameters:
        assert " ".join(one.meaning.split()) in text
        assert all(name in text for name in one.names)
    assert declaration.summary in text
    assert "<bool>" not in text


@pytest.mark.parametrize("name", SCREENS)
def test_help_says_the_same_in_a_pipe(name, tmp_path):
    piped = bpcli(*name.split(), "--help", cwd=tmp_path)
    _, written = on_terminal(f"bpcli {name} --help", tmp_path)
    assert (piped.code, piped.err) == (0, "")
    assert piped.out.splitlines() == [line for line in screen(written) if line or piped.out][: piped.out.count("\n")]


def test_colour_only_where_it_is_welcome(tmp_path):
    assert "\x1b[" in on_terminal("bpcli --help", tmp_path)[1]
    assert "\x1b[" not in on_terminal("bpcli --help", tmp_path, TERM="dumb")[1]
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", on_terminal("bpcli --help", tmp_path, NO_COLOR="1")[1])
    assert "\x1b" not in bpcli("--help", cwd=tmp_path, FORCE_COLOR="1").out


def test_nothing_at_all_shows_the_help(tmp_path):
    alone = bpcli(cwd=tmp_path)
    assert (alone.code, alone.err) == (2, "")
    assert alone.out == bpcli("--help", cwd=tmp_path).out


def test_the_version_is_the_same_with_other_options(tmp_path):
    assert bpcli("--version", cwd=tmp_path).out == bpcli("--version", "--help", cwd=tmp_path).out


EPOCHS = "the config has it: --set epochs=5"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("tarin", "bpcli: no command 'tarin' (did you mean 'train'? known: "),
        ("xyzzy", "bpcli: no command 'xyzzy' (known: "),
        ("configs/iris.yaml", "bpcli: no command 'configs/iris.yaml' (to train it: bpcli train configs/iris.yaml)"),
        ("--nope", "bpcli: no option --nope"),
        ("train c.yaml --epochs 5", f"bpcli train: no option --epochs; {EPOCHS} (see: bpcli train --help)"),
        ("train --epochs=5 c.yaml", f"bpcli train: no option --epochs; {EPOCHS} "),
        ("train c.yaml --epochs", "bpcli train: no option --epochs; the config has it: --set epochs=VALUE "),
        ("train c.yaml --batch-size 8", "bpcli train: no option --batch-size; the config has it: --set batch_size=8 "),
        ("train c.yaml --lr 0.1", "bpcli train: no option --lr; the config has it: --set learning_rate=0.1 "),
        (
            "train c.yaml --momentum 0.9",
            "the config has it: --set optimizer.momentum=0.9 ",
        ),
        (
            "train c.yaml --optimizer.beta1=0.8",
            "the config has it: --set optimizer.beta1=0.8 ",
        ),
        ("train c.yaml --quite", "bpcli train: no option --quite; did you mean --quiet? "),
        ("eval w.npz --epochs 5", "bpcli eval: no option --epochs (see: bpcli eval --help)"),
        ("train c.yaml --xyzzy", "bpcli train: no option --xyzzy (see: bpcli train --help)"),
        ("train c.yaml epochs=5 lr=0.1", "write --set epochs=5 --set learning_rate=0.1 (see: bpcli train --help)"),
        ("train c.yaml --set epochs 5", "write --set epochs=5 (see: bpcli train --help)"),
        ("train a.yaml b.yaml", "Got unexpected extra argument"),
        (
            "eval w --split validatin",
            "--split: unknown 'validatin' (did you mean 'validation'? known: test, ",
        ),
        ("eval w --split xyzzy", "bpcli eval: --split: unknown 'xyzzy' (known: test, train, validation) "),
        ("gradcheck --samples 0", "bpcli gradcheck: Invalid value for '--samples': "),
        ("gradcheck --samples many", "bpcli gradcheck: Invalid value for '--samples': "),
        ("train", "bpcli train: give a CONFIG, or --resume RUN (see: bpcli train --help)"),
        ("train --out", "bpcli train: Option '--out' requires an argument"),
    ],
)
def test_one_clear_line(line, said, tmp_path):
    done = bpcli(*line.split(), cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert done.err.count("\n") == 1
