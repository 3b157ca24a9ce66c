"""Hostile and damaged files: each refused in one line, without taking memory, and by no foreign exception."""

from __future__ import annotations

import io
import random
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from hostile_files import GOOD, HARMLESS, foreign_files, from_zipfile, good_file, members, weights_files, wrong_arrays
from refusals import Read, answer, read_naively

from bpcli.runs.checkpoints import read_checkpoint
from bpcli.runs.npz import DIGEST_LENGTH, digest, read_npz
from bpcli.runs.weights import pack, read_arrays, read_weights

SPARE = 16 * 2**20  # bytes that a refusal may take beyond the size of the file


def assert_all_refused(path: Path, files: Iterable[tuple[str, bytes]], read: Read) -> int:
    """Reads each of the files; gives how many there were."""
    count = 0
    for what, data in files:
        path.write_bytes(data)
        del data
        found = answer(path, read)
        assert found.said is not None, f"welcomed a file with {what}"
        assert found.said.startswith(f"{path}: "), what
        assert "\n" not in found.said, what
        assert len(found.said) < len(str(path)) + 300, what
        assert found.beyond <= SPARE, f"{what}: {found.beyond:,} bytes beyond those of the file"
        count += 1
    return count


def test_hostile_weights_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.npz"
    path.write_bytes(good_file())
    read_weights(path)  # what they are spoilt from is welcome
    assert assert_all_refused(path, weights_files(), read_weights) >= 150


def test_as_checkpoints_they_are_refused_too(tmp_path: Path) -> None:
    assert assert_all_refused(tmp_path / "checkpoint-1.npz", weights_files(), read_checkpoint) >= 150


def test_hostile_first_weights_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "w.npz"
    path.write_bytes(good_file())
    assert read_arrays(path, str(path), 20)["W1"].shape == (2, 3)
    assert assert_all_refused(path, foreign_files(), lambda path: read_arrays(path, str(path), 20)) >= 80


@pytest.mark.parametrize(
    "large",
    ["a" * 10**6 + "😀", [{}] * 200_000, {str(n): 0 for n in range(150_000)}, [{"": {"": {}}}] * 60_000 + ["😀"]],
)
def test_a_large_meta_takes_at_most_fifty_times_its_bytes(tmp_path: Path, large: object) -> None:
    arrays = {"W1": np.zeros((20, 1000), np.float32), "b1": np.zeros(20, np.float32)}
    path = tmp_path / "w.npz"
    path.write_bytes(pack(arrays, {"x": large}))
    size = path.stat().st_size - len(pack(arrays, {}))
    found = answer(path, read_weights)
    assert found.said is None
    assert found.beyond <= 50 * size


def test_what_other_programs_may_write_is_welcome(tmp_path: Path) -> None:
    path, welcome = tmp_path / "w.npz", 0
    for what, payload in wrong_arrays(GOOD["W1"]):
        if what.startswith(HARMLESS):
            path.write_bytes(from_zipfile(members(W1=payload)))
            assert read_arrays(path, str(path), 20)["W1"].shape == (2, 3), what
            welcome += 1
    assert welcome == len(HARMLESS)


@pytest.mark.filterwarnings("ignore")
def test_numpy_alone_welcomes_many_and_fills_the_memory(tmp_path: Path) -> None:
    path, welcome, full = tmp_path / "w.npz", 0, 0
    for _, data in foreign_files():
        path.write_bytes(data)
        found = answer(path, read_naively)
        welcome += found.said is None
        full += found.beyond > SPARE
    assert welcome >= 50
    assert full >= 3


def test_numpy_alone_loses_arrays_without_a_word() -> None:
    good = good_file()
    position = good.index(b"PK\1\2") + 33  # the high byte of how long the comment on W1 is
    with np.load(io.BytesIO(good[:position] + b"\1" + good[position + 1 :]), allow_pickle=False) as file:
        assert file.files == ["W1"]
    assert changes(good, [position], [1]) == 1


def changes(good: bytes, positions: Iterable[int], values: Iterable[int]) -> int:
    """Tries each change of one byte; gives how many there were."""
    values, count = list(values), 0
    for position in positions:
        for value in values:
            if value == good[position]:
                continue
            changed = good[:position] + bytes([value]) + good[position + 1 :]
            with pytest.raises(ValueError):
                read_npz(changed)
            count += 1
    return count


def test_some_thousand_changes_of_one_byte_are_detected() -> None:
    good, rng = good_file(), random.Random(1)
    assert changes(good, rng.sample(range(len(good)), 40), range(256)) >= 10_000


@pytest.mark.slow
def test_every_change_of_one_byte_is_detected() -> None:
    good = large_enough()
    assert changes(good, range(len(good)), range(256)) >= 800_000


@pytest.mark.slow
def test_every_change_of_one_byte_is_detected_when_signed_anew() -> None:
    """By the layout alone: what is not layout are the values, which may be any that are finite."""
    good = good_file()
    body, loose = good[:-DIGEST_LENGTH], 0
    for position in range(len(body)):
        for value in range(256):
            changed = body[:position] + bytes([value]) + body[position + 1 :]
            if changed != body:
                try:
                    read_npz(changed + digest(changed))
                    loose += 1
                except ValueError:
                    pass
    assert loose == 0  # each value is in a check sum too


def large_enough() -> bytes:
    """A file of more than 3,137 bytes, so that it can be changed in 800,000 ways."""
    rng = np.random.default_rng(1)
    arrays = {"W1": rng.random((20, 25)), "b1": rng.random(20), "W2": rng.random((1, 20)), "b2": rng.random(1)}
    good = pack({name: array.astype(np.float32) for name, array in arrays.items()}, {})
    assert len(good) > 3137
    return good


def test_every_truncation_is_detected() -> None:
    good = good_file()
    for length in range(len(good)):
        with pytest.raises(ValueError):
            read_npz(good[:length])
