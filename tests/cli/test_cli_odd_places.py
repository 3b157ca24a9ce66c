"""Where things lie and where they go: empty names, links, pipes, a folder that is gone, a file of another making."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from shell import bpcli, shell

from bpcli.runs.npz import read_npz, write_npz

pytest_plugins = ["cli_fixtures"]

EMPTY = {
    "train ''": "CONFIG",
    "check ''": "CONFIG",
    "gradcheck ''": "[CONFIG or WEIGHTS]",
    "eval ''": "WEIGHTS",
    "eval w.npz --data ''": "--data",
    "predict w.npz ''": "DATA",
    "predict w.npz d.csv --output ''": "--output' / '-o",
    "init ''": "DATA",
    "init d.csv -o ''": "--output' / '-o",
    "diff '' b": "A",
}


def test_a_name_that_is_empty_is_2_and_told_by_what_it_is_for(tmp_path):
    lines = [f"bpcli {words}" for words in EMPTY]
    done = shell("; ".join(f"{line}; echo $?" for line in lines), cwd=tmp_path)
    assert done.out.split() == ["2"] * len(lines)
    for told, (words, name) in zip(done.err.splitlines(), EMPTY.items()):
        command = words.split()[0]
        wanted = (
            f"bpcli {command}: Invalid value for '{name}': an empty text names no file (see: bpcli {command} --help)"
        )
        assert told == wanted


def test_a_folder_that_is_gone_is_told_as_that(tmp_path):
    done = shell("mkdir gone && cd gone && rmdir ../gone && bpcli help errors", cwd=tmp_path)
    assert (done.code, done.out, done.err) == (2, "", "bpcli: the current folder is no longer there\n")


def test_predictions_go_where_a_link_leads_and_take_the_place_of_no_pipe(trained, tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "link.csv").symlink_to("target.csv")
    iris = trained.folder / "iris.csv"
    done = bpcli("predict", trained.weights, iris, "-o", "pipe.csv", cwd=tmp_path)
    assert (done.code, done.err) == (6, "pipe.csv: cannot write: it is there, and not a file\n")
    assert (tmp_path / "pipe.csv").is_fifo()
    assert bpcli("predict", trained.weights, iris, "-o", "link.csv", cwd=tmp_path).code == 0
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "target.csv").read_text().startswith("class,")


def test_a_report_that_cannot_be_written_begins_no_run(folder):
    done = bpcli("train", "iris.yaml", "--junit", "iris.csv/report.xml", cwd=folder)
    assert done.code == 6
    assert sorted(os.listdir(folder)) == ["iris.csv", "iris.yaml"]


def test_quiet_says_nothing_but_errors(trained, tmp_path):
    iris = trained.folder / "iris.csv"
    done = bpcli("eval", trained.weights, "--data", iris, "--junit", "r.xml", "-q", cwd=tmp_path)
    assert (done.code, done.out, done.err) == (0, "", "")
    aloud = bpcli("eval", trained.weights, "--data", iris, "--junit", "r.xml", cwd=tmp_path)
    assert aloud.err.count("warning: ") == 2


@pytest.mark.parametrize("config", [[], None, "layers: [4, 3]", 5])
def test_a_config_that_is_no_mapping_makes_no_weights_file(trained, tmp_path, config):
    file = with_meta(trained.weights, tmp_path / "w.npz", config=config)
    for command in ("inspect", "eval", "reproduce"):
        done = bpcli(command, "w.npz", cwd=tmp_path)
        assert (done.code, done.err) == (7, f"{file.name}: its config is no mapping\n")


def with_meta(weights: Path, copy: Path, **changes: object) -> Path:
    """A weights file that says something else, with a digest that fits."""
    arrays = read_npz(weights.read_bytes())
    meta = json.loads(arrays["meta"].tobytes()) | changes
    text = json.dumps(meta, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    copy.write_bytes(write_npz({**arrays, "meta": np.frombuffer(text.encode(), np.uint8)}))
    return copy
