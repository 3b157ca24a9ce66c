"""Two weights files: one planted difference of each kind is found, where it is, and nothing else."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from trainings import changed, lay_out, train

from bpcli.errors import WeightsError
from bpcli.runs.comparison import SECTIONS, diff, differing

CONFIG = "layers: [2, 5, 3]\nepochs: 3\ndata: {train: t.csv, features: [a, b], target: class, validation: 0.2}\n"
Change = Callable[[Any, dict[str, np.ndarray]], object]


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train(lay_out(tmp_path_factory.mktemp("home")), CONFIG)


def places(found: dict[str, Any]) -> dict[str, Any]:
    """What differs: places by section, and the names of blocks."""
    named = {section: found[section] for section in (*SECTIONS.values(), "format") if found[section]}
    blocks = [block["name"] for block in found["weights"] if block["different"]]
    return {**named, **({"weights": blocks} if blocks else {})}


def one_bit(meta: Any, arrays: dict[str, np.ndarray]) -> None:
    arrays["W2"].view(np.uint32)[1, 3] ^= 1


PLANTED: list[tuple[Change, str, Any]] = [
    (one_bit, "weights", ["W2"]),
    (lambda m, a: a["b1"].__setitem__(0, -a["b1"][0]), "weights", ["b1"]),
    (lambda m, a: m["config"].update(learning_rate=0.2), "config", [{"key": "learning_rate", "a": 0.1, "b": 0.2}]),
    (
        lambda m, a: m["config"]["optimizer"].update(momentum=0.9),
        "config",
        [{"key": "optimizer.momentum", "a": 0.0, "b": 0.9}],
    ),
    (lambda m, a: m["config"].pop("l2"), "config", [{"key": "l2", "a": 0.0}]),
    (lambda m, a: m["config"].update(new=None), "config", [{"key": "new", "b": None}]),
    (lambda m, a: m["config"].update(epochs=3.0), "config", [{"key": "epochs", "a": 3, "b": 3.0}]),
    (lambda m, a: m["config"].update(drop_last=0), "config", [{"key": "drop_last", "a": False, "b": 0}]),
    (
        lambda m, a: m["preparation"]["classes"].__setitem__(1, "Q"),
        "preparation",
        [{"key": "classes[1]", "a": "q", "b": "Q"}],
    ),
    (
        lambda m, a: m["preparation"].update(shift=[0.5]),
        "preparation",
        [{"key": "shift", "a": ..., "b": [0.5]}],
    ),
    (
        lambda m, a: m["metrics"].update(epochs=4),
        "metrics",
        [{"key": "epochs", "a": 3, "b": 4, "change": 1}],
    ),
    (lambda m, a: m["metrics"].pop("best_epoch"), "metrics", [{"key": "best_epoch", "a": ...}]),
    (
        lambda m, a: m["numerics"]["blas"][0].update(kernel="Z80"),
        "numerics",
        [{"key": "blas[0].kernel", "a": ..., "b": "Z80"}],
    ),
    (lambda m, a: m["numerics"].update(libc="musl"), "numerics", [{"key": "libc", "a": ..., "b": "musl"}]),
    (lambda m, a: m["files"].update({"t.csv": "00"}), "data", [{"key": "t.csv", "a": ..., "b": "00"}]),
    (lambda m, a: m.update(note="hello"), "format", [{"key": "note", "b": "hello"}]),
    (
        lambda m, a: m["metrics"].update(train={"cost": 0.5, "accuracy": 1}),
        "metrics",
        [{"key": "train.accuracy", "b": 1}, {"key": "train.cost", "b": 0.5}],
    ),
    (lambda m, a: m["config"].update(new={}), "config", [{"key": "new", "b": {}}]),
    (lambda m, a: m.update(metrics=None), "metrics", [{"key": "metrics", "a": ..., "b": None}]),
]


@pytest.mark.parametrize(("change", "section", "expected"), PLANTED)
def test_a_planted_difference_is_found_and_no_other(
    weights: Path, tmp_path: Path, change: Change, section: str, expected: Any
) -> None:
    other = changed(weights, change, tmp_path / "b.npz")
    found = diff(weights, other)
    for place, wanted in zip(found[section], expected):
        if isinstance(wanted, dict):
            wanted |= {key: place[key] for key, value in wanted.items() if value is ...}
    assert places(found) == {section: expected}
    assert found["same"] is False
    assert differing(found) == [section]
    backwards = diff(other, weights)
    assert list(places(backwards)) == [section]
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_one_bit_is_one_unit_in_the_last_place(weights: Path, tmp_path: Path) -> None:
    found = diff(weights, changed(weights, one_bit, tmp_path / "b.npz"))
    (block,) = [block for block in found["weights"] if block["different"]]
    assert (block["name"], block["entries"], block["different"], block["units"]) == ("W2", 15, 1, 1)
    with np.load(weights) as a, np.load(tmp_path / "b.npz") as b:
        off = np.abs(a["W2"].astype(float) - b["W2"])
        assert block["absolute"] == off.max() > 0
        assert block["relative"] == pytest.approx(off.max() / np.abs(a["W2"].astype(float))[1, 3], rel=1e-6)


def test_a_type_that_differs_is_told_though_the_values_do_not(weights: Path, tmp_path: Path) -> None:
    wider = changed(weights, lambda m, a: a.update({k: v.astype("f8") for k, v in a.items()}), tmp_path / "b.npz")
    found = diff(weights, wider)
    assert places(found) == {"format": [{"key": "dtype", "a": "float32", "b": "float64"}]}
    assert found["same"] is False


def test_same_bytes_are_the_same_wherever_they_lie(weights: Path, tmp_path: Path) -> None:
    shutil.copy(weights, tmp_path / "copy.npz")
    found = diff(weights, tmp_path / "copy.npz")
    assert (found["same"], places(found), differing(found)) == (True, {}, [])
    assert found["sha256"] == dict.fromkeys("ab", hashlib.sha256(weights.read_bytes()).hexdigest())


def test_networks_of_other_shapes(weights: Path) -> None:
    other = train(weights.parents[1], CONFIG.replace("5", "4, 4"), "deeper")
    found = diff(weights, other)
    assert {"key": "layers", "a": [2, 5, 3], "b": [2, 4, 4, 3]} in found["config"]
    assert found["weights"][0] == {"name": "W1", "a": [5, 2], "b": [4, 2]}
    assert found["weights"][-1] == {"name": "b3", "b": [3]}
    assert differing(found)[-1] == "weights"


def test_folders_of_runs_are_compared_epoch_by_epoch_too(weights: Path, tmp_path: Path) -> None:
    one = weights.parent
    again = train(weights.parents[1], CONFIG, "again").parent
    assert diff(one, again)["history"] == {"a": 3, "b": 3, "parted": None}
    assert diff(one, again)["same"]
    longer = train(weights.parents[1], CONFIG.replace("epochs: 3", "epochs: 5"), "longer").parent
    assert diff(one, longer)["history"] == {"a": 3, "b": 5, "parted": None}
    shutil.copytree(again, tmp_path / "third")
    lines = (tmp_path / "third" / "metrics.jsonl").read_text().splitlines()
    second = json.loads(lines[1])
    second["running"]["cost"] += 1e-9
    (tmp_path / "third" / "metrics.jsonl").write_text("\n".join([lines[0], json.dumps(second), lines[2]]))
    assert diff(one, tmp_path / "third")["history"]["parted"] == 2
    assert "history" not in diff(one, weights)
    (tmp_path / "third" / "metrics.jsonl").write_text("[1]\n")
    with pytest.raises(WeightsError, match=r"metrics.jsonl: not the record of a run's epochs"):
        diff(one, tmp_path / "third")


def test_folders_without_weights_are_refused(weights: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"this folder has no weights.npz$"):
        diff(weights, tmp_path)
    (tmp_path / "folds.json").touch()
    with pytest.raises(WeightsError, match=r"has no weights.npz \(its folds do: .*fold-1 and so on\)$"):
        diff(tmp_path, weights)
