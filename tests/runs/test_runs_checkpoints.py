"""Checkpoints: when they are written, which stay, and that one changed byte is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from stopped_trainings import at_step, go_on, last, lay_out, products, train, write_config

from bpcli.errors import CannotWriteError, ExitStatus, WeightsError
from bpcli.runs import checkpoints
from bpcli.runs.checkpoints import Due, pack, read_checkpoint, save_checkpoint
from bpcli.runs.directory import RunDirectory, checkpoints_in
from bpcli.runs.npz import digest, write_npz
from bpcli.runs.weights import read_weights
from bpcli.spec.schema import CheckpointSpec
from bpcli.training.events import Ended, EpochEnded, Progressed, Started
from bpcli.training.state import State

META = {"config": {"seed": 1}, "lines": 2}


def state(step: int = 7, dtype: type = np.float32) -> State:
    arrays = {name: np.arange(1, 4).astype(dtype) / step for name in ("parameters", "optimizer.v", "kept")}
    return State(arrays, {"step": step, "watch": {"best": None}})


def test_a_checkpoint_gives_back_what_was_saved(tmp_path: Path) -> None:
    with RunDirectory.create(tmp_path / "out", "any") as directory:
        path = save_checkpoint(directory, state(), META)
    read = read_checkpoint(path)
    assert path.name == "checkpoint-7.npz"
    assert read.state.values == state().values
    for name, array in state().arrays.items():
        assert read.state.arrays[name].tobytes() == array.tobytes()
    assert {key: read.meta[key] for key in META} == META
    with np.load(path, allow_pickle=False) as plain:
        assert sorted(plain.files) == ["kept", "meta", "optimizer.v", "parameters"]


def test_the_last_two_stay(tmp_path: Path) -> None:
    with RunDirectory.create(tmp_path / "out", "any") as directory:
        for step in (0, 9, 10, 100):
            save_checkpoint(directory, state(step or 1) if step else state_at(0), META)
        assert list(checkpoints_in(directory.path)) == [100, 10]
        (directory.path / "checkpoint-x.npz").touch()
        save_checkpoint(directory, state(50), META)  # after going on from an older one, the newer ones are of no use
        assert list(checkpoints_in(directory.path)) == [50, 10]
        assert (directory.path / "checkpoint-x.npz").exists()


def state_at(step: int) -> State:
    return State(state().arrays, {**state().values, "step": step})


def test_the_older_one_goes_only_when_the_newer_one_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with RunDirectory.create(tmp_path / "out", "any") as directory:
        for step in (1, 2):
            save_checkpoint(directory, state(step), META)

        def fail(path: Path, data: bytes) -> None:
            raise CannotWriteError(f"{path}: full")

        monkeypatch.setattr(checkpoints, "write_atomically", fail)
        with pytest.raises(CannotWriteError):
            save_checkpoint(directory, state(3), META)
        assert list(checkpoints_in(directory.path)) == [2, 1]


def epoch(number: int) -> EpochEnded:
    return EpochEnded(number, number * 10, 0.1, 1.0, {"cost": 1.0}, None, None, False)


START, STEP = Started((1, 1), 2, {}, 9, 10), Progressed(1, 1, 0.5)


@pytest.mark.parametrize(
    ("spec", "event", "step", "expected"),
    [
        ({}, START, 0, True),
        ({}, Started((1, 1), 2, {}, 9, 10, step=4), 4, False),  # it is there already
        ({}, STEP, 1, False),
        ({}, epoch(1), 10, False),
        ({"epochs": 2}, epoch(1), 10, False),
        ({"epochs": 2}, epoch(2), 20, True),
        ({"steps": 5}, STEP, 4, False),
        ({"steps": 5}, STEP, 5, True),
        ({}, Ended("interrupted", 1, 1.0, None), 13, True),
        ({}, Ended("epochs", 9, 1.0, None), 90, True),
        ({}, Ended("diverged", 1, 1.0, None), 13, False),
    ],
)
def test_when_one_is_due(spec: dict[str, Any], event: Any, step: int, expected: bool) -> None:
    assert (
        Due(CheckpointSpec.model_construct(**{"seconds": 10.0, **spec}), clock=lambda: 0.0).after(event, step)
        is expected
    )


def test_one_is_due_when_the_seconds_are_over() -> None:
    now = [0.0]
    due = Due(CheckpointSpec.model_construct(seconds=10.0), clock=lambda: now[0])
    told = []
    for now[0] in (9.0, 10.5, 19.0, 20.4, 20.6):
        told.append(due.after(STEP, 3))
        if told[-1]:
            due.written()
    assert told == [False, True, False, False, True]
    assert not Due(CheckpointSpec.model_construct(seconds=None), clock=lambda: 1e9).after(STEP, 3)


def test_how_often_it_is_saved_changes_no_bit(tmp_path: Path) -> None:
    lay_out(tmp_path)
    config = Path(write_config(tmp_path, "adam"))
    text, found = config.read_text(), set()
    for pace in ("{seconds: 1e9}", "{steps: 1}", "{epochs: 1, steps: 3, seconds: 1e-9}"):
        config.write_text(text.replace("{seconds: 1e9}", pace))
        last(train(str(config), tmp_path / pace))
        found.add(b"".join(array.tobytes() for array in read_weights(tmp_path / pace / "weights.npz").arrays.values()))
    assert len(found) == 1


def test_a_kill_after_going_on_from_the_older_one_leaves_a_run_that_goes_on(tmp_path: Path) -> None:
    lay_out(tmp_path)
    config, run = Path(write_config(tmp_path, "momentum")), tmp_path / "run"
    config.write_text(config.read_text().replace("seconds: 1e9", "epochs: 1"))
    last(train(str(config), run))
    whole = products(run)
    newest, before = checkpoints_in(run).values()
    events = go_on(before)
    next(events)  # it has begun, and saved nothing yet
    assert len((run / "metrics.jsonl").read_text().splitlines()) == 5
    assert (newest.name, before.name) == ("checkpoint-24.npz", "checkpoint-20.npz")
    events.close()
    (run / "weights.npz").unlink()
    last(go_on(run))
    assert products(run) == whole


def test_what_is_not_finite_is_not_saved_and_does_not_end_the_training_there(tmp_path: Path) -> None:
    lay_out(tmp_path)
    config = Path(write_config(tmp_path, "sgd"))
    config.write_text(config.read_text().replace("{seconds: 1e9}", "{steps: 1}"))
    out, seen = tmp_path / "out", []

    def poison(run: Any) -> bool:
        if run.trainer.at.step == 6:
            run.trainer.theta.b[1][0] = np.inf  # tanh makes 1 of it, so the cost stays finite
        seen.append(run.trainer.at.step)
        return False

    ended = last(train(str(config), out, poison))
    assert ended.reason == "diverged"
    assert ended.detail.startswith("a parameter is not finite after step 8 (epoch 2")
    assert max(seen) == 8
    assert list(checkpoints_in(out)) == [6, 5]
    assert last(go_on(out, at_step(7))).reason == "interrupted"


def refuse(path: Path, data: bytes, match: str | None = None) -> None:
    path.write_bytes(data)
    with pytest.raises(WeightsError, match=match) as caught:
        read_checkpoint(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)
    assert caught.value.exit_status == ExitStatus.WEIGHTS


SAID = '{"config":{"seed":1},"format":"checkpoint 1","lines":2,"state":{"step":7,"watch":{"best":null}}}'


def repacked(**changes: Any) -> bytes:
    """A checkpoint with other members, validly laid out and signed."""
    members = {**{name: state().arrays[name] for name in sorted(state().arrays)}, "meta": SAID, **changes}
    texts = {name: np.frombuffer(value.encode(), np.uint8) for name, value in members.items() if isinstance(value, str)}
    return write_npz({name: array for name, array in (members | texts).items() if array is not None})


def test_repacking_alone_changes_nothing() -> None:
    assert repacked() == pack(state(), META)


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: repacked(meta=None), "no meta"),
        (lambda: repacked(meta="[1]"), "not a JSON object"),
        (lambda: repacked(meta="{"), "not JSON"),
        (
            lambda: repacked(meta=SAID.replace("checkpoint 1", "checkpoint 2")),
            "format 'checkpoint 2'; this bpcli reads",
        ),
        (lambda: repacked(meta=SAID.replace('"checkpoint 1"', "1")), "format 1; this bpcli reads format checkpoint 1"),
        (lambda: repacked(meta=SAID.replace(',"state":{"step":7,"watch":{"best":null}}', "")), "nothing of a state"),
        (lambda: repacked(meta=SAID + " "), "not as bpcli writes it"),
        (lambda: repacked(meta=SAID.replace("7", "7e0")), "not as bpcli writes it"),
        (lambda: repacked(kept=np.array([1, np.nan, 3], np.float32)), "not finite"),
        (lambda: repacked(kept=np.ones((3, 1), np.float32)), "flat vectors"),
        (lambda: repacked(kept=np.ones(0, np.float32)), "flat vectors"),
        (lambda: repacked(kept="bytes"), "flat vectors"),
        (lambda: write_npz({"meta": np.frombuffer(SAID.encode(), np.uint8)}), "flat vectors"),
        (lambda: b"", "no .npz starts"),
        (lambda: pack(state(), META)[:-1], "SHA-256"),
    ],
)
def test_hostile_checkpoints_are_refused_however_well_signed(
    tmp_path: Path, make: Callable[[], bytes], match: str
) -> None:
    refuse(tmp_path / "checkpoint-7.npz", make(), match)


def test_every_changed_byte_and_every_truncation_is_refused(tmp_path: Path) -> None:
    good = pack(state(), META)
    for position in range(len(good)):
        changed = bytearray(good)
        changed[position] ^= 1 << position % 8
        refuse(tmp_path / "a.npz", bytes(changed))
        if position < len(good) - 64:  # and signed anew
            changed[-64:] = digest(bytes(changed[:-64]))
            refuse(tmp_path / "a.npz", bytes(changed))
    for length in range(0, len(good), 7):
        refuse(tmp_path / "a.npz", good[:length])


def test_a_weights_file_and_a_checkpoint_are_told_apart(tmp_path: Path) -> None:
    lay_out(tmp_path)
    last(train(write_config(tmp_path, "sgd"), tmp_path / "out"))
    with pytest.raises(WeightsError, match="it is a weights file, and no checkpoint"):
        read_checkpoint(tmp_path / "out" / "weights.npz")
    with pytest.raises(WeightsError, match="it is a checkpoint, for train --resume"):
        read_weights(tmp_path / "out" / "checkpoint-24.npz")
