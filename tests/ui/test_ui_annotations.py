"""Annotations of GitHub Actions, read back as its runner reads them."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from bpcli.ui.annotations import annotated
from bpcli.ui.console import open_console, warn


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with a file in it and one in a folder, as the runner sets it up; the current folder is its root."""
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "iris.yaml").touch()
    (tmp_path / "a: 1,5%.csv").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    return tmp_path


def understood(command: str) -> tuple[str, dict[str, str], str]:
    """Kind, properties and message, unescaped in the runner's order."""
    found = re.fullmatch(r"::(\w+) (.*?)::(.*)", command, re.DOTALL)
    assert found is not None
    properties = {}
    for one in found[2].split(","):
        name, _, value = one.partition("=")
        for code, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
            value = value.replace(code, character)
        properties[name] = value
    message = found[3].replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
    return found[1], properties, message


@pytest.mark.parametrize(
    ("line", "place", "message"),
    [
        ("configs/iris.yaml:3:13: epochs: too few", {"file": "configs/iris.yaml", "line": "3", "col": "13"}, None),
        ("configs/iris.yaml:3: column 'a': no", {"file": "configs/iris.yaml", "line": "3"}, None),
        ("configs/iris.yaml: holds: nothing", {"file": "configs/iris.yaml"}, "holds: nothing"),
        ("a: 1,5%.csv:2: 100% wrong", {"file": "a: 1,5%.csv", "line": "2"}, "100% wrong"),
        ("none.yaml:3:1: no such file", {}, "none.yaml:3:1: no such file"),
        ("<stdin>:1:1: layers: missing", {}, "<stdin>:1:1: layers: missing"),
        ("--set epochs: too few", {}, "--set epochs: too few"),
        ("a\r\nb%0A", {}, "a\r\nb%0A"),
        ("configs: is a folder", {}, "configs: is a folder"),
    ],
)
def test_the_place_is_that_of_the_line_where_there_is_such_a_file(
    line: str, place: dict[str, str], message: str | None
) -> None:
    (command,) = annotated("error", "bpcli: 1, 2", [line])
    assert "\n" not in command
    assert "\r" not in command
    assert understood(command) == ("error", place | {"title": "bpcli: 1, 2"}, message or line.split(": ", 1)[1])


def test_paths_start_from_the_root_of_the_checkout(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def told(path: object) -> str:
        (command,) = annotated("error", "t", [f"{path}:1: wrong"])
        return understood(command)[1]["file"]

    monkeypatch.chdir(repository / "configs")
    assert told("iris.yaml") == "configs/iris.yaml"
    assert told(repository / "configs" / "iris.yaml") == "configs/iris.yaml"
    monkeypatch.setenv("GITHUB_WORKSPACE", str(repository / "configs"))
    assert told("../a: 1,5%.csv") == "../a: 1,5%.csv"  # it lies outside
    monkeypatch.delenv("GITHUB_WORKSPACE")
    assert told("iris.yaml") == "iris.yaml"
    (repository / "configs" / "link.yaml").symlink_to("iris.yaml")
    assert told("link.yaml") == "link.yaml"


@pytest.mark.parametrize("value", ["", "false", "1"])
def test_elsewhere_there_are_none(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", value)
    assert annotated("error", "t", ["wrong"]) == []


def test_a_warning_is_followed_by_its_annotation() -> None:
    stream = io.StringIO()
    warn(open_console(stream), "configs/iris.yaml:2: odd\x1b")
    told = "warning: configs/iris.yaml:2: odd\\x1b"
    assert stream.getvalue() == f"{told}\n::warning file=configs/iris.yaml,line=2,title=bpcli::odd\\x1b\n"
