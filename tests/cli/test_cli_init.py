"""`bpcli init` and `bpcli schema` as a shell runs them."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from shell import ROOT, bpcli

SCHEMA = ROOT / "bpcli" / "config.schema.json"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with iris in a folder of its own, and one for configs."""
    (tmp_path / "data").mkdir()
    (tmp_path / "configs").mkdir()
    shutil.copy(ROOT / "datasets" / "iris.csv", tmp_path / "data")
    return tmp_path


def write_idx(path: Path, values: np.ndarray) -> None:
    head = bytes([0, 0, 8, values.ndim]) + b"".join(size.to_bytes(4, "big") for size in values.shape)
    path.write_bytes(gzip.compress(head + values.astype(np.uint8).tobytes()))


def test_the_schema_is_the_one_that_is_kept():
    done = bpcli("schema", cwd=ROOT)
    assert (done.code, done.err) == (0, "")
    assert done.out == SCHEMA.read_text(encoding="utf-8")
    assert json.loads(done.out)["title"] == "bpcli config"


def test_the_schema_is_the_same_on_a_terminal_of_another_alphabet():
    done = bpcli("schema", cwd=ROOT, LC_ALL="C", PYTHONIOENCODING="ascii", PYTHONHASHSEED="5")
    assert done.out == SCHEMA.read_text(encoding="utf-8")


def test_the_config_stands_on_stdout_and_what_was_guessed_on_stderr(place):
    done = bpcli("init", "data/iris.csv", cwd=place)
    assert (done.code, done.err) == (0, "target  class, guessed: by its name (--target names another column)\n")
    assert "\n  train: data/iris.csv " in done.out
    again = bpcli("init", "data/iris.csv", "--quiet", cwd=place, PYTHONHASHSEED="7", LC_ALL="C")
    assert (again.out, again.err) == (done.out, "")
    trained = bpcli("train", "-", "--out", "run", "--json", "--set", "epochs=2", cwd=place, stdin=done.out)
    assert trained.code == 0, trained.err


def test_paths_start_from_the_file_that_is_written(place):
    done = bpcli("init", "data/iris.csv", "-o", "configs/c.yaml", cwd=place)
    assert (done.code, done.out) == (0, "")
    assert done.err.splitlines()[-1] == "next    bpcli train configs/c.yaml"
    text = (place / "configs" / "c.yaml").read_text(encoding="utf-8")
    assert "\n  train: ../data/iris.csv " in text
    assert "\n#     bpcli train configs/c.yaml\n" in text
    trained = bpcli("train", "configs/c.yaml", "--json", "--out", "run", cwd=place)
    assert trained.code == 0
    assert trained.objects[-1]["test"]["accuracy"] >= 0.9


def test_no_path_of_this_machine_stands_in_it(place):
    bpcli("init", place / "data" / "iris.csv", "--output", place / "configs" / "c.yaml", cwd=ROOT)
    assert str(place) not in (place / "configs" / "c.yaml").read_text(encoding="utf-8")
    assert bpcli("train", place / "configs" / "c.yaml", "--set", "epochs=1", "--out", "r", cwd=place).code == 0


def test_paths_hold_through_a_link_to_a_folder(place):
    (place / "deep" / "er").mkdir(parents=True)
    os.symlink(place / "deep" / "er", place / "link")
    assert bpcli("init", "data/iris.csv", "--output", "link/c.yaml", cwd=place).code == 0
    assert bpcli("train", "link/c.yaml", "--set", "epochs=1", "--out", "r", cwd=place).code == 0


def test_a_file_that_is_there_is_left_alone(place):
    before = (place / "data" / "iris.csv").read_bytes()
    for name in ("data/iris.csv", "configs"):
        done = bpcli("init", "data/iris.csv", "--output", name, cwd=place)
        assert (done.code, done.out) == (6, "")
        assert done.err == f"{name}: is there already (take another --output, or move it away)\n"
    assert (place / "data" / "iris.csv").read_bytes() == before
    done = bpcli("init", "data/iris.csv", "--output", "nowhere/c.yaml", cwd=place)
    assert (done.code, done.err) == (6, "nowhere/c.yaml: cannot write: No such file or directory\n")


def test_images_find_their_labels(place):
    generator = np.random.default_rng(0)
    labels = np.arange(60) % 3
    write_idx(place / "data" / "train-labels-idx1-ubyte.gz", labels)
    images = generator.integers(0, 99, (60, 8, 8)) + 70 * labels[:, None, None]
    write_idx(place / "data" / "train-images-idx3-ubyte.gz", images)
    done = bpcli("init", "data/train-images-idx3-ubyte.gz", "--output", "c.yaml", cwd=place)
    assert done.code == 0, done.err
    assert done.err.splitlines()[:2] == [
        "config  c.yaml",
        "labels  data/train-labels-idx1-ubyte.gz, by its name (--labels names another file)",
    ]
    trained = bpcli("train", "c.yaml", "--json", "--out", "run", cwd=place)
    assert trained.objects[-1]["test"]["accuracy"] == 1.0
    named = ("--labels", "data/train-labels-idx1-ubyte.gz")
    again = bpcli("init", "data/train-images-idx3-ubyte.gz", *named, cwd=place)
    assert (again.code, again.err) == (0, "")
    assert [line for line in again.out.splitlines() if line.startswith("    ")] == [
        "    images: data/train-images-idx3-ubyte.gz",
        "    labels: data/train-labels-idx1-ubyte.gz",
    ]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (
            ("data/iris.csv", "--target", "clas"),
            "data/iris.csv: no column 'clas' (did you mean 'class'? columns:",
        ),
        (("data/irs.csv",), "data/irs.csv: no such file (did you mean 'iris.csv'?)"),
        (("data",), "data: is a folder, not a file"),
        (("-",), "-: no such file"),
        (("data/iris.csv", "--labels", "data/iris.csv"), "data/iris.csv: labels in a file of their own go with IDX"),
        (("configs/bad.csv",), "configs/bad.csv:3: 1 cell where the header has 2"),
        (("configs/images-idx3-ubyte",), "configs/images-idx3-ubyte: holds inputs alone (labels in a file of their"),
    ],
)
def test_what_is_no_data_is_told_in_one_line(place, arguments, line):
    (place / "configs" / "bad.csv").write_text("a,b\n1,2\n3\n")
    (place / "configs" / "images-idx3-ubyte").write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 2, 5, 6]))
    done = bpcli("init", *arguments, "--output", "c.yaml", cwd=place)
    assert (done.code, done.out, done.err.count("\n")) == (4, "", 1)
    assert done.err.startswith(line)
    assert not (place / "c.yaml").exists()


def test_several_targets(place):
    rows = "".join(f"{i % 7},{i % 5},{i % 2},{(i + 1) % 2}\n" for i in range(60))
    (place / "t.csv").write_text(f"a,b,p,q\n{rows}")
    done = bpcli("init", "t.csv", "--target", "p", "--target", "q", cwd=place)
    assert (done.code, done.err) == (0, "")
    assert "\n  target: [p, q] " in done.out
    assert "\noutput: sigmoid " in done.out
    trained = bpcli("train", "-", "--json", "--out", "run", cwd=place, stdin=done.out)
    assert trained.code == 0, trained.err
