"""Random command lines on random files: documented exit codes, no traceback, a word at each failure, nothing left.

What is drawn stands in random_cases.py, what is demanded in play_random.py. 100 cases here; `python -m pytest -m slow
tests/cli/test_cli_random.py` plays 10,000, for about half an hour. A failing case is played again by its seed:
`python tests/cli/play_random.py FOLDER SEED 1`.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from play_random import Done, complaints
from random_cases import Case
from shell import environment


def played(folder, first, count):
    """What the player says: complaints, and at last the exit codes that came."""
    command = [sys.executable, Path(__file__).with_name("play_random.py"), folder, str(first), str(count)]
    done = subprocess.run(command, env=environment(OPENBLAS_NUM_THREADS="1"), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_hundred_random_cases(tmp_path):
    *complained, summary = played(tmp_path, 0, 100)
    assert complained == []
    assert summary["cases"] == 100
    assert len({name.split()[-1] for name in summary["codes"]}) >= 5  # the cases are not all alike


@pytest.mark.slow
def test_ten_thousand_random_cases(tmp_path):
    *complained, summary = played(tmp_path, 0, 10_000)
    assert complained == []
    assert summary["cases"] == 10_000


CASE = Case(["train", "c.yaml", "--json", "--quiet"], {"c.yaml": b"x"}, environment={"GITHUB_ACTIONS": "true"})
LEFT = {"folder": b"", "folder/c.yaml": b"x"}


@pytest.mark.parametrize(
    ("done", "complaint"),
    [
        (Done(70, b"", "a bug", LEFT), "exit code 70"),
        (Done(-9, b"", "", LEFT), "exit code -9"),
        (Done(6, b"", "Traceback (most recent call last):\n", LEFT), "a traceback"),
        (Done(6, b"", "", LEFT), "a failure without a word"),
        (Done(6, b"", "a\x1b[2J\n", LEFT), "control characters on stderr"),
        (Done(3, b"", "epochs wrong\n", LEFT), "a problem of the config without its place"),
        (Done(3, b"", "c.yaml:2:1: a\nc.yaml:1:1: b\n", LEFT), "problems out of order"),
        (Done(3, b"", "c.yaml:2:1: a\n", LEFT), "lines without annotation"),
        (Done(0, b"", "warning: x\n", LEFT), "words on stderr in spite of --quiet"),
        (Done(0, b'{"a": NaN}\n', "", LEFT), "not JSON"),
        (Done(0, b"", "", LEFT | {"folder/.bpcli-1.tmp": b""}), "left behind: ['folder/.bpcli-1.tmp']"),
        (Done(0, b"", "", LEFT | {"folder/c.yaml": b"y"}), "changed: c.yaml"),
        (Done(4, b"", "d.csv: a\n", LEFT | {"folder/run": b""}), "files in spite of failure: ['folder/run']"),
    ],
)
def test_each_kind_of_fault_is_complained_of(done, complaint):
    assert complaint in complaints(CASE, done)
