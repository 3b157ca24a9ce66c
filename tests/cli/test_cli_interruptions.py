"""Signals, readers that leave, full disks, two trainings in one folder: nothing is lost and the code tells."""

import json
import os
import re
import signal

import pytest
from shell import FOREVER, bpcli, finish, shell, start, wait_for

pytest_plugins = ["cli_fixtures"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_a_training_with_its_weights_saved(folder, number, code):
    process = start("train", "iris.yaml", "--json", "--out", "run", "--set", FOREVER, cwd=folder)
    wait_for(folder / "run" / "metrics.jsonl", lines=3)
    process.send_signal(number)
    done = finish(process)
    assert (done.code, done.err) == (code, "")
    assert done.objects[-1]["reason"] == "interrupted"
    assert json.loads((folder / "run" / "run.json").read_text())["reason"] == "interrupted"
    measured = bpcli("eval", "run/weights.npz", "--json", cwd=folder)
    assert measured.objects[0]["accuracy"] == done.objects[-1]["test"]["accuracy"]


def test_an_interruption_within_the_first_epoch_saves_the_weights_too(folder):
    overrides = ["--set", "data={train: iris.csv, target: class}", "--set", "shuffle=false"]
    overrides += ["--set", "layers=[4, 2000, 1000, 3]", "--set", "batch_size=1"]
    process = start("train", "iris.yaml", "-q", "--out", "run", *overrides, cwd=folder)
    wait_for(folder / "run" / "run.json")
    process.send_signal(signal.SIGINT)
    assert finish(process).code == 130
    assert bpcli("predict", "run/weights.npz", "iris.csv", cwd=folder).code == 0


def test_a_reader_that_leaves_is_no_error_and_the_training_goes_on(folder):
    done = shell("bpcli train iris.yaml --set epochs=400 --out run | head -1", cwd=folder)
    assert (done.code, done.err) == (0, "")
    assert done.out.count("\n") == 1
    assert (folder / "run" / "metrics.jsonl").read_text().count("\n") == 400
    assert json.loads((folder / "run" / "run.json").read_text())["reason"] == "epochs"


def test_a_full_disk_under_stdout_is_6_and_the_run_is_whole(folder):
    done = shell("bpcli train iris.yaml --out run > /dev/full", cwd=folder)
    assert (done.code, done.err) == (6, "standard output: cannot write: No space left on device\n")
    assert shell("bpcli eval run/weights.npz > /dev/full", cwd=folder).code == 6


def test_of_two_trainings_in_one_folder_one_loses(folder):
    pair = [start("train", "iris.yaml", "-q", "--out", "run", "--set", "epochs=300", cwd=folder) for _ in range(2)]
    first, second = sorted((finish(process) for process in pair), key=lambda done: done.code)
    assert (first.code, second.code) == (0, 6)
    assert re.match(r"run: (in use by process \d+|holds a run already; .*)\n$", second.err)


def test_a_folder_in_use_names_its_process_even_with_force(folder):
    process = start("train", "iris.yaml", "-q", "--out", "run", "--set", FOREVER, cwd=folder)
    wait_for(folder / "run" / "metrics.jsonl")
    refused = bpcli("train", "iris.yaml", "--out", "run", "--force", cwd=folder)
    process.terminate()
    assert finish(process).code == 143
    assert (refused.code, refused.err) == (6, f"run: in use by process {process.pid}\n")
    assert os.listdir(folder).count("run") == 1


@pytest.mark.parametrize("command", ["train iris.yaml --out f/run", "train iris.yaml --out f", "train iris.yaml"])
def test_a_file_in_the_place_of_a_folder_is_6(folder, command):
    (folder / "f").touch()
    (folder / "runs").touch()
    done = shell(f"bpcli {command}", cwd=folder)
    assert done.code == 6
    assert re.fullmatch(r".+: cannot write: .+\n", done.err)


def test_a_closed_stdout_is_no_traceback(folder):
    done = shell("bpcli train iris.yaml --out run >&-", cwd=folder)
    assert "Traceback" not in done.err
    assert (folder / "run" / "weights.npz").is_file()


def test_a_full_stderr_does_not_change_the_code(folder):
    assert shell("bpcli train nope.yaml 2> /dev/full", cwd=folder).code == 3
