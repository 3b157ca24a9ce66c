"""`bpcli train --resume` as a shell runs it: what an interrupted training says, and that what it names goes on."""

import json
import re
import shutil
import signal

import pytest
from shell import FOREVER, bpcli, command_after, finish, shell, start, wait_for

from bpcli.runs.checkpoints import pack, read_checkpoint
from bpcli.runs.directory import checkpoints_in

pytest_plugins = ["cli_fixtures"]


def products(run):
    """The weights, and the epochs but for their seconds."""
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    return (run / "weights.npz").read_bytes(), [{**line, "seconds": None} for line in lines]


def test_an_interrupted_training_says_how_it_goes_on_and_does_to_the_same_bytes(folder):
    process = start("train", "iris.yaml", "--out", "my run", "--set", FOREVER, cwd=folder)
    wait_for(folder / "my run" / "metrics.jsonl", lines=5)
    process.send_signal(signal.SIGINT)
    stopped = finish(process)
    assert (stopped.code, stopped.err) == (130, "")
    command = command_after("next", stopped.out)
    assert command == "bpcli train --resume 'my run'"
    made = len((folder / "my run" / "metrics.jsonl").read_text().splitlines())
    again = shell(f"{command} --set epochs={made + 3}", cwd=folder)
    assert (again.code, again.err) == (0, "")
    assert re.search(r"^resumed +from my run/checkpoint-\d+\.npz$", again.out, re.MULTILINE)
    assert [line.split()[0] for line in again.out.splitlines() if re.match(r" +\d+ +\d", line)][-3:] == [
        str(made + number) for number in (1, 2, 3)
    ]
    assert bpcli("train", "iris.yaml", "-q", "--out", "whole", "--set", f"epochs={made + 3}", cwd=folder).code == 0
    assert products(folder / "my run") == products(folder / "whole")
    about = json.loads((folder / "my run" / "run.json").read_text())
    assert about["reason"] == "epochs"
    assert [part["command"][1:3] for part in about["resumed"]] == [["train", "--resume"]]


def test_the_figures_of_a_best_epoch_before_the_stop_are_told_again(folder):
    by_accuracy = "early_stopping={monitor: validation.accuracy, patience: 100}"
    command = ["train", "iris.yaml", "--set", by_accuracy, "--set", "learning_rate=1"]
    assert bpcli(*command, "--set", "epochs=20", "--out", "run", cwd=folder).code == 0
    whole = bpcli(*command, "--set", "epochs=22", "--out", "whole", cwd=folder)
    again = bpcli("train", "--resume", "run", "--set", "epochs=22", cwd=folder)
    told = [line for line in whole.out.splitlines() if line.startswith(("best", "validation", "test"))]
    assert len(told) == 3
    assert int(told[0].split()[-1]) <= 20
    assert [line for line in again.out.splitlines() if line.startswith(("best", "validation", "test"))] == told


def test_a_killed_training_goes_on_as_json(folder):
    pace = ["--set", "checkpoint={steps: 7}", "--set", FOREVER]
    process = start("train", "iris.yaml", "-q", "--out", "run", *pace, cwd=folder)
    wait_for(folder / "run" / "metrics.jsonl", lines=20)
    process.kill()
    finish(process)
    assert json.loads((folder / "run" / "run.json").read_text())["reason"] is None
    epochs = (folder / "run" / "metrics.jsonl").read_text().count("\n") + 3
    done = bpcli("train", "--resume", "run", "--json", "--set", f"epochs={epochs}", cwd=folder)
    assert done.code == 0
    begun, *_, end = done.objects
    assert begun["step"] % 7 == 0
    assert end["checkpoint"] == f"run/checkpoint-{3 * epochs}.npz"
    recorded = [json.loads(line)["epoch"] for line in (folder / "run" / "metrics.jsonl").read_text().splitlines()]
    assert recorded == list(range(1, epochs + 1))


def test_a_run_that_is_complete_says_so_and_goes_on_when_asked(trained):
    before = products(trained.weights.parent)
    done = bpcli("train", "--resume", "run", cwd=trained.folder)
    assert (done.code, done.out) == (0, "")
    assert done.err == "warning: run: is complete; with --set epochs=N it goes on\n"
    quiet = bpcli("train", "--resume", "run", "--quiet", cwd=trained.folder)
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")
    assert products(trained.weights.parent) == before


