"""What is said of a training before it begins: for every kind of target and data, and for the shipped configs."""

from __future__ import annotations

import gzip
import json
import struct
import tracemalloc
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bpcli.explain.hazards import HAZARDS
from bpcli.runs.rehearsal import rehearse
from bpcli.runs.training_run import TrainingRun
from bpcli.spec.reading import read_config
from bpcli.spec.sources import file_parts
from bpcli.training.events import Started

ROOT = Path(__file__).parents[2]


def rehearsed(folder: Path, text: str) -> dict[str, Any]:
    (folder / "config.yaml").write_text(text)
    return rehearse(read_config(str(folder / "config.yaml")))


def write_csv(path: Path, header: str, rows: np.ndarray) -> None:
    np.savetxt(path, rows, "%.6g", ",", header=header, comments="")


@pytest.fixture
def x() -> np.ndarray:
    return np.random.default_rng(4).normal(size=(120, 3))


def test_an_object_that_scripts_can_read() -> None:
    found = rehearse(read_config(str(ROOT / "configs/digits.yaml")))
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found["layers"] == [64, 128, 10]
    assert found["activations"] == ["relu", "softmax"]
    assert (found["task"], found["classes"][-1], found["parameters"]) == ("classes", "9", 9610)
    assert found["examples"] == {"train": 1258, "validation": 180, "test": 359}
    assert (found["batch_size"], found["steps_per_epoch"], found["epochs"], found["steps"]) == (32, 40, 40, 1600)
    assert found["taken"] == {
        "target": "config",
        "task": "output and cost",
        "output": "config",
        "cost": "config",
        "scale": "data",
    }
    assert found["sources"]["validation"] == {"fraction": 0.1}
    assert found["sources"]["train"]["file"].endswith("datasets/digits.csv.gz")
    assert found["memory"]["parameters"] == 2 * 4 * 9610  # in use and kept
    assert found["memory"]["total"] == sum(size for part, size in found["memory"].items() if part != "total")
    seconds = found["seconds"]
    assert seconds["total"] == 40 * (40 * seconds["step"] + seconds["measuring"]) + seconds["closing"]
    assert found["looked_for"] == list(HAZARDS)


def test_numbers_out_of_a_table(x: np.ndarray, tmp_path: Path) -> None:
    write_csv(tmp_path / "data.csv", "a,b,c,y", np.column_stack([x, x @ [1, 2, 3]]))
    found = rehearsed(tmp_path, "layers: [auto, 4, auto]\ndata: data.csv\nlearning_rate: 0.01\n")
    assert (found["task"], found["target"], found["classes"]) == ("numbers", "y, numbers", [])
    assert (found["activations"], found["cost"]) == (["relu", "identity"], "quadratic")
    assert set(found["taken"].values()) == {"data"}
    assert found["hazards"] == []


def test_two_classes_on_one_output(x: np.ndarray, tmp_path: Path) -> None:
    write_csv(tmp_path / "data.csv", "a,b,c,y", np.column_stack([x, x[:, 0] > 0]))
    found = rehearsed(tmp_path, "layers: [3, 4, 1]\ndata: {train: data.csv, validation: 0.2}\n")
    assert (found["layers"], found["classes"]) == ([3, 4, 1], ["0", "1"])
    assert (found["activations"][-1], found["cost"], found["hazards"]) == ("sigmoid", "cross_entropy", [])


def test_labels_in_several_columns(x: np.ndarray, tmp_path: Path) -> None:
    write_csv(tmp_path / "data.csv", "a,b,c,y,z", np.column_stack([x, x[:, 0] > 0, x[:, 1] > x[:, 2]]))
    found = rehearsed(tmp_path, "layers: [3, 4, 2]\noutput: sigmoid\ncost: cross_entropy\n"
                                "data: {train: data.csv, target: [y, z], test: 0.3}\n")  # fmt: skip
    assert (found["task"], found["classes"], found["target"]) == ("labels", [], "y, z, labels of their own")
    assert found["hazards"] == []


