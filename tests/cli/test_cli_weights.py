"""`bpcli inspect`, `diff` and `reproduce` from a shell: exit codes, streams, terminals, and nothing left behind."""

from __future__ import annotations

import hashlib
import json
import os
import pty
import shutil
import signal
from pathlib import Path

import pytest
from shell import FOREVER, bpcli, finish, meta, on_terminal, screen, shell, start, together, wait_for

pytest_plugins = ["cli_fixtures"]

LONG = ["--set", "layers=[4, 400, 400, 3]", "--set", "batch_size=1"]


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def repack(path: Path, change: str, to: Path) -> None:
    """A copy with a line of Python made of its meta, as whoever tampers with it would."""
    script = (
        "import sys; from pathlib import Path; from bpcli.runs.weights import pack, read_weights\n"
        f"file = read_weights(Path(sys.argv[1])); meta = file.meta; {change}\n"
        "Path(sys.argv[2]).write_bytes(pack(file.arrays, meta))"
    )
    done = shell(f'python -c "{script}" {path} {to}', cwd=path.parent)
    assert done.code == 0, done.err


def test_inspect_says_what_is_in_the_file(trained):
    done = bpcli("inspect", "run/weights.npz", cwd=trained.folder)
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == "run/weights.npz"
    assert "layers      4 → 5 relu → 3 softmax" in lines
    assert f"sha256      {sha256(trained.weights)}" in lines
    (found,) = bpcli("inspect", "run/weights.npz", "--json", cwd=trained.folder).objects
    stored = meta(trained.weights)
    assert [found[part] for part in ("config", "metrics")] == [stored["config"], stored["metrics"]]
    accuracy = trained.objects[-1]["test"]["accuracy"]
    assert f"accuracy {accuracy:.4f}" in done.out


def test_the_folder_of_a_run_stands_for_its_weights(trained):
    commands = [("inspect",), ("eval",), ("reproduce",), ("predict", "iris.csv"), ("gradcheck", "--samples", "3")]
    asked = [(command, path, *more) for command, *more in commands for path in ("run", "run/weights.npz")]
    done = together(asked, trained.folder)
    for of_folder, of_file in zip(done[::2], done[1::2]):
        ours, theirs = (one.out.split("trained again")[0] for one in (of_folder, of_file))  # and in what time
        assert (of_folder.code, of_folder.err, ours) == (0, "", theirs)
    none, *others = together([(command, ".") for command, *_ in commands if command != "predict"], trained.folder)
    assert (none.code, none.err) == (7, ".: this folder has no weights.npz\n")
    assert all((other.code, other.err) == (none.code, none.err) for other in others)


def test_predictions_are_not_written_over_the_weights_of_a_folder(trained):
    done = bpcli("predict", "run", "iris.csv", "--output", "run/weights.npz", cwd=trained.folder)
    assert done.code == 6
    assert "holds the weights that are read" in done.err


def test_diff_is_0_for_same_and_1_for_different_and_7_for_a_bad_file(trained, tmp_path):
    shutil.copytree(trained.folder / "run", tmp_path / "one")
    shutil.copy(trained.weights, tmp_path / "two.npz")
    repack(trained.weights, "meta['config']['seed'] = 2", tmp_path / "seed.npz")
    (tmp_path / "bad.npz").write_bytes(trained.weights.read_bytes()[:-1])
    same, different, bad, none, quiet, quietly_same = together(
        [
            ("diff", "one", "two.npz"),
            ("diff", "one", "seed.npz"),
            ("diff", "bad.npz", "one"),
            ("diff", "one", "none.npz"),
            ("diff", "one", "seed.npz", "--quiet"),
            ("diff", "one", "two.npz", "--quiet"),
        ],
        tmp_path,
    )
    assert (same.code, same.err) == (0, "")
    assert same.out.splitlines()[-2:] == ["the same bytes", f"sha256  {sha256(trained.weights)}"]
    assert (different.code, different.err) == (1, "")
    assert different.out.splitlines()[-1] == "different: config 1"
    assert "seed    1  2" in different.out.splitlines()
    assert (bad.code, bad.out, bad.err.count("\n")) == (7, "", 1)
    assert (none.code, none.err) == (7, "none.npz: no such file (did you mean 'two.npz'?)\n")
    assert [(one.code, one.out, one.err) for one in (quiet, quietly_same)] == [(1, "", ""), (0, "", "")]


def test_reproduce_is_0_for_the_same_bytes(trained):
    done = bpcli("reproduce", "run/weights.npz", cwd=trained.folder)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[-2:] == ["reproduced: the same bytes", f"sha256  {sha256(trained.weights)}"]
    assert sorted(os.listdir(trained.folder)) == ["iris.csv", "iris.yaml", "run"]


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        ("meta['config']['seed'] = 2", 1, "not reproduced: preparation "),
        ("meta['metrics']['test']['cost'] = 0.5", 1, "not reproduced: metrics 1"),
        ("meta['numerics']['numpy'] = '1.26.0'", 0, "reproduced: the same weights and metrics to the last bit, though"),
        ("meta['numerics']['numpy'] = '1.26.0'; meta['config']['threads'] = 2; file.arrays['b1'][0] += 1", 1, "numpy"),
    ],
)
def test_what_was_tampered_with_is_told(trained, tmp_path, change, code, said):
    shutil.copytree(trained.folder, tmp_path, dirs_exist_ok=True)
    repack(trained.weights, change, tmp_path / "run" / "weights.npz")
    done = bpcli("reproduce", "run/weights.npz", cwd=tmp_path)
    assert (done.code, done.err) == (code, "")
    assert said in done.out
    if "threads" in change:
        assert "what may be why: numpy is " in done.out
        assert "here, not 1.26.0; it takes 2 threads, and how BLAS shares work among them may differ" in done.out
    (found,) = bpcli("reproduce", "run/weights.npz", "--json", cwd=tmp_path).objects
    assert found["reproduced"] == (code == 0)