@pytest.mark.parametrize(("wanted", "code"), [("< 0.9", 0), (">= 1.1", 1)])
def test_another_expect_of_a_run_that_is_complete_is_judged(trained, tmp_path, wanted, code):
    folder = tmp_path / "copy"
    shutil.copytree(trained.folder, folder)
    before = products(folder / "run")
    line = f"expect={{validation.accuracy: '{wanted}', train.cost: '>= 0'}}"
    done = bpcli("train", "--resume", "run", "--junit", "j.xml", "--json", "--set", line, cwd=folder)
    told, *missed = done.err.splitlines()
    assert told == "warning: run: is complete; with --set epochs=N it goes on"
    assert (done.code, [one.split(":")[0] for one in missed]) == (code, ["validation.accuracy"] * code)
    assert [check["met"] for check in done.objects[-1]["expect"]] == [code == 0, True]
    assert f'failures="{code}"' in (folder / "j.xml").read_text()
    compared = bpcli("diff", "run", trained.folder / "run", "--json", cwd=folder).objects[0]
    assert [place["key"].split(".")[0] for place in compared["config"]] == ["expect"] * 2
    assert compared["weights"][0]["different"] == 0
    assert products(folder / "run")[1] == before[1]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ("train", 2, r"bpcli train: give a CONFIG, or --resume RUN \(see: bpcli train --help\)"),
        ("train --resume run --out other", 2, "bpcli train: --resume goes on in its own directory, .*"),
        ("train --resume run --folds 3", 2, "bpcli train: --folds takes a CONFIG, and does not go with --resume"),
        ("train --resume none", 7, "none: no such run or checkpoint"),
        ("train --resume iris.csv", 7, "iris.csv: not a weights file.*"),
        ("train --resume run/weights.npz", 7, "run/weights.npz: written in format 1; .*"),
        ("train --resume .", 7, r"\.: holds no checkpoint to go on from"),
        ("train --resume run --set learning_rate=1", 3, "learning_rate: 0.1 when the run began, 1.0 now\n.*"),
        ("train iris.yaml --resume run --set seed=7", 3, "seed: 1 when the run began, 7 now\n.*"),
        ("eval run/checkpoint-9.npz", 7, "run/checkpoint-9.npz: .*; it is a checkpoint, for train --resume"),
    ],
)
def test_what_cannot_go_on_is_told(trained, arguments, code, said):
    done = bpcli(*arguments.split(), cwd=trained.folder)
    assert (done.code, done.out) == (code, "")
    assert re.fullmatch(said + "\n", done.err), done.err


def test_a_run_in_use_is_refused(folder):
    process = start("train", "iris.yaml", "-q", "--out", "run", "--set", FOREVER, cwd=folder)
    wait_for(folder / "run" / "metrics.jsonl")
    done = bpcli("train", "--resume", "run", cwd=folder)
    process.terminate()
    assert finish(process).code == 143
    assert (done.code, done.err) == (6, f"run: in use by process {process.pid}\n")


def test_a_wrapper_that_sends_each_signal_twice_does_no_harm(folder):
    done = shell(f"timeout -s INT 3 bpcli train iris.yaml --out run --set {FOREVER}", cwd=folder)
    assert done.code == 124  # of `timeout` itself
    assert command_after("next", done.out) == "bpcli train --resume run"


def test_other_numerics_are_told_unless_it_is_to_be_quiet(folder):
    assert bpcli("train", "iris.yaml", "-q", "--out", "run", "--set", "epochs=1", cwd=folder).code == 0
    path = next(iter(checkpoints_in(folder / "run").values()))
    read = read_checkpoint(path)
    path.write_bytes(pack(read.state, {**read.meta, "numerics": {**read.meta["numerics"], "numpy": "0.9"}}))
    shutil.copytree(folder / "run", folder / "another")
    told = bpcli("train", "--resume", "run", "--set", "epochs=2", cwd=folder)
    assert (told.code, told.err.count('was "0.9": the last bits may come out otherwise')) == (0, 1)
    quiet = bpcli("train", "--resume", "another", "--set", "epochs=2", "--quiet", cwd=folder)
    assert (quiet.code, quiet.err) == (0, "")
