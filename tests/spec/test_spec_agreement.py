"""What the data fills in, what it refuses, and how classes become weights of rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bpcli.data.loading import Prepared
from bpcli.spec.agreement import complete, training_rows
from bpcli.spec.reading import Config, read_config
from bpcli.spec.sources import read_data

FILES = {
    "classes.csv": "a,b,kind,w\n" + "".join(f"{i},{i % 3},{'xyzx'[i % 4]},{i + 1}\n" for i in range(8)),
    "two.csv": "a,b,kind\n" + "".join(f"{i},{i % 3},{'no' if i % 4 else 'yes'}\n" for i in range(8)),
    "labels.csv": "a,b,p,q\n" + "".join(f"{i},{i % 3},{i % 2},{i // 4}\n" for i in range(8)),
    "numbers.csv": "a,b,y\n" + "".join(f"{i},{i % 3},{i - 2.5}\n" for i in range(8)),
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def read(text: str) -> tuple[Config, Prepared]:
    Path("c.yaml").write_text(text)
    config = read_config("c.yaml")
    return config, read_data(config.spec)


DEFAULTS = {
    "classes": (
        "layers: [auto, 5, auto]\ndata: {train: classes.csv, target: kind, weight: w}",
        ("softmax", "cross_entropy"),
        (2, 5, 3),
        "classes",
    ),
    "two classes on two outputs": ("layers: [2, 2]\ndata: two.csv", ("softmax", "cross_entropy"), (2, 2), "classes"),
    "two classes on one": ("layers: [2, 1]\ndata: two.csv", ("sigmoid", "cross_entropy"), (2, 1), "classes"),
    "labels": (
        "layers: [2, 2]\ndata: {train: labels.csv, target: [p, q], task: classes}",
        ("sigmoid", "cross_entropy"),
        (2, 2),
        "classes",
    ),
    "numbers": ("layers: [2, 1]\ndata: numbers.csv", ("identity", "quadratic"), (2, 1), "numbers"),
    "numbers on several outputs": (
        "layers: [2, 2]\ndata: {train: labels.csv, target: [p, q]}",
        ("identity", "quadratic"),
        (2, 2),
        "numbers",
    ),
    "what is given stays": (
        "layers: [2, 2]\ndata: two.csv\noutput: tanh\ncost: hinge",
        ("tanh", "hinge"),
        (2, 2),
        "classes",
    ),
    "counts": (
        "layers: [auto, auto]\ndata: {train: labels.csv, target: q}\ncost: poisson",
        ("exponential", "poisson"),
        (3, 1),
        "numbers",
    ),
}


@pytest.mark.parametrize("case", DEFAULTS)
def test_the_data_fills_in_what_is_left_open(home: Path, case: str) -> None:
    text, names, layers, task = DEFAULTS[case]
    config, prepared = read(text)
    spec = complete(config, prepared)
    assert spec.output is not None
    assert spec.cost is not None
    assert (spec.output.name, spec.cost.name) == names
    assert spec.layers == layers
    assert spec.data.task == task
    if spec.cost.name == "cross_entropy":
        assert spec.cost.parameters == {"label_smoothing": 0.0}


def weights(text: str, data: str = "{train: classes.csv, target: kind, features: [a, b]}") -> list[float] | None:
    config, prepared = read(f"layers: [auto, auto]\ndata: {data}\ndtype: float64\n{text}")
    weight = training_rows(config, prepared.train, prepared.preparation).weight
    return None if weight is None else weight.tolist()


def test_balanced_classes_weigh_alike(home: Path) -> None:
    x, y, z = 8 / (3 * 4), 8 / (3 * 2), 8 / (3 * 2)  # n / (k · n_c), for 4, 2 and 2 rows
    assert weights("class_weight: balanced") == pytest.approx([x, y, z, x] * 2)
    sk = pytest.importorskip("sklearn.utils.class_weight", reason="scikit-learn is the oracle here")
    names = np.array(list("xyzx") * 2)
    expected = sk.compute_sample_weight("balanced", names)
    assert weights("class_weight: balanced") == pytest.approx(expected.tolist())


def test_a_class_weight_stands_for_its_class_and_others_count_as_one(home: Path) -> None:
    assert weights("") is None
    assert weights("class_weight: {y: 0.5}") == [1.0, 0.5, 1.0, 1.0] * 2
    by_number = "{train: labels.csv, features: [a], target: p, task: classes}"
    assert weights("class_weight: {1: 3}", by_number) == [1.0, 3.0] * 4
    assert weights("class_weight: {'1': 3}", by_number) == [1.0, 3.0] * 4
    assert weights("class_weight: {yes: 2}", "two.csv") == [2.0, 1.0, 1.0, 1.0] * 2


def test_one_output_has_two_classes_to_weigh(home: Path) -> None:
    config, prepared = read("layers: [2, 1]\ndata: two.csv\nclass_weight: {yes: 2}\n")
    weight = training_rows(config, prepared.train, prepared.preparation).weight
    assert weight is not None
    assert weight.dtype == np.float32
    assert weight.tolist() == [2.0, 1.0, 1.0, 1.0] * 2


def test_class_and_example_weights_multiply(home: Path) -> None:
    data = "{train: classes.csv, target: kind, weight: w}"
    assert weights("", data) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert weights("class_weight: {y: 0.5, x: 2}", data) == [2, 1, 3, 8, 10, 3, 7, 16]


def test_hinge_takes_whole_numbers_for_classes(home: Path) -> None:
    Path("odd.csv").write_text("a,b,y\n" + "".join(f"{i},{i % 3},{i % 2 + 1}\n" for i in range(8)))
    config, prepared = read("layers: [2, auto]\ndata: odd.csv\noutput: identity\ncost: hinge")
    assert prepared.preparation.classes == ("1", "2")
    assert complete(config, prepared).layers == (2, 2)
