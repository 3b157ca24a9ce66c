"""Finding the data that a network was trained on again."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bpcli.data.source import digest
from bpcli.errors import DataError
from bpcli.runs.trained import folder_of_data


@pytest.fixture
def trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """As much of a Trained as its data is looked for by; nothing lies in the current folder."""
    for folder in ("run", "data", "elsewhere"):
        (tmp_path / folder).mkdir()
    (tmp_path / "data" / "a.csv").write_text("x,y\n1,2\n")
    monkeypatch.chdir(tmp_path / "elsewhere")
    files = {"a.csv": digest(tmp_path / "data" / "a.csv", "a.csv")}
    return SimpleNamespace(path=tmp_path / "run" / "weights.npz", meta={"files": files})


def test_the_data_is_looked_for_where_the_run_says(trained: Any, tmp_path: Path) -> None:
    (tmp_path / "run" / "run.json").write_text(json.dumps({"relative_to": str(tmp_path / "data")}))
    assert folder_of_data(trained, ["a.csv"]) == tmp_path / "data"


@pytest.mark.parametrize(
    "about",
    [
        "[" * 100_000,
        "[]",
        "{}",
        '{"relative_to": 5}',
        json.dumps({"relative_to": "x" * 300}),
        json.dumps({"relative_to": "a\0b"}),
        json.dumps({"relative_to": "\ud800"}),
    ],
    ids=lambda about: about[:40],
)
def test_a_run_that_says_nothing_of_use_leaves_the_other_places(trained: Any, tmp_path: Path, about: str) -> None:
    (tmp_path / "run" / "run.json").write_text(about)
    with pytest.raises(DataError) as caught:
        folder_of_data(trained, ["a.csv"])
    assert str(caught.value) == (f"{trained.path}: its data 'a.csv' is not where it was; name the data with --data")
    (tmp_path / "run" / "a.csv").write_text("x,y\n1,2\n")
    assert folder_of_data(trained, ["a.csv"]) == tmp_path / "run"


def test_changed_data_is_told(trained: Any, tmp_path: Path) -> None:
    changed = tmp_path / "run" / "a.csv"
    changed.write_text("x,y\n1,3\n")
    with pytest.raises(DataError) as caught:
        folder_of_data(trained, ["a.csv"])
    assert str(caught.value) == (
        f"{changed}: is not the file that {trained.path} was trained with; name the data with --data"
    )
