"""The record of a run, while it goes on, when it ends and when it breaks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bpcli.errors import CannotWriteError
from bpcli.runs.directory import RunDirectory
from bpcli.runs.provenance import numerics
from bpcli.runs.recorder import Recorder


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[RunDirectory]:
    with RunDirectory.create(tmp_path / "out", "any") as run:
        yield run


def recorder(directory: RunDirectory) -> Recorder:
    return Recorder(
        directory,
        config="layers: [2, 2, 1]  # né\n",
        command=["bpcli", "train", "caf\udce9.yaml"],
        relative_to=Path("configs"),
        digests={"../datasets/xor.csv": "ab" * 32},
        numerics=numerics(),
    )


def about(directory: RunDirectory) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(directory.run.read_text("utf-8"))
    return told


def test_everything_is_on_disk_before_the_first_epoch(directory: RunDirectory) -> None:
    with recorder(directory):
        assert directory.config.read_text("utf-8") == "layers: [2, 2, 1]  # né\n"
        assert directory.metrics.read_text() == ""
        told = about(directory)
    assert told["command"] == ["bpcli", "train", "caf\udce9.yaml"]
    assert told["relative_to"] == str(Path.cwd() / "configs")
    assert told["digests"] == {"../datasets/xor.csv": "ab" * 32}
    assert told["numerics"].keys() >= {"numpy", "blas"}
    assert told["machine"].keys() >= {"python", "platform"}
    assert (told["finished"], told["reason"]) == (None, None)


def test_each_epoch_is_a_line_at_once(directory: RunDirectory) -> None:
    with recorder(directory) as record:
        for epoch in (1, 2):
            record.record({"event": "epoch", "epoch": epoch})
            lines = directory.metrics.read_text().splitlines()
            assert [json.loads(line)["epoch"] for line in lines] == list(range(1, epoch + 1))


def test_the_end_is_written_with_reason_and_times(directory: RunDirectory) -> None:
    with recorder(directory) as record:
        record.finish("early_stopping")
    told = about(directory)
    assert told["reason"] == "early_stopping"
    assert datetime.fromisoformat(told["started"]) <= datetime.fromisoformat(told["finished"])


def test_an_error_on_the_way_is_the_reason(directory: RunDirectory) -> None:
    with pytest.raises(ZeroDivisionError), recorder(directory):
        _ = 1 / 0
    assert about(directory)["reason"] == "ZeroDivisionError: division by zero"


def test_an_error_after_the_end_leaves_the_reason(directory: RunDirectory) -> None:
    record = recorder(directory)
    record.finish("epochs")
    with pytest.raises(ZeroDivisionError), record:
        _ = 1 / 0
    assert about(directory)["reason"] == "epochs"


def test_a_full_disk_is_an_error_of_writing(directory: RunDirectory) -> None:
    directory.metrics.symlink_to("/dev/full")
    with (
        pytest.raises(CannotWriteError, match=r"metrics.jsonl: cannot write: No space left"),
        recorder(directory) as record,
    ):
        record.record({"event": "epoch"})
    assert about(directory)["reason"].startswith("CannotWriteError: ")
