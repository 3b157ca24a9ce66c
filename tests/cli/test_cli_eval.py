"""`bpcli eval` from a shell: figures that scikit-learn agrees with, gates, and data that has moved or changed."""

import csv
import io
import json
import re
import shutil

import numpy as np
import pytest
from shell import bpcli, shell, together
from sklearn import metrics

from bpcli.runs.weights import read_weights, save_weights

pytest_plugins = ["cli_fixtures"]


def objects_of(trained, *arguments):
    done = bpcli("eval", "run/weights.npz", *arguments, "--json", cwd=trained.folder)
    said = "warning: iris.csv: has the training rows in it; --split takes one set of them alone\n"
    assert (done.code, done.err) == (0, said if arguments == ("--data", "iris.csv") else "")
    (result,) = done.objects
    return result


def test_the_object_is_that_of_the_contract_and_each_split_can_be_asked_for(trained):
    splits = ["test", "validation", "train"]
    commands = [("eval", "run/weights.npz", "--json", *more) for more in ([], *(["--split", name] for name in splits))]
    first, *named = [done.objects[0] for done in together(commands, trained.folder)]
    assert list(first) == [
        *("weights", "split", "examples", "cost", "accuracy"),
        *("balanced_accuracy", "macro_f1", "log_loss", "roc_auc", "average_precision", "top_2"),
        *("per_class", "classes", "confusion"),
    ]
    assert first == named[0]
    assert first["classes"] == ["setosa", "versicolor", "virginica"]
    assert list(first["per_class"][0]) == [
        *("class", "precision", "recall", "f1", "roc_auc", "average_precision", "examples"),
    ]
    assert [(one["split"], one["examples"]) for one in named] == [("test", 30), ("validation", 30), ("train", 90)]
    assert {key: first[key] for key in ("cost", "accuracy")} == trained.objects[-1]["test"]
    best = trained.objects[trained.objects[-1]["best_epoch"]]
    assert {key: named[1][key] for key in ("cost", "accuracy")} == best["validation"]


def test_classes_are_judged_as_scikit_learn_judges_what_predict_says(trained):
    result = objects_of(trained, "--data", "iris.csv")
    said = bpcli("predict", "run/weights.npz", "iris.csv", cwd=trained.folder).out
    rows = list(csv.DictReader(io.StringIO(said)))
    truth = [row["class"] for row in csv.DictReader(io.StringIO((trained.folder / "iris.csv").read_text()))]
    chosen = [row["class"] for row in rows]
    shares = np.array([[float(row[f"p_{name}"]) for name in result["classes"]] for row in rows])
    shares /= shares.sum(axis=1, keepdims=True)  # which is 1 to single precision, and scikit-learn wants double
    assert result["split"] == "data"
    assert result["accuracy"] == metrics.accuracy_score(truth, chosen)
    assert result["macro_f1"] == pytest.approx(metrics.f1_score(truth, chosen, average="macro"))
    assert result["confusion"] == metrics.confusion_matrix(truth, chosen, labels=result["classes"]).tolist()
    assert result["cost"] == pytest.approx(metrics.log_loss(truth, shares, labels=result["classes"]), rel=1e-5)
    expected = metrics.precision_recall_fscore_support(truth, chosen, labels=result["classes"])
    for name, column in zip(("precision", "recall", "f1", "examples"), expected):
        assert [one[name] for one in result["per_class"]] == pytest.approx(column.tolist())
    assert result["balanced_accuracy"] == pytest.approx(metrics.balanced_accuracy_score(truth, chosen))
    assert result["log_loss"] == pytest.approx(result["cost"], rel=1e-5)
    assert result["roc_auc"] == pytest.approx(metrics.roc_auc_score(truth, shares, multi_class="ovr"))
    assert result["average_precision"] == pytest.approx(metrics.average_precision_score(truth, shares))
    assert result["top_2"] == metrics.top_k_accuracy_score(truth, shares, k=2, labels=result["classes"])


