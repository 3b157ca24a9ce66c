"""The README and the reference: everything in the program is named there, and what is printed there works."""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from pydantic import BaseModel

import bpcli
from bpcli.cli.app import app
from bpcli.errors import ExitStatus
from bpcli.registry import Registry
from bpcli.spec.parts import Part
from bpcli.spec.reading import read_config

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
REFERENCE = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def modules() -> list[Any]:
    names = [one.name for one in pkgutil.walk_packages(bpcli.__path__, "bpcli.")]
    return [importlib.import_module(name) for name in names if name != "bpcli.__main__"]


def registries() -> list[Registry[Any]]:
    """Every registry in the package, whoever made it."""
    found = {id(one): one for module in modules() for one in vars(module).values() if isinstance(one, Registry)}
    return list(found.values())


def subclasses(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for one in model.__subclasses__():
        yield one
        yield from subclasses(one)


def test_every_command_and_option_is_named():
    commands = typer.main.get_command(app).commands
    assert {"train", "eval", "predict", "gradcheck"} <= set(commands)
    for name, command in commands.items():
        assert f"### bpcli {name}\n" in REFERENCE
        assert re.search(rf"^bpcli {name}\b", "\n".join(blocks("sh")), re.MULTILINE), f"no example of {name}"
        section = REFERENCE.partition(f"### bpcli {name}\n")[2].partition("\n## ")[0].partition("\n### ")[0]
        for parameter in command.params:
            for option in parameter.opts if parameter.opts[0].startswith("-") else [parameter.metavar]:
                if option not in {"-h", "--help"}:
                    assert re.search(rf"`{re.escape(option)}[` ]", section), f"{name} {option}"
    for option in ("--version", "--help", "-h", "--install-completion", "--show-completion"):
        assert re.search(rf"`[^`\n]*{re.escape(option)}`", REFERENCE), option


def test_every_key_is_named():
    modules()
    keys = [key for part in subclasses(Part) for key in part.key_names()]
    assert {"layers", "momentum", "divide", "patience"} <= set(keys)
    named = {path.rpartition(".")[2] for path in re.findall(r"^\| `([\w.]+)` \|", REFERENCE, re.MULTILINE)}
    assert [key for key in keys if key not in named] == []


def test_every_name_is_named():
    found = registries()
    assert {"activation", "cost", "format", "method"} <= {one.kind for one in found}
    assert [(one.kind, name) for one in found for name in one if f"| `{name}` |" not in REFERENCE] == []


def test_the_reference_is_in_step(tmp_path):
    """`python docs/make_reference.py` brings it into step."""
    for script in (ROOT / "docs").glob("*.py"):
        shutil.copy(script, tmp_path)
    subprocess.run([sys.executable, str(tmp_path / "make_reference.py")], check=True)
    assert (tmp_path / "reference.md").read_text(encoding="utf-8") == REFERENCE


@pytest.mark.parametrize("text", [README, REFERENCE], ids=["README", "reference"])
def test_the_exit_codes_are_those_of_the_program(text):
    table = text.partition("xit codes\n")[2].partition("\n#")[0]
    codes = [int(code) for line in re.findall(r"^\| ([\d, ]+) \|", table, re.MULTILINE) for code in line.split(",")]
    assert codes == [int(status) for status in ExitStatus]


@pytest.mark.parametrize(
    "document",
    [
        "README.md",
        "docs/reference.md",
        "docs/conventions.md",
        "docs/published.md",
        "docs/security.md",
        "datasets/README.md",
    ],
)
def test_links_lead_somewhere(document):
    text = (ROOT / document).read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#:]+)\)", text)
    assert [target for target in targets if not (ROOT / document).parent.joinpath(target).exists()] == []


def test_the_table_of_configs_is_whole():
    linked = set(re.findall(r"\]\(configs/(\w+)\.yaml\)", README))
    assert linked == {file.stem for file in (ROOT / "configs").glob("*.yaml")}


def test_the_figures_of_the_table_are_those_of_the_configs():
    rows = [line for line in README.splitlines() if line.startswith("| [") and "configs/" in line]
    for row in rows:
        headers = "".join((ROOT / path).read_text(encoding="utf-8") for path in re.findall(r"\((configs/\S+)\)", row))
        figures = re.findall(r"\d[\d.]* %|\d of \d|\d\.\d+", row.rpartition(" | ")[2] or row.split("|")[-2])
        assert figures, row
        assert [figure for figure in figures if figure not in headers] == [], row


def run(place: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHON": sys.executable, "PYTHONPATH": str(ROOT), "COLUMNS": "120"}
    return subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A copy of what the README's commands use, and what they printed, all run one after the other as in a shell."""
    place = tmp_path_factory.mktemp("checkout")
    shutil.copytree(ROOT / "configs", place / "configs", ignore=shutil.ignore_patterns("inputs"))
    (place / "datasets").mkdir()
    for file in (ROOT / "datasets").glob("*.csv*"):
        shutil.copy(file, place / "datasets")
    return place


@pytest.fixture(scope="module")
def printed(place):
    # pip and pytest are passed over; what follows them on their line is not
    shell = """
        set -euo pipefail
        bpcli() { "$PYTHON" -m bpcli "$@"; }
        python() { case "$*" in "-m pip "*|"-m pytest"*) ;; *) "$PYTHON" "$@" ;; esac; }
    """
    done = run(place, "bash", "-c", shell + "\n".join(blocks("sh")))
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    return done.stdout


def test_the_commands_work_as_printed(place, printed):
    assert (place / "runs" / "wider" / "weights.npz").exists()
    assert len((place / "predictions.csv").read_text(encoding="utf-8").splitlines()) == 151
    (end,) = [json.loads(line) for line in printed.splitlines() if line.startswith("{")]
    assert end["event"] == "end"


def masked(line: str) -> str:
    """A line without its figures, which another machine may round, time and rank otherwise."""
    return " ".join(re.sub(r"[\d.,e-]*\d", "#", line.removesuffix("best")).split())


def test_the_screen_is_one_that_is_seen(printed):
    screen, _ = blocks("text")
    command, *lines = screen.splitlines()
    assert command == "$ bpcli train configs/digits.yaml"
    seen = {masked(line) for line in printed.splitlines()}
    assert [line for line in lines if masked(line) not in seen | {"..."}] == []


def test_the_configs_are_some(place):
    layers = []
    for text in blocks("yaml"):
        (place / "configs" / "example.yaml").write_text(text, encoding="utf-8")
        layers.append(read_config(str(place / "configs" / "example.yaml")).spec.layers)
    assert layers == [(64, 32, 16, 10), (64, 32, 32, 10)]


def test_the_error_is_one_that_is_seen(tmp_path):
    _, error = blocks("text")
    path, line, column = error.split(":")[:3]
    config = "layers: [2, 2]\ndata: x.csv".splitlines()
    config.insert(int(line) - 1, "activation:".ljust(int(column) - 1) + "relou")
    (tmp_path / path).parent.mkdir()
    (tmp_path / path).write_text("\n".join(config), encoding="utf-8")
    done = run(tmp_path, sys.executable, "-m", "bpcli", "train", path)
    assert done.returncode == ExitStatus.CONFIG
    assert error.strip() in done.stderr.splitlines()


AS_STORED = {"config", "preparation", "metrics", "numerics", "files"}  # parts of a weights file that inspect hands on


def keys_in(value: Any) -> set[str]:
    """The keys of a JSON value, at every depth but in what a weights file holds."""
    if isinstance(value, list):
        return set().union(*map(keys_in, value))
    if not isinstance(value, dict):
        return set()
    inner = [part for key, part in value.items() if key not in AS_STORED or isinstance(part, list)]
    return set(value).union(*map(keys_in, inner))


@pytest.mark.parametrize(
    "command",
    [
        "train configs/iris.yaml --out json",
        "train configs/iris.yaml --out folds --folds 2",
        "eval runs/iris/latest/weights.npz --fail-under accuracy=0.5",
        "gradcheck configs/iris.yaml --samples 3",
        "gradcheck --self-test",
        "check configs/wine.yaml --set data.scale=none",
        "inspect runs/iris/latest/weights.npz",
        "diff runs/iris/latest runs/wider",
        "reproduce runs/iris/latest/weights.npz",
    ],
)
def test_every_key_of_the_json_objects_is_named(place, printed, command):
    done = run(place, sys.executable, "-m", "bpcli", *command.split(), "--json")
    assert done.returncode == (command.startswith("diff")), done.stderr
    section = REFERENCE.partition("## JSON objects")[2]
    found = set().union(*(keys_in(json.loads(line)) for line in done.stdout.splitlines()))
    assert len(found) >= 10
    assert [key for key in sorted(found) if f"`{key}`" not in section] == []


def test_the_new_activation_passes_every_check():
    (source,) = blocks("python")
    name = re.findall(r'register\("(\w+)"\)', source)[0]
    script = f"""
from bpcli.core.activations.saturating import *
from bpcli.core.activations.saturating import ACTIVATIONS, Array, ClassVar, Spare, dataclass, np
{source}
from bpcli.core.gradcheck import Criteria
from bpcli.explain.checks import matrix
found = matrix(Criteria())
assert found["passed"]
assert sum(case["activation"] == "{name}" for case in found["cases"]) == 16
"""
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)


def test_every_command_that_prints_json_is_looked_at():
    (mark,) = [one for one in test_every_key_of_the_json_objects_is_named.pytestmark if one.name == "parametrize"]
    commands = typer.main.get_command(app).commands
    with_json = {name for name, one in commands.items() if any("--json" in option.opts for option in one.params)}
    assert {line.split()[0] for line in mark.args[1]} == with_json
