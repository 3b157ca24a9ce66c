"""`bpcli predict` from a shell: a row out for every row in, in every form it can write."""

import csv
import io

import numpy as np
import pytest
from pyarrow import parquet
from shell import bpcli, shell, together

pytest_plugins = ["cli_fixtures"]


@pytest.fixture(scope="module")
def said(trained):
    """What it says of iris.csv, on stdout."""
    done = bpcli("predict", "run/weights.npz", "iris.csv", cwd=trained.folder)
    assert (done.code, done.err) == (0, "")
    return done.out


def test_class_and_probabilities_of_each_row(said):
    header, *rows = list(csv.reader(io.StringIO(said)))
    assert header == ["class", "p_setosa", "p_versicolor", "p_virginica"]
    assert len(rows) == 150
    for name, *shares in rows:
        assert sum(map(float, shares)) == pytest.approx(1, abs=1e-6)
        assert header[1 + np.argmax([float(share) for share in shares])] == f"p_{name}"


def test_neither_target_nor_order_of_columns_nor_neighbours_matter(trained, said, tmp_path):
    lines = (trained.folder / "iris.csv").read_text().splitlines()
    parts = [line.split(",") for line in lines]
    (tmp_path / "bare.csv").write_text("\n".join(",".join(cells[:4]) for cells in parts))
    (tmp_path / "turned.csv").write_text("\n".join(",".join(reversed(cells)) for cells in parts))
    (tmp_path / "one.csv").write_text(f"{lines[0]}\n{lines[71]}\n")
    (tmp_path / "more.csv").write_text("\n".join(f"{line},{n}" for n, line in enumerate(lines)))
    commands = [("predict", trained.weights, f"{name}.csv") for name in ("bare", "turned", "more", "one")]
    *all_rows, one = [done.out for done in together(commands, tmp_path)]
    assert all_rows == [said] * 3
    assert one.splitlines()[1] == said.splitlines()[71]


def test_stdin_is_a_csv_file(trained, said):
    assert shell("bpcli predict run/weights.npz - < iris.csv", cwd=trained.folder).out == said


def test_files_hold_the_same_as_stdout(trained, said, tmp_path):
    names = ["p.csv", "p.npz", "p.parquet"]
    commands = [("predict", trained.weights, trained.folder / "iris.csv", "-o", name) for name in names]
    assert [(done.code, done.out) for done in together(commands, tmp_path)] == [(0, "")] * 3
    assert (tmp_path / "p.csv").read_text() == said
    expected = list(csv.DictReader(io.StringIO(said)))
    with np.load(tmp_path / "p.npz", allow_pickle=False) as arrays:
        assert arrays["class"].tolist() == [row["class"] for row in expected]
        assert arrays["p_setosa"].astype(str).tolist() == [row["p_setosa"] for row in expected]
        assert arrays["row"].tolist() == list(range(150))
    table = parquet.read_table(tmp_path / "p.parquet")
    assert table.column("class").to_pylist() == [row["class"] for row in expected]


def test_what_cannot_be_predicted_or_written_says_why(trained, tmp_path):
    lines = (trained.folder / "iris.csv").read_text().splitlines()
    (tmp_path / "gap.csv").write_text("\n".join([*lines[:2], ",1,2,3,setosa"]))
    (tmp_path / "lacks.csv").write_text("\n".join(line.partition(",")[2] for line in lines))
    (tmp_path / "iris.csv").write_text("\n".join(lines))
    (tmp_path / "full.csv").mkdir()
    (tmp_path / "link.csv").symlink_to("iris.csv")
    (tmp_path / "same.npz").hardlink_to(trained.weights)
    cases = {
        ("gap.csv",): (4, "gap.csv:3: column 'sepal_length': the cell is missing"),
        ("lacks.csv",): (4, "lacks.csv: no column 'sepal_length' (did you mean 'petal_length'? columns: "),
        ("iris.csv", "-o", "a.txt"): (2, "--output a.txt: cannot write '.txt' files (known: .csv, .npz, .parquet)"),
        ("iris.csv", "-o", "no/a.csv"): (6, "no/a.csv: cannot write: No such file or directory"),
        ("iris.csv", "-o", "full.csv"): (6, "full.csv: cannot write: it is there, and not a file"),
        ("iris.csv", "-o", "link.csv"): (6, "link.csv: holds the data that are read; choose another --output"),
        ("iris.csv", "-o", "same.npz"): (6, "same.npz: holds the weights that are read; choose another --output"),
    }
    for case, done in zip(cases, together([("predict", trained.weights, *case) for case in cases], tmp_path)):
        code, words = cases[case]
        assert (done.code, done.out) == (code, ""), case
        assert done.err.startswith(words)
        assert done.err.count("\n") == 1


def test_rows_that_miss_a_value_keep_their_place_where_they_were_dropped(tmp_path):
    (tmp_path / "d.csv").write_text("a,b,y\n1,2,u\n,3,v\n5,4,v\n2,2,u\n")
    (tmp_path / "d.yaml").write_text("layers: [2, 3, 2]\nepochs: 1\ndata: {train: d.csv, missing: drop}\n")
    assert bpcli("train", "d.yaml", "--out", "run", "-q", cwd=tmp_path).code == 0
    done = bpcli("predict", "run/weights.npz", "d.csv", cwd=tmp_path)
    assert done.code == 0
    assert done.out.splitlines()[2] == ",,"
    assert [bool(line.strip(",")) for line in done.out.splitlines()] == [True, True, False, True, True]
    assert done.err == "warning: d.csv: 1 row without a prediction, for want of a value\n"
    quiet = bpcli("predict", "run", "d.csv", "--quiet", cwd=tmp_path)
    assert (quiet.code, quiet.out, quiet.err) == (0, done.out, "")


def test_predictions_are_utf_8_whatever_the_locale(tmp_path):
    (tmp_path / "d.csv").write_text("a,y\n1,é\n2,猫\n")
    (tmp_path / "d.yaml").write_text("layers: [1, 2]\nepochs: 1\ndata: d.csv\n")
    assert bpcli("train", "d.yaml", "--out", "run", "-q", cwd=tmp_path).code == 0
    done = bpcli("predict", "run/weights.npz", "d.csv", cwd=tmp_path, PYTHONIOENCODING="ascii:strict")
    assert done.code == 0


def test_a_target_may_be_called_file(tmp_path):
    (tmp_path / "d.csv").write_text("a,file\n1,1.5\n2,2.5\n")
    (tmp_path / "d.yaml").write_text("layers: [1, 1]\nepochs: 1\ndata: d.csv\n")
    assert bpcli("train", "d.yaml", "--out", "run", "-q", cwd=tmp_path).code == 0
    assert bpcli("predict", "run/weights.npz", "d.csv", "-o", "p.npz", cwd=tmp_path).code == 0
