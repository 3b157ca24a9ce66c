"""Every example in the help of a command works as it is printed there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from shell import ROOT, bpcli, shell

from bpcli.cli.app import COMMANDS, options
from bpcli.cli.declared import declared

FUNCTIONS = {"bpcli": options, **COMMANDS}
EXAMPLES = [(name, example) for name, function in FUNCTIONS.items() for example in declared(function).examples]
TRAINED = ("iris", "digits")  # the runs that examples speak of


@pytest.fixture(scope="module")
def checkout(tmp_path_factory) -> Path:
    """A copy of configs/ and datasets/ with a run or two in it."""
    place = tmp_path_factory.mktemp("checkout")
    shutil.copytree(ROOT / "configs", place / "configs", ignore=shutil.ignore_patterns("inputs"))
    (place / "datasets").mkdir()
    for file in (ROOT / "datasets").glob("*.csv*"):
        shutil.copy(file, place / "datasets")
    for name in TRAINED:
        for _ in range(2):  # a second one to compare with the first
            done = bpcli("train", f"configs/{name}.yaml", "--quiet", cwd=place)
            assert (done.code, done.err) == (0, "")
    return place


@pytest.fixture
def place(checkout, tmp_path) -> Path:
    """A copy of that for one example to write into."""
    return Path(shutil.copytree(checkout, tmp_path / "checkout", symlinks=True))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_command_has_an_example(name):
    examples = [example for of, example in EXAMPLES if of == name]
    assert examples
    assert all(example.startswith("bpcli " if name == "bpcli" else f"bpcli {name} ") for example in examples)


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[example for _, example in EXAMPLES])
def test_the_example_works(name, example, place):
    done = shell(example, place)
    assert done.code == 0, done.err


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_help_shows_it_as_an_example(name, tmp_path):
    words = [] if name == "bpcli" else [name]
    lines = bpcli(*words, "--help", cwd=tmp_path).out.splitlines()
    at = next(i for i, line in enumerate(lines) if line in ("Example", "Examples"))
    assert [line.strip() for line in lines[at + 1 :]] == [example for of, example in EXAMPLES if of == name]