def test_numbers_are_judged_as_scikit_learn_judges_them(tmp_path):
    rows = [(i % 7, i % 5, 3 * (i % 7) - (i % 5) + 0.25 * (i % 3), 0.5 * (i % 5)) for i in range(60)]
    (tmp_path / "d.csv").write_text("a,b,u,v\n" + "".join(f"{a},{b},{u},{v}\n" for a, b, u, v in rows))
    (tmp_path / "d.yaml").write_text("layers: [2, 6, 2]\nepochs: 5\ndata: {train: d.csv, target: [u, v]}\n")
    assert bpcli("train", "d.yaml", "--out", "run", "-q", cwd=tmp_path).code == 0
    measured = bpcli("eval", "run/weights.npz", "--json", cwd=tmp_path).objects[0]
    said = csv.DictReader(io.StringIO(bpcli("predict", "run/weights.npz", "d.csv", cwd=tmp_path).out))
    found = [(float(row["u"]), float(row["v"])) for row in said]
    truth = [row[2:] for row in rows]
    assert list(measured) == ["weights", "split", "examples", "cost", "mae", "rmse", "r2", "explained_variance"]
    assert measured["cost"] == pytest.approx(metrics.mean_squared_error(truth, found), rel=1e-5)  # ½ · 2 outputs
    assert measured["mae"] == pytest.approx(metrics.mean_absolute_error(truth, found), rel=1e-5)
    assert measured["rmse"] == pytest.approx(metrics.root_mean_squared_error(truth, found), rel=1e-5)
    assert measured["r2"] == pytest.approx(metrics.r2_score(truth, found), rel=1e-5)
    explained = metrics.explained_variance_score(truth, found)
    assert measured["explained_variance"] == pytest.approx(explained, rel=1e-5)


def test_gates_pass_or_fail_or_were_no_gates(trained):
    cases = {
        ("--fail-under", "accuracy=0.01"): (0, r""),
        ("--fail-over", "cost=1e3"): (0, r""),
        ("--fail-under", "roc_auc=0.01"): (0, r""),
        ("--fail-under", "accuracy=1.01"): (1, r"accuracy: wanted >= 1\.01, found .*\n"),
        ("--fail-over", "cost=1e-9"): (1, r"cost: wanted <= 1e-09, found .*\n"),
        ("--fail-under", "accuracy"): (2, r"--fail-under accuracy: expected METRIC=VALUE, as in accuracy=0\.95\n"),
        ("--fail-over", "cost=nan"): (2, r"--fail-over cost=nan: expected METRIC=VALUE, .*\n"),
        ("--fail-under", "acuracy=0.5"): (2, r"--fail-under acuracy: .*did you mean 'accuracy'.*\n"),
        ("--fail-under", "r2=0.5"): (2, r"--fail-under r2: not measured here \(measured: cost, .*, roc_auc, .*\)\n"),
    }
    for case, done in zip(cases, together([("eval", trained.weights, *case) for case in cases], trained.folder)):
        code, words = cases[case]
        assert done.code == code, case
        assert re.fullmatch(words, done.err), case


def test_a_missed_gate_is_in_the_object_and_in_the_table(trained):
    gates = "--fail-under accuracy=1.01 --fail-over cost=1e3"
    done = shell(f"bpcli eval run/weights.npz --json {gates}", cwd=trained.folder)
    assert done.code == 1
    assert [(gate["metric"], gate["condition"], gate["met"]) for gate in json.loads(done.out)["gates"]] == [
        ("accuracy", ">= 1.01", False),
        ("cost", "<= 1000", True),
    ]
    assert "MISSED" in shell(f"bpcli eval run/weights.npz {gates}", cwd=trained.folder).out


def test_a_missed_gate_says_so_even_when_quiet(trained):
    done = bpcli("eval", "run/weights.npz", "-q", "--fail-under", "accuracy=1.01", cwd=trained.folder)
    assert done.code == 1
    assert "accuracy" in done.err


def test_the_data_is_found_after_the_run_was_moved_beside_it(trained, tmp_path):
    shutil.copytree(trained.folder, tmp_path / "new")
    (tmp_path / "new" / "run" / "run.json").unlink()
    shutil.move(tmp_path / "new" / "run" / "weights.npz", tmp_path / "new" / "w.npz")
    assert bpcli("eval", "new/w.npz", cwd=tmp_path).code == 0  # beside the weights
    assert bpcli("eval", tmp_path / "new" / "w.npz", cwd=trained.folder).code == 0  # in the current folder


