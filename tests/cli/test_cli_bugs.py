"""A bug of bpcli's own, planted: one line, exit code 70, and a log that can be sent in."""

import re

import pytest
from shell import bpcli, shell

BUG = """\
import bpcli.runs.weights

def read_weights(path):
    raise ZeroDivisionError("planted\\x1b[2J")

bpcli.runs.weights.read_weights = read_weights
"""
SAID = r"bpcli: this is a bug in bpcli \(ZeroDivisionError: planted\\x1b\[2J\); please report it "


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(BUG)
    (tmp_path / "w.npz").write_bytes(b"PK\3\4")
    (tmp_path / "logs").mkdir()
    return tmp_path


def test_it_is_one_line_and_a_log(folder):
    done = bpcli("inspect", "w.npz", cwd=folder, PYTHONPATH=str(folder), TMPDIR=str(folder / "logs"))
    assert (done.code, done.out) == (70, "")
    (log,) = (folder / "logs").iterdir()
    assert re.fullmatch(f"{SAID}with {log}\n", done.err), done.err
    command, _, traceback = log.read_text().partition("\n\n")
    assert command.endswith("bpcli inspect w.npz")
    assert traceback.startswith("Traceback (most recent call last):\n")
    assert "in read_weights" in traceback
    assert traceback.endswith("ZeroDivisionError: planted\x1b[2J\n")


def test_where_no_log_can_be_written_it_is_still_one_line(folder):
    done = shell("ulimit -f 0; bpcli inspect w.npz", folder, PYTHONPATH=str(folder), PYTHONDONTWRITEBYTECODE="1")
    assert (done.code, done.out) == (70, "")
    assert re.fullmatch(rf"{SAID}\(no log could be written: .+; BPCLI_DEBUG=1 shows more\)\n", done.err), done.err


def test_who_debugs_sees_the_traceback(folder):
    done = bpcli("inspect", "w.npz", cwd=folder, PYTHONPATH=str(folder), BPCLI_DEBUG="1")
    assert done.code == 1
    assert "Traceback" in done.err
