"""`bpcli train` from a shell: what it prints where, what it leaves behind, and where."""

import json
import re
import shutil

import numpy as np
from shell import arrays, bpcli, command_after, meta, on_terminal, screen, shell

pytest_plugins = ["cli_fixtures"]

EPOCH = re.compile(r" {4}\d +\d+\.\d+ ")
FILES = [".lock", "checkpoint-0.npz", "checkpoint-9.npz", "config.yaml", "metrics.jsonl", "run.json", "weights.npz"]


def test_one_plain_line_an_epoch_off_a_terminal_and_the_next_command_works(folder):
    done = shell("bpcli train iris.yaml", cwd=folder, FORCE_COLOR="1", TERM="xterm")
    assert (done.code, done.err) == (0, "")
    assert "\x1b" not in done.out
    assert "\r" not in done.out
    lines = done.out.splitlines()
    assert [line.split()[0] for line in lines if EPOCH.match(line)] == ["1", "2", "3"]
    assert any("validation" in line for line in lines)
    assert any(re.match(r"test +cost", line) and "accuracy" in line for line in lines)
    assert command_after("run", done.out) == "runs/iris/1"
    following = shell(command_after("next", done.out), cwd=folder)
    assert following.code == 0
    assert "accuracy" in following.out


def test_table_progress_and_closing_lines_on_a_terminal_of_80_columns(folder):
    code, written = on_terminal("bpcli train iris.yaml", cwd=folder)
    assert code == 0
    assert "epoch 1 of 3" in written  # of the progress bar
    lines = screen(written)
    assert max(map(len, lines)) <= 80
    assert [line.split()[0] for line in lines if EPOCH.match(line)] == ["1", "2", "3"]
    assert sum("best" in line.split()[-1:] for line in lines) == 1
    assert not any("epoch 3 of 3" in line for line in lines)  # the bar has gone
    assert shell(command_after("next", "\n".join(lines)), cwd=folder).code == 0


def test_a_dumb_terminal_gets_plain_lines(folder):
    code, written = on_terminal("bpcli train iris.yaml", cwd=folder, TERM="dumb")
    assert code == 0
    assert "\x1b" not in written
    assert sum(bool(EPOCH.match(line)) for line in screen(written)) == 3


def test_no_color_and_a_narrow_terminal_are_honoured(folder):
    code, written = on_terminal("bpcli train iris.yaml", cwd=folder, columns=40, NO_COLOR="1")
    assert code == 0
    assert not re.search(r"\x1b\[[0-9;]*\b(3|4|9)[0-7]\b[0-9;]*m", written)
    rows = [line for line in screen(written) if EPOCH.match(line)]
    assert len(rows) == 3
    assert max(map(len, rows)) <= 40


def test_json_has_the_fields_of_the_contract(trained):
    start, *epochs, end = trained.objects
    assert start.keys() == {"event", "layers", "parameters", "examples", "epochs", "steps_per_epoch", "step"}
    assert start["event"] == "start"
    assert start["examples"] == {"train": 90, "validation": 30, "test": 30}
    assert [epoch["epoch"] for epoch in epochs] == [1, 2, 3]
    for epoch in epochs:
        assert list(epoch) == ["event", "epoch", "step", "learning_rate", "seconds", "running", "validation", "best"]
        assert epoch["event"] == "epoch"
        assert epoch["running"].keys() == {"cost"}
        assert epoch["validation"].keys() == {"cost", "accuracy"}
        assert isinstance(epoch["best"], bool)
    keys = {"event", "reason", "epochs", "seconds", "weights", "checkpoint", "best_epoch", "test", "expect"}
    assert end.keys() == keys
    assert (end["event"], end["reason"], end["epochs"], end["expect"]) == ("end", "epochs", 3, [])
    assert end["weights"] == "run/weights.npz"
    assert end["test"].keys() == {"cost", "accuracy"}
    assert end["best_epoch"] == max(epoch["epoch"] for epoch in epochs if epoch["best"])


def test_quiet_says_nothing(folder):
    done = bpcli("train", "iris.yaml", "--quiet", cwd=folder)
    assert (done.code, done.out, done.err) == (0, "", "")


def test_the_run_directory_holds_the_files_of_the_contract(trained):
    run = trained.weights.parent
    assert sorted(path.name for path in run.iterdir()) == FILES
    recorded = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    assert recorded == trained.objects[1:-1]
    about = json.loads((run / "run.json").read_text())
    assert about["reason"] == "epochs"
    assert about["command"][1:] == ["train", "iris.yaml", "--out", "run", "--json"]
    assert about["relative_to"] == str(trained.folder)


def test_plain_numpy_reads_the_weights_and_the_meta_tells_neither_time_nor_place(trained):
    assert arrays(trained.weights)["W1"].shape == (5, 4)
    assert arrays(trained.weights)["b2"].shape == (3,)
    about = meta(trained.weights)
    assert str(trained.folder) not in json.dumps(about)
    assert "relative_to" not in about["config"]
    assert not re.search(r"\b20\d\d-\d\d-\d\d\b", json.dumps(about))
    assert about["files"].keys() == {"iris.csv"}
    assert about["metrics"]["test"] == trained.objects[-1]["test"]


