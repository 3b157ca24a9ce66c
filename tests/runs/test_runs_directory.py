"""Run directories: one run in each, none lost, and two processes never in the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bpcli.errors import CannotWriteError, ExitStatus
from bpcli.runs.directory import RunDirectory


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def finished_run(path: Path) -> None:
    with RunDirectory.create(path, "any") as run:
        run.weights.write_text("precious")


def test_runs_are_numbered_upwards_and_latest_points_to_the_last() -> None:
    for expected in ("1", "2"):
        with RunDirectory.create(None, "digits") as run:
            assert run.path == Path("runs/digits") / expected
            assert os.readlink("runs/digits/latest") == expected
    Path("runs/digits/1/.lock").unlink()
    Path("runs/digits/1").rmdir()
    Path("runs/digits/10").mkdir()
    Path("runs/digits/10.old-1").mkdir()
    with RunDirectory.create(None, "digits") as run:
        assert run.path.name == "11"
        assert Path("runs/digits/latest").resolve() == run.path.resolve()


def test_a_number_taken_between_looking_and_making_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("runs/a/1").mkdir(parents=True)
    listings = iter([[], [Path("runs/a/1")]])
    monkeypatch.setattr(Path, "iterdir", lambda _: next(listings))
    with RunDirectory.create(None, "a") as run:
        assert run.path == Path("runs/a/2")


def test_two_new_runs_at_once_take_two_numbers() -> None:
    with RunDirectory.create(None, "a") as first, RunDirectory.create(None, "a") as second:
        assert (first.path.name, second.path.name) == ("1", "2")


def test_the_files_stand_where_the_contract_says() -> None:
    with RunDirectory.create(Path("deep/er/out"), "any") as run:
        files = [run.weights, run.metrics, run.config, run.run]
    assert [str(file) for file in files] == [
        f"deep/er/out/{name}" for name in ("weights.npz", "metrics.jsonl", "config.yaml", "run.json")
    ]


def test_a_folder_without_a_run_is_taken_as_it_is() -> None:
    Path("out").mkdir()
    Path("out/notes.txt").write_text("mine")
    with RunDirectory.create(Path("out"), "any"):
        assert Path("out/notes.txt").read_text() == "mine"
    with RunDirectory.create(Path("out"), "any") as again:  # the lock that stayed is no run
        assert again.path == Path("out")


@pytest.mark.parametrize("name", ["weights.npz", "metrics.jsonl", "config.yaml", "run.json", "checkpoint-120.npz"])
def test_a_folder_with_any_file_of_a_run_is_refused(name: str) -> None:
    Path("out").mkdir()
    Path("out", name).write_text("precious")
    with pytest.raises(CannotWriteError, match=r"^out: holds a run already; .*--force$") as caught:
        RunDirectory.create(Path("out"), "any")
    assert caught.value.exit_status == ExitStatus.CANNOT_WRITE
    assert Path("out", name).read_text() == "precious"


def test_force_renames_the_old_run_aside_and_loses_none() -> None:
    finished_run(Path("out"))
    for expected in ("out.old-1", "out.old-2"):
        with RunDirectory.create(Path("out"), "any", force=True) as run:
            assert not run.holds_a_run()
            run.weights.write_text("newer")
        assert Path(expected, "weights.npz").exists()
    assert Path("out.old-1/weights.npz").read_text() == "precious"


def test_force_through_a_link_moves_the_folder_and_not_the_link() -> None:
    with RunDirectory.create(None, "a") as run:
        run.weights.write_text("precious")
    with RunDirectory.create(Path("runs/a/latest"), "any", force=True):
        pass
    assert Path("runs/a/1.old-1/weights.npz").read_text() == "precious"
    assert os.readlink("runs/a/latest") == "1"
    assert not Path("runs/a/1/weights.npz").exists()


def test_force_never_moves_the_folder_it_works_in(tmp_path: Path) -> None:
    Path("config.yaml").write_text("precious")
    for out in (Path("."), tmp_path, Path("..", tmp_path.name)):
        with pytest.raises(CannotWriteError, match="cannot move aside"):
            RunDirectory.create(out, "any", force=True)
    assert Path("config.yaml").read_text() == "precious"


HOLD = """
import sys
from pathlib import Path
from bpcli.runs.directory import RunDirectory

with RunDirectory.create(Path("out"), "any") as run:
    run.config.write_text("")
    print("locked", flush=True)
    sys.stdin.read()
"""

TRY = """
import sys
from pathlib import Path
from bpcli.errors import BpcliError
from bpcli.runs.directory import RunDirectory

try:
    RunDirectory.create(Path("out"), "any", force="--force" in sys.argv)
except BpcliError as error:
    print(error, file=sys.stderr)
    sys.exit(error.exit_status)
"""


@pytest.mark.parametrize("options", [[], ["--force"]])
def test_of_two_processes_one_loses_and_names_the_other(options: list[str]) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "locked\n"
        loser = subprocess.run([sys.executable, "-c", TRY, *options], capture_output=True, text=True, check=False)
        assert loser.returncode == 6
        assert loser.stderr == f"out: in use by process {holder.pid}\n"
        holder.communicate("")
    assert holder.returncode == 0
    with RunDirectory.create(Path("out"), "any", force=True):  # free again
        assert Path("out.old-1").is_dir()


def test_a_folder_moved_aside_before_it_was_locked_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    def move_aside_first(*_: object) -> None:
        Path("out").rename("out.old-1")
        Path("out").mkdir()
        Path("out/.lock").write_text("")

    monkeypatch.setattr("fcntl.flock", move_aside_first)
    with pytest.raises(CannotWriteError, match="moved it aside"):
        RunDirectory.create(Path("out"), "any")


def test_a_killed_process_leaves_no_lock() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        holder.kill()
    with RunDirectory(Path("out")) as run:
        assert run.holds_a_run()
        assert Path("out/.lock").read_text() == f"{os.getpid()}\n"


def test_a_lock_that_was_given_back_names_nobody() -> None:
    """Or who comes at the same moment as the next holder would take this process for it."""
    with RunDirectory.create(Path("out"), "any") as run:
        assert Path("out/.lock").read_text() == f"{os.getpid()}\n"
    run.close()
    assert Path("out/.lock").read_text() == ""


def test_a_lock_that_is_a_link_leads_nowhere() -> None:
    Path("precious").write_text("precious")
    Path("out").mkdir()
    Path("out/.lock").symlink_to("../precious")
    with pytest.raises(CannotWriteError, match=r"^out/\.lock: cannot write: Too many levels of symbolic links$"):
        RunDirectory.create(Path("out"), "any")
    assert Path("precious").read_text() == "precious"


def test_a_name_longer_than_a_file_can_have_is_one_line() -> None:
    out = Path("x" * 300)
    with pytest.raises(CannotWriteError, match=f"^{out}: cannot write: File name too long$"):
        RunDirectory.create(out, "any")


def test_what_the_system_refuses_is_one_line(tmp_path: Path) -> None:
    Path("file").write_text("")
    for out in (Path("file"), Path("file/out")):
        with pytest.raises(CannotWriteError, match=f"^{out}: cannot write: "):
            RunDirectory.create(out, "any")
    Path("runs/a/latest").mkdir(parents=True)
    with pytest.raises(CannotWriteError, match="latest: cannot write: Is a directory"):
        RunDirectory.create(None, "a")
    assert sorted(os.listdir("runs/a")) == ["1", "latest"]