def test_a_pair_of_idx_files_and_rows_of_them(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    pixels, labels = rng.integers(0, 256, (90, 4, 4)), np.arange(90) % 3
    for name, array in (("x-idx3-ubyte.gz", pixels), ("y-idx1-ubyte.gz", labels)):
        head = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
        (tmp_path / name).write_bytes(gzip.compress(head + array.astype(np.uint8).tobytes()))
    pair = "images: x-idx3-ubyte.gz, labels: y-idx1-ubyte.gz"
    data = (
        f"{{train: {{{pair}, rows: '0:60'}}, validation: {{{pair}, rows: '60:90'}}, test: {{{pair}, rows: '30:60'}}}}"
    )
    found = rehearsed(tmp_path, f"layers: [16, 5, 3]\ndata: {data}\n")
    assert found["scale"] == {"divide": 255.0}
    assert found["sources"]["validation"]["rows"] == "60:90"
    assert [(hazard["name"], hazard["where"]) for hazard in found["hazards"]] == [("shared_rows", "data.test")]


def test_a_pair_of_numpy_files(x: np.ndarray, tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", 1000 * x)
    np.save(tmp_path / "y.npy", x[:, 0] + x[:, 1] > 0)
    found = rehearsed(tmp_path, "layers: [3, 4, 2]\ndata: {train: {images: x.npy, labels: y.npy}, task: classes}\n")
    assert found["scale"] == "none"
    assert "unscaled_inputs" in [hazard["name"] for hazard in found["hazards"]]


def test_folds_are_parts_of_the_training_rows() -> None:
    found = rehearse(read_config(str(ROOT / "configs/iris.yaml"), ["data.test={fold: 2/5}"]))
    assert found["sources"]["test"] == {"fold": "2/5"}
    assert found["hazards"] == []


def test_the_memory_is_what_training_allocates(tmp_path: Path) -> None:
    write_csv(
        tmp_path / "data.csv", ",".join(f"x{j}" for j in range(41)), np.random.default_rng(0).normal(size=(3000, 41))
    )
    text = (
        "layers: [auto, 500, 300, auto]\nbatch_size: 400\noptimizer: adam\ndata: {train: data.csv, validation: 0.2}\n"
    )
    expected = rehearsed(tmp_path, text)["memory"]
    tracemalloc.start()
    run = TrainingRun(read_config(str(tmp_path / "config.yaml")))
    run.trainer.clock = map(float, count()).__next__  # a second at each look, so that it reports the first step
    for event in run.trainer.run():
        if not isinstance(event, Started):
            break
    allocated, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    not_yet_kept = expected["parameters"] // 2  # only after the first epoch
    assert expected["total"] - not_yet_kept == pytest.approx(allocated, rel=0.03)


def test_numbers_too_large_to_be_squared_are_no_bug(x: np.ndarray, tmp_path: Path) -> None:
    write_csv(tmp_path / "data.csv", "a,b,c,y", np.column_stack([1e200 * x, 1e200 * x[:, 0]]))
    found = rehearsed(tmp_path, "layers: [3, 4, 1]\ndtype: float64\ndata: {train: data.csv, scale: none, test: 0.3}\n")
    assert json.dumps(found, allow_nan=False)
    assert [(hazard["name"], hazard["value"]) for hazard in found["hazards"]] == [
        ("unscaled_inputs", None),
        ("large_target", None),
        ("rising_cost", None),
    ]


def shipped() -> list[Any]:
    return [pytest.param(path, id=path.stem) for path in sorted((ROOT / "configs").glob("*.yaml"))]


@pytest.mark.parametrize("config", shipped())
def test_no_false_alarm_on_what_is_shipped(config: Path) -> None:
    read = read_config(str(config))
    files = [read.spec.folder / name for part in file_parts(read.spec) for name in (part.inputs, part.labels) if name]
    if not all(file.exists() for file in files):
        pytest.skip("its data is not on this machine")
    assert rehearse(read)["hazards"] == []