def test_data_that_is_gone_or_changed_is_4_and_names_the_way_out(trained, tmp_path):
    shutil.copytree(trained.folder, tmp_path, dirs_exist_ok=True)
    (tmp_path / "run" / "run.json").unlink()
    data = tmp_path / "iris.csv"
    with data.open("a") as file:
        file.write("1,2,3,4,setosa\n")
    changed = bpcli("eval", "run/weights.npz", cwd=tmp_path)
    data.rename(tmp_path / "moved.csv")
    gone = bpcli("eval", "run/weights.npz", cwd=tmp_path)
    assert (changed.code, gone.code) == (4, 4)
    assert changed.err == (
        "iris.csv: is not the file that run/weights.npz was trained with; name the data with --data\n"
    )
    assert gone.err == "run/weights.npz: its data 'iris.csv' is not where it was; name the data with --data\n"
    assert bpcli("eval", "run/weights.npz", "--data", "moved.csv", cwd=tmp_path).code == 0


def test_weights_that_are_missing_or_damaged_are_7(trained, tmp_path):
    content = bytearray(trained.weights.read_bytes())
    (tmp_path / "short.npz").write_bytes(content[:1000])
    content[len(content) // 2] ^= 1
    (tmp_path / "flipped.npz").write_bytes(content)
    (tmp_path / "empty.npz").touch()
    names = ["none.npz", "short.npz", "flipped.npz", "empty.npz", "."]
    for name, done in zip(names, together([("eval", name) for name in names], tmp_path)):
        assert done.code == 7, name
        assert done.err.startswith(f"{name}: ")
        assert done.err.count("\n") == 1


def test_a_split_is_the_same_in_a_file_that_has_moved(trained, tmp_path):
    (expected,) = bpcli("eval", "run/weights.npz", "--split", "test", "--json", cwd=trained.folder).objects
    weights, data = tmp_path / "w.npz", tmp_path / "elsewhere.csv"
    shutil.copy(trained.folder / "run" / "weights.npz", weights)
    shutil.copy(trained.folder / "iris.csv", data)
    (found,) = bpcli("eval", weights, "--data", data, "--split", "test", "--json", cwd=tmp_path).objects
    assert found | {"weights": ""} == expected | {"weights": ""}
    data.write_text(data.read_text().replace("5.1", "5.2", 1))
    changed = bpcli("eval", weights, "--data", data, "--split", "test", cwd=tmp_path)
    assert changed.code == 4
    assert changed.err == f"{data}: is not the file 'iris.csv' that {weights} was trained with\n"


def test_the_data_is_found_after_the_whole_project_was_renamed(trained, tmp_path):
    shutil.copytree(trained.folder, tmp_path / "before")
    assert bpcli("train", "before/iris.yaml", "--out", "before/runs/one", "-q", cwd=tmp_path).code == 0
    (tmp_path / "before").rename(tmp_path / "after")
    assert bpcli("eval", "after/runs/one/weights.npz", cwd=tmp_path).code == 0


def test_other_versions_than_those_that_trained_are_told(trained, tmp_path):
    read = read_weights(trained.weights)
    read.meta["numerics"]["numpy"] = "0.9"
    save_weights(tmp_path / "older.npz", read.arrays, read.meta)
    done = bpcli("eval", tmp_path / "older.npz", "--data", "iris.csv", "--split", "test", cwd=trained.folder)
    assert done.code == 0
    assert re.search(r'older\.npz: numpy is "[\d.]+" and was "0\.9": the last bits may come out otherwise\n', done.err)
    assert bpcli("eval", tmp_path / "older.npz", "--data", "iris.csv", "--quiet", cwd=trained.folder).err == ""


@pytest.mark.parametrize("command", [["eval", "w.npz"], ["eval", "w.npz", "--json"], ["predict", "w.npz", "iris.csv"]])
def test_outputs_that_are_no_numbers_are_told_and_not_counted(trained, tmp_path, command):
    read = read_weights(trained.weights)
    save_weights(
        tmp_path / "w.npz", {name: np.full_like(array, 3e38) for name, array in read.arrays.items()}, read.meta
    )
    shutil.copy(trained.folder / "iris.csv", tmp_path)
    done = bpcli(*command, cwd=tmp_path)
    assert (done.code, done.out) == (4, "")
    assert re.fullmatch(
        r"w\.npz: its outputs are no finite numbers for \d+ of \d+ rows, "
        r"the first of them row \d+ \(counted from 0; largest input [\d.]+\)\n",
        done.err,
    ), done.err