def test_runs_are_numbered_and_latest_points_to_the_newest(folder):
    (folder / "runs" / "iris" / "6").mkdir(parents=True)
    for number in ("7", "8"):
        assert bpcli("train", "iris.yaml", "-q", cwd=folder).code == 0
        latest = folder / "runs" / "iris" / "latest"
        assert latest.readlink().name == latest.resolve().name == number
        assert (latest / "weights.npz").is_file()


def test_out_is_never_overwritten_and_force_moves_the_old_run_aside(trained, tmp_path):
    shutil.copytree(trained.folder, tmp_path, dirs_exist_ok=True)
    before = (tmp_path / "run" / "weights.npz").read_bytes()
    again = ("train", "iris.yaml", "--out", "run", "--set", "seed=2", "-q")
    refused = bpcli(*again, cwd=tmp_path)
    assert refused.code == 6
    assert refused.err.startswith("run: holds a run already; ")
    assert refused.err.count("\n") == 1
    assert (tmp_path / "run" / "weights.npz").read_bytes() == before
    assert bpcli(*again, "--force", cwd=tmp_path).code == 0
    assert (tmp_path / "run.old-1" / "weights.npz").read_bytes() == before
    assert (tmp_path / "run" / "weights.npz").read_bytes() != before


def test_force_moves_nothing_when_the_training_cannot_begin(trained, tmp_path):
    shutil.copytree(trained.folder, tmp_path, dirs_exist_ok=True)
    assert bpcli("train", "iris.yaml", "--out", "run", "--force", "--set", "data=no.csv", cwd=tmp_path).code == 4
    assert sorted(path.name for path in tmp_path.iterdir()) == ["iris.csv", "iris.yaml", "run"]


def test_a_config_from_stdin_starts_its_paths_from_the_current_folder(folder):
    config = (folder / "iris.yaml").read_text()
    (folder / "iris.yaml").unlink()
    assert bpcli("train", "-", "-q", cwd=folder, stdin=config).code == 0
    assert bpcli("eval", "runs/stdin/latest/weights.npz", cwd=folder).code == 0


def test_set_is_read_by_the_type_its_key_wants(folder):
    settings = {
        "learning_rate": "1e-3",
        "activation": "[tanh]",
        "optimizer.momentum": ".5",
        "data.train.rows": "0:150",
        "data.validation": "null",
        "drop_last": "true",
        "expect.test.accuracy": "'>= 0'",
    }
    overrides = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
    done = bpcli("train", "iris.yaml", "--out", "run", "-q", *overrides, cwd=folder)
    assert (done.code, done.err) == (0, "")
    config = meta(folder / "run" / "weights.npz")["config"]
    assert (config["learning_rate"], config["optimizer"]["momentum"], config["drop_last"]) == (0.001, 0.5, True)
    assert (config["activation"], config["data"]["validation"]) == (["tanh"], None)
    assert config["data"]["train"] == {"path": "iris.csv", "rows": "0:150"}


def test_a_path_in_set_starts_from_the_current_folder(folder, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (folder / "iris.csv").rename(elsewhere / "other.csv")
    done = bpcli("train", "../iris.yaml", "--set", "data.train=other.csv", "-q", "--out", "run", cwd=elsewhere)
    assert (done.code, done.err) == (0, "")


def test_a_missed_expectation_is_1_after_everything_is_saved(folder):
    done = bpcli("train", "iris.yaml", "--out", "run", "--set", "expect={test.accuracy: '> 1'}", cwd=folder)
    assert done.code == 1
    assert "test.accuracy > 1" in done.out
    assert "MISSED" in done.out
    assert (folder / "run" / "weights.npz").is_file()


def test_a_missed_expectation_says_so_even_when_quiet(folder):
    done = bpcli("train", "iris.yaml", "-q", "--set", "expect={test.accuracy: '> 1'}", cwd=folder)
    assert done.code == 1
    assert "test.accuracy" in done.err


def test_divergence_is_5_with_its_cause_and_saves_nothing_that_is_not_finite(tmp_path):
    rows = "".join(f"{i},{i % 7},{i * 0.37 + (i % 3)}\n" for i in range(40))
    (tmp_path / "d.csv").write_text("a,b,y\n" + rows)
    (tmp_path / "d.yaml").write_text("layers: [2, 1]\nepochs: 300\nbatch_size: all\ndata: d.csv\n")
    early = bpcli("train", "d.yaml", "--out", "early", "--set", "learning_rate=1e30", cwd=tmp_path)
    late = bpcli("train", "d.yaml", "--out", "late", "--set", "learning_rate=10", "--json", cwd=tmp_path)
    for done in (early, late):
        assert done.code == 5
        assert re.match(r"d\.yaml: diverged: the cost is (inf|nan) in step \d+ \(epoch \d+, learning rate", done.err)
        assert "\nfirst cause: " in done.err
        assert "\ntry a lower learning_rate than " in done.err
    assert late.objects[-1]["reason"] == "diverged"
    assert 1 < late.objects[-1]["epochs"] < 300
    kept = arrays(tmp_path / "late" / "weights.npz")
    assert all(np.isfinite(block).all() for block in kept.values())
    assert json.loads((tmp_path / "late" / "run.json").read_text())["reason"] == "diverged"
