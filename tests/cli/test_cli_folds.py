"""`bpcli train --folds` from a shell: what it prints where, what it leaves behind, and how it refuses."""

import json
import os
import re
import signal

import pytest
from shell import FOREVER, bpcli, command_after, finish, on_terminal, screen, shell, start, wait_for

from bpcli.cli import folds
from bpcli.cli.signals import Signals
from bpcli.errors import ExitStatus

pytest_plugins = ["cli_fixtures"]

INTERRUPTED = "warning: interrupted on fold 1 of 3: no mean is taken (the folds that are done: run/folds.json)\n"
ROW = re.compile(r" {3}\d +\d+ +\d+ +3 +\d")


def test_a_line_for_each_fold_and_the_mean_and_the_next_command_works(folder):
    done = shell("bpcli train iris.yaml --folds 3", cwd=folder)
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert [line.split()[:4] for line in lines if ROW.match(line)] == [
        [str(number), "80", "50", "3"] for number in (1, 2, 3)
    ]
    told = json.loads((folder / "runs/iris/latest/folds.json").read_text())
    (accuracy,) = [line.split() for line in lines if line.startswith("accuracy")]
    assert accuracy == ["accuracy", f"{told['mean']['accuracy']:.4f}", "±", f"{told['deviation']['accuracy']:.4f}"]
    assert "mean and sample deviation over 3 folds" in lines
    assert sorted(os.listdir(folder / "runs/iris/1")) == [".lock", "fold-1", "fold-2", "fold-3", "folds.json"]
    following = shell(command_after("next", done.out), cwd=folder)
    assert following.code == 0
    assert "50 test examples" in following.out


def test_json_is_an_object_for_each_fold_and_one_for_all(folder):
    done = bpcli("train", "iris.yaml", "--folds", "2", "--out", "run", "--json", cwd=folder)
    assert (done.code, done.err) == (0, "")
    *folds, end = done.objects
    assert [(one["event"], one["fold"], one["folds"], one["weights"]) for one in folds] == [
        ("fold", 1, 2, "run/fold-1/weights.npz"),
        ("fold", 2, 2, "run/fold-2/weights.npz"),
    ]
    assert list(end) == ["event", "run", "folds", "mean", "deviation", "expect"]
    assert set(end["mean"]) == set(end["deviation"]) == set(folds[0]["test"])
    measured = bpcli("eval", folds[1]["weights"], "--json", cwd=folder).objects[0]
    assert {name: measured[name] for name in folds[1]["test"]} == folds[1]["test"]


def test_on_a_narrow_terminal_lines_fit_and_the_bar_goes(folder):
    code, written = on_terminal("bpcli train iris.yaml --folds 2", cwd=folder, columns=50)
    assert code == 0
    assert "fold 1 of 2" in written
    lines = screen(written)
    assert max(map(len, lines)) <= 50
    assert not any("of 2" in line for line in lines)


def test_expectations_are_judged_on_the_mean_even_when_quiet(folder):
    expect = "expect={test.accuracy: '>= 1.01'}"
    done = bpcli("train", "iris.yaml", "--folds", "2", "-q", "--set", expect, cwd=folder)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("test.accuracy: wanted >= 1.01, found 0.")
    assert done.err.count("\n") == 1


def test_the_config_may_come_from_stdin_and_name_no_test_rows(folder):
    text = 'layers: [4, 3]\nepochs: 1\ndata: iris.csv\nexpect: {test.accuracy: ">= 0.0"}\n'
    done = bpcli("train", "-", "--folds", "2", "--json", cwd=folder, stdin=text)
    assert (done.code, done.err) == (0, "")
    assert done.objects[-1]["expect"][0]["met"]
    assert (folder / "runs/stdin/1/fold-2/weights.npz").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--folds", "1"], 2, "--folds"),
        (["--folds", "x"], 2, "--folds"),
        (["--folds", "51"], 4, "has 50 of the 150 training rows, too few for 51 folds"),
        (["--folds", "2", "--set", "learning_rate=1e30"], 5, "iris.yaml: fold 1 of 2: the cost is "),
        (["--set", "data.test={fold: 3/2}"], 3, "expected a fold as number/count, such as '2/5', not '3/2'"),
        (["--set", "data.test={fold: 0.5}"], 3, "expected a fold as number/count, such as '2/5', not '0.5'"),
        (["--set", "data.test={fold: 1/2, rows: 0:3}"], 3, "data.test.rows: unknown key (known: fold)"),
    ],
)
def test_refusals_are_one_line(folder, arguments, code, told):
    done = bpcli("train", "iris.yaml", "-q", *arguments, cwd=folder)
    assert done.code == code
    assert told in done.err
    assert (done.out, done.err.count("\n")) == ("", 1)


def test_a_signal_after_the_last_fold_does_not_take_the_result_away(folder, monkeypatch, capsys):
    class Late(Signals):
        def __exit__(self, *about):
            super().__exit__(*about)
            self.status = ExitStatus.INTERRUPTED

    monkeypatch.setattr(folds, "Signals", Late)
    monkeypatch.chdir(folder)
    assert folds.train_folds("iris.yaml", 3, None, False, None, [], json=False, quiet=False) == ExitStatus.OK
    assert "mean and sample deviation over 3 folds" in capsys.readouterr().out


def test_a_run_on_folds_is_refused_or_moved_aside(folder):
    command = ["train", "iris.yaml", "--folds", "2", "--out", "run", "-q"]
    assert [bpcli(*command, *more, cwd=folder).code for more in ([], [], ["--force"])] == [0, 6, 0]
    assert (folder / "run.old-1/folds.json").read_bytes() == (folder / "run/folds.json").read_bytes()
    resumed = bpcli("train", "--resume", "run", cwd=folder)
    told = "run: holds no checkpoint to go on from (its folds do: run/fold-1 and so on)\n"
    assert (resumed.code, resumed.out, resumed.err) == (7, "", told)


@pytest.mark.parametrize(("how", "told"), [("--json", INTERRUPTED), ("--quiet", "")])
def test_a_signal_ends_it_with_the_folds_that_are_done(folder, how, told):
    process = start("train", "iris.yaml", "--folds", "3", how, "--out", "run", "--set", FOREVER, cwd=folder)
    wait_for(folder / "run/fold-1/metrics.jsonl", lines=3)
    process.send_signal(signal.SIGINT)
    done = finish(process)
    assert (done.code, done.out, done.err) == (130, "", told)
    assert json.loads((folder / "run/folds.json").read_text())["results"] == []
