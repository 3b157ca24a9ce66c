"""What a file of this project may be: not too long, not a drawer for odds and ends, and at home on every machine."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST_LINES = 300
ODDS_AND_ENDS = {"utils.py", "util.py", "helpers.py", "common.py", "misc.py"}
MAY_PRINT = ("ui/", "cli/", "__main__.py")
# the folders in which people and build machines keep their work; a first letter has to follow
SOMEONES_FOLDER = re.compile(r"(?<![\w.:/~])/(home|root|Users|work|workspace|builds|opt|mnt)/[\w.]")

SEEN = (".py", ".md", ".yaml", ".toml", ".sh", "run")


def files() -> Iterator[Path]:
    """The files that people write, apart from data and from what runs leave behind."""
    for folder in ("bpcli", "tests", "configs", "docs", "benchmarks", ".ci", "datasets"):
        for file in sorted((ROOT / folder).rglob("*")):
            parts = set(file.relative_to(ROOT).parts)
            left_behind = ".venv" in parts or (folder == "configs" and {"runs", "inputs"} & parts)
            if file.is_file() and file.name.endswith(SEEN) and not left_behind:
                yield file
    yield from (ROOT / name for name in ("README.md", "pyproject.toml", "LICENSE"))


def package_files() -> Iterator[Path]:
    yield from sorted((ROOT / "bpcli").rglob("*.py"))


def named(file: Path) -> str:
    return str(file.relative_to(ROOT))


def text_of(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def too_long(text: str) -> bool:
    return len(text.splitlines()) > MOST_LINES


def prints(text: str) -> bool:
    calls = [node.func for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    return any(isinstance(call, ast.Name) and call.id == "print" for call in calls)


def test_every_file_is_short_and_has_a_subject():
    sources = [file for file in files() if file.suffix == ".py"]
    assert [named(file) for file in sources if too_long(text_of(file))] == []
    assert [named(file) for file in sources if file.name in ODDS_AND_ENDS] == []


def test_no_path_of_one_machine():
    assert [named(file) for file in files() if SOMEONES_FOLDER.search(text_of(file))] == []


def test_printing_is_left_to_the_edge():
    inner = [file for file in package_files() if not named(file).removeprefix("bpcli/").startswith(MAY_PRINT)]
    assert [named(file) for file in inner if prints(text_of(file))] == []


def test_every_module_says_what_it_is():
    undocumented = [
        named(file)
        for file in package_files()
        if file.name != "__init__.py" and not ast.get_docstring(ast.parse(text_of(file)))
    ]
    assert undocumented == []


def test_the_checks_can_fail():
    assert too_long("x = 1\n" * (MOST_LINES + 1))
    assert not too_long("x = 1\n" * MOST_LINES)
    assert prints("def f():\n    if f:\n        print('x')")
    assert not prints("# print(x)\nfootprint('print(x)')\nconsole.print('x')")
    assert SOMEONES_FOLDER.search("see '/" + "home/ada/bpcli'")
    assert SOMEONES_FOLDER.search("/" + "Users/ada")
    assert not SOMEONES_FOLDER.search("https://example.org/home/page and configs/works/x and /usr/share/datasets")


def test_the_files_are_found():
    names = {named(file) for file in files()}
    assert {
        "bpcli/core/network.py",
        "bpcli/runs/npz.py",
        "configs/digits.yaml",
        "datasets/README.md",
        ".ci/run",
    } <= names


def test_the_licence_is_mit():
    text = " ".join(text_of(ROOT / "LICENSE").split())
    assert text.startswith("MIT License Copyright (c)")
    assert "without restriction, including without limitation the rights to use, copy, modify, merge, publish," in text
    assert "subject to the following conditions: The above copyright notice and this permission notice" in text
    assert 'THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND' in text
    assert 'license = "MIT"' in text_of(ROOT / "pyproject.toml")


@pytest.mark.parametrize("benchmark", ["steps", "whole", "growth"])
def test_a_benchmark_that_makes_its_environment_needs_none_before(benchmark):
    bare = [sys.executable, "-I", "-S", str(ROOT / "benchmarks" / benchmark), "--help"]  # without any package
    done = subprocess.run(bare, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
