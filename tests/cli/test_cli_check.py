"""`bpcli check` from a shell: what it says and takes, what it warns of, and the config with all defaults."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
import yaml
from rich.cells import cell_len
from shell import ROOT, bpcli, meta, on_terminal, quoted, shell

pytest_plugins = ["cli_fixtures"]

BAD_CONFIG = "layers: [4, 5, 3]\nactivation: relou\nepochs: 0\nlr: 1\ndata: iris.csv\n"


def everything_in(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_it_says_what_training_would_do_and_leaves_no_trace(folder):
    before = everything_in(folder)
    done = bpcli("check", "iris.yaml", cwd=folder)
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == "iris.yaml"
    assert any(line.split() == ["1", "5", "relu", "5", "×", "4", "25"] for line in lines)
    assert "task        classes: setosa, versicolor, virginica" in lines
    assert "train       90 rows of iris.csv" in lines
    assert "steps       3 an epoch, of 32 examples, the last of 26; 9 in 3 epochs" in lines
    assert re.search(r"^time        about [\d.]+ (µs|ms|s), an estimate: ", done.out, re.MULTILINE)
    assert lines[-1] == "0 hazards  none of the 16 that are looked for"
    assert everything_in(folder) == before


def test_hazards_are_told_and_the_code_stays_0(folder):
    done = bpcli("check", "iris.yaml", "--set", "data.scale=none", "--set", "batch_size=91", cwd=folder)
    assert (done.code, done.err) == (0, "")
    assert "\n1 hazard\n\n! --set batch_size\n  a batch of 91 takes in every training row (90)" in done.out


def test_as_one_object(folder):
    done = bpcli("check", "iris.yaml", "--json", "--set", "batch_size=91", cwd=folder)
    (found,) = done.objects
    assert (done.code, done.err, found["config"]) == (0, "", "iris.yaml")
    assert list(found["hazards"][0]) == ["name", "place", "where", "value", "condition", "meaning", "advice"]
    assert (found["hazards"][0]["value"], found["hazards"][0]["condition"]) == (91, "<= 90")


def test_quiet_is_quiet_and_stdin_is_a_config(folder):
    text = (folder / "iris.yaml").read_text()
    for options in (["--quiet", "--set", "batch_size=91"], ["-q", "--resolved"]):
        done = bpcli("check", "-", *options, cwd=folder, stdin=text)
        assert (done.code, done.out, done.err) == (0, "", "")
    done = bpcli("check", "-", cwd=folder, stdin=text)
    assert (done.code, done.err, done.out.splitlines()[0]) == (0, "", "-")


@pytest.mark.parametrize("resolved", [[], ["--resolved"], ["--json"]])
def test_what_is_wrong_is_told_as_train_tells_it(folder, resolved):
    (folder / "bad.yaml").write_text(BAD_CONFIG)
    (folder / "init.npz").write_bytes(b"no archive")
    for code, command in [
        (3, ["bad.yaml"]),
        (3, ["nowhere.yaml"]),
        (3, ["iris.yaml", "--set", "layers=[5, 5, 3]"]),
        (3, ["iris.yaml", "--set", "epoch=3"]),
        (4, ["iris.yaml", "--set", "data.train=nowhere.csv"]),
        (4, ["iris.yaml", "--set", "data.target=kind"]),
        (7, ["iris.yaml", "--set", "init={from: init.npz}"]),
    ]:
        checked = bpcli("check", *command, *resolved, cwd=folder)
        trained = bpcli("train", *command, cwd=folder)
        assert (checked.code, checked.out) == (code, "")
        assert (trained.code, trained.err) == (code, checked.err)
    assert len(bpcli("check", "bad.yaml", cwd=folder).err.splitlines()) == 3
    assert not (folder / "runs").exists()


@pytest.mark.parametrize(
    ("config", "changes"),
    [
        ("iris", []),
        ("xor", ["epochs=20"]),
        ("penguins", ["epochs=3", "data.missing=mean", "layers=[auto, 5, auto]"]),
        ("diabetes_huber", ["epochs=2", "schedule=cosine"]),
        ("digits_adam_dropout", ["epochs=2"]),
    ],
)
def test_the_resolved_config_trains_to_the_same_bytes(config, changes, tmp_path):
    path = quoted(ROOT / "configs" / f"{config}.yaml")
    options = " ".join(f"--set '{change}'" for change in [*changes, "expect={}"])
    done = shell(f"bpcli train {path} {options} -q --out a", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    done = shell(f"bpcli check {path} {options} --resolved | bpcli train - -q --out b", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    digests = [hashlib.sha256((tmp_path / run / "weights.npz").read_bytes()).hexdigest() for run in "ab"]
    assert digests[0] == digests[1]


def test_the_resolved_config_is_the_one_that_a_run_keeps(folder):
    done = bpcli("train", "iris.yaml", "-q", "--out", "run", cwd=folder)
    assert done.code == 0
    resolved = bpcli("check", "iris.yaml", "--resolved", cwd=folder)
    assert (resolved.code, resolved.err) == (0, "")
    assert resolved.out == (folder / "run" / "config.yaml").read_text()
    (as_json,) = bpcli("check", "iris.yaml", "--resolved", "--json", cwd=folder).objects
    assert {**meta(folder / "run" / "weights.npz")["config"], "relative_to": str(folder)} == as_json
    assert bpcli("check", "-", cwd=folder, stdin=resolved.out).code == 0
    assert {"momentum", "seed", "batch_size"} <= set(re.findall(r"\w+(?=:)", resolved.out))
    assert yaml.safe_load(resolved.out)["data"]["task"] == "classes"


@pytest.mark.parametrize("columns", [50, 80, 200])
def test_a_terminal_of_any_width(folder, columns):
    line = "bpcli check iris.yaml --set batch_size=91 --set early_stopping.patience=40"
    code, written = on_terminal(line, folder, columns=columns)
    assert code == 0
    assert "\x1b[1;33m2 hazards" in written
    plain = re.sub(r"\x1b\[[\d;]*m", "", written)
    assert [row for row in plain.splitlines() if cell_len(row) > columns] == []
    assert "\x1b" not in re.sub(r"\x1b\[[\d;]*m", "", written)