def test_data_that_changed_is_4_and_a_bad_file_7_and_an_impossible_config_1(trained, tmp_path):
    shutil.copytree(trained.folder, tmp_path, dirs_exist_ok=True)
    repack(trained.weights, "meta['config']['class_weight'] = {'rose': 2.0}", tmp_path / "run" / "rose.npz")
    (tmp_path / "run" / "bad.npz").write_bytes(b"PK\3\4")
    rose, bad = together([("reproduce", f"run/{name}.npz") for name in ("rose", "bad")], tmp_path)
    (tmp_path / "run" / "run.json").unlink()
    with (tmp_path / "iris.csv").open("a") as file:
        file.write("1,2,3,4,setosa\n")
    changed = bpcli("reproduce", "run/weights.npz", cwd=tmp_path)
    assert (rose.code, bad.code, changed.code) == (1, 7, 4)
    assert rose.err.startswith("run/rose.npz: not reproduced: with its data, class_weight.rose: there is no class ")
    assert changed.err == (
        "iris.csv: is not the file that run/weights.npz was trained with; "
        "start bpcli in the folder that its paths start from\n"
    )


def test_a_fold_is_reproduced_and_the_folder_of_the_folds_is_no_run(folder):
    assert bpcli("train", "iris.yaml", "--folds", "3", "--out", "run", "-q", cwd=folder).code == 0
    fold, none = together([("reproduce", "run/fold-2/weights.npz"), ("diff", "run", "run/fold-1")], folder)
    assert (fold.code, fold.err) == (0, "")
    assert (none.code, none.err) == (7, "run: this folder has no weights.npz (its folds do: run/fold-1 and so on)\n")


@pytest.mark.parametrize("validation", ["0.2", "null"])
def test_a_run_that_ctrl_c_ended_is_followed_to_where_it_ended(folder, validation):
    overrides = [*LONG, "--set", f"data.validation={validation}", "--set", "epochs=1000000"]
    process = start("train", "iris.yaml", "--json", "--out", "run", *overrides, cwd=folder)
    wait_for(folder / "run" / "metrics.jsonl", lines=2)
    process.send_signal(signal.SIGINT)
    assert finish(process).code == 130
    done = bpcli("reproduce", "run/weights.npz", cwd=folder)
    assert (done.code, done.err) == (0, ""), done.out
    assert "trained again as far as the file's run, which ended before its last epoch: " in done.out


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_and_leaves_nothing_behind(folder, number, code):
    process = start("train", "iris.yaml", "-q", "--out", "run", "--set", FOREVER, cwd=folder)
    wait_for(folder / "run" / "metrics.jsonl")
    process.send_signal(signal.SIGINT)
    assert finish(process).code == 130
    repack(folder / "run" / "weights.npz", f"meta['metrics']['{FOREVER[:6]}'] = {FOREVER[7:]}", folder / "whole.npz")
    before = sorted(folder.rglob("*"))
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb", buffering=0) as progress:
        again = start("reproduce", "whole.npz", "--json", cwd=folder, stderr=theirs)
        os.close(theirs)
        written = b""
        while b"epoch" not in written:
            written += progress.read(1024)
        again.send_signal(number)
        done = finish(again)
    assert (done.code, done.out) == (code, "")
    assert sorted(folder.rglob("*")) == before


def test_progress_is_on_stderr_and_is_gone_in_the_end(trained):
    code, written = on_terminal("bpcli reproduce run/weights.npz", trained.folder)
    assert code == 0
    assert "epoch" in written
    assert "epoch 1 of 3" in written
    lines = [line for line in screen(written) if line]
    assert lines[0] == "run/weights.npz"
    assert lines[1].startswith("trained again: 3 epochs, ")
    assert lines[2:] == ["reproduced: the same bytes", f"sha256  {sha256(trained.weights)}"]
    code, written = on_terminal("bpcli reproduce run/weights.npz --json > out.json", trained.folder)
    assert "epoch 1 of 3" in written
    out = trained.folder / "out.json"
    assert json.loads(out.read_text())["reproduced"]
    out.unlink()
    assert on_terminal("bpcli reproduce run/weights.npz --quiet", trained.folder) == (0, "")


@pytest.mark.parametrize("command", ["inspect run/weights.npz", "diff run run", "reproduce run/weights.npz"])
def test_a_full_disk_under_stdout_is_6(trained, command):
    done = shell(f"bpcli {command} > /dev/full", cwd=trained.folder)
    assert (done.code, done.err) == (6, "standard output: cannot write: No space left on device\n")
