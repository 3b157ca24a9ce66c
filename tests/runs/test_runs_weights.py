"""Weights files: the same bytes each time, readable anywhere, and refused when one byte is another."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bpcli.errors import CannotWriteError, ExitStatus, WeightsError
from bpcli.runs.npz import write_npz
from bpcli.runs.weights import FORMAT, pack, read_arrays, read_weights, save_weights

Arrays = dict[str, np.ndarray]


def network(dtype: type = np.float32, layers: tuple[int, ...] = (3, 2, 1)) -> Arrays:
    draw = np.random.default_rng(1)
    arrays: Arrays = {}
    for layer, (fan_in, fan_out) in enumerate(pairwise(layers), start=1):
        arrays[f"W{layer}"] = draw.normal(size=(fan_out, fan_in)).astype(dtype)
        arrays[f"b{layer}"] = draw.normal(size=fan_out).astype(dtype)
    return arrays


META = {"config": {"learning_rate": 1e-3, "data": "données.csv"}, "classes": ["a", "b"], "metrics": None}


def save_plainly(path: Path, arrays: Arrays, save: Callable[..., None] = np.savez) -> None:
    """As a user of NumPy would."""
    save(path, **arrays)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "weights.npz"


def assert_refused(path: Path, data: bytes, match: str | None = None) -> None:
    path.write_bytes(data)
    with pytest.raises(WeightsError, match=match) as caught:
        read_weights(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)
    assert caught.value.exit_status == ExitStatus.WEIGHTS


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_file_gives_back_what_was_saved(path: Path, dtype: type) -> None:
    arrays = network(dtype)
    save_weights(path, arrays, META)
    read = read_weights(path)
    assert list(read.arrays) == ["W1", "b1", "W2", "b2"]
    for name, array in arrays.items():
        assert read.arrays[name].dtype == dtype
        np.testing.assert_array_equal(read.arrays[name], array)
    assert read.meta == META | {"format": FORMAT, "layers": [3, 2, 1]}


def test_the_same_network_is_the_same_bytes_in_any_folder_and_order(tmp_path: Path) -> None:
    first, second = tmp_path / "one" / "weights.npz", tmp_path / "two" / "other.npz"
    for path in (first, second):
        path.parent.mkdir()
    save_weights(first, network(), META)
    backwards = {name: np.asfortranarray(array) for name, array in reversed(network().items())}
    save_weights(second, backwards, dict(reversed(META.items())))
    assert first.read_bytes() == second.read_bytes()
    assert str(tmp_path).encode() not in first.read_bytes()


def test_plain_numpy_reads_it(path: Path) -> None:
    save_weights(path, network(), META)
    with np.load(path, allow_pickle=False) as loaded:
        np.testing.assert_array_equal(loaded["W1"], network()["W1"])
        assert loaded["meta"].dtype == np.uint8
        assert json.loads(loaded["meta"].tobytes()) == META | {"format": FORMAT, "layers": [3, 2, 1]}
        assert "données".encode() in loaded["meta"].tobytes()


def test_a_file_name_that_is_no_utf_8_survives(path: Path) -> None:
    save_weights(path, network(), {"data": "caf\udce9.csv"})
    assert read_weights(path).meta["data"] == "caf\udce9.csv"


def test_every_truncation_is_refused(path: Path) -> None:
    whole = pack(network(), META)
    for length in range(len(whole)):
        assert_refused(path, whole[:length])


def test_every_change_of_one_byte_is_refused(path: Path) -> None:
    whole = pack(network(), META)
    draw = random.Random(1)
    for _ in range(2000):
        changed = bytearray(whole)
        changed[draw.randrange(len(whole))] ^= draw.randrange(1, 256)
        assert_refused(path, bytes(changed))


def changed(**arrays: Any) -> Arrays:
    return network() | arrays


@pytest.mark.parametrize(
    ("arrays", "match"),
    [
        (changed(W1=np.full((2, 3), np.nan, np.float32)), "W1 .* not finite"),
        (changed(b2=np.full(1, np.inf, np.float32)), "b2 .* not finite"),
        (changed(W2=np.ones((1, 4), np.float32)), r"W2 has shape \(1, 4\), where \(1, 2\)"),
        (changed(b1=np.ones(3, np.float32)), r"W1 has shape \(2, 3\), where \(3, 3\)"),
        (changed(b1=np.ones((2, 1), np.float32)), r"b1 has shape \(2, 1\), where \(2,\)"),
        (changed(W1=np.ones(3, np.float32)), "not .outputs, inputs."),
        (changed(W1=np.ones((2, 3))), "float32, float64: not all"),
        (changed(extra=np.ones(1, np.float32)), "holds 'extra'"),
        (changed(**{"../../etc/W3": np.ones(1, np.float32)}), "holds '../../etc/W3'"),
        (changed(**{"W3\n": np.ones(1, np.float32)}), r"holds 'W3\\n'"),
        ({"W1": network()["W1"]}, "b1 is missing"),
        (network(layers=(3, 0, 1)), "no neuron"),
        ({}, "W1 is missing"),
    ],
)
def test_arrays_that_are_no_network_are_neither_written_nor_read(path: Path, arrays: Arrays, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        pack(arrays, {})
    text = json.dumps({"format": FORMAT, "layers": [3, 2, 1]}, separators=(",", ":"))
    assert_refused(path, write_npz(arrays | {"meta": np.frombuffer(text.encode(), np.uint8)}), match)


CANONICAL = '{"format":1,"layers":[3,2,1]}'


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[" * 99, "not JSON"),
        ("[" * 101, "nested deeper, than any network needs"),
        (CANONICAL.replace("}", f',"x":{"[" * 500}{"]" * 500}}}'), "nested deeper"),
        (CANONICAL.replace("}", f',"x":[{"[]," * 50_000}0]}}'), "says more"),
        ("[]", "not a JSON object"),
        ("{}", "format None"),
        (CANONICAL.replace("1", "2", 1), "written in format 2; this bpcli reads format 1"),
        (CANONICAL.replace("1", "true", 1), "not as bpcli writes it"),
        (CANONICAL.replace("3", "4"), r"layers \[3, 2, 1\], and its meta says otherwise"),
        (CANONICAL.replace("3", "3.0"), "not as bpcli writes it"),
        (CANONICAL.replace(",2", ", 2"), "not as bpcli writes it"),
        (CANONICAL.replace("{", '{"format":1,'), "not as bpcli writes it"),
        (CANONICAL.replace("}", ',"x":NaN}'), "JSON"),
        (CANONICAL.replace("}", f',"x":{"9" * 5000}}}'), "not JSON"),
        (CANONICAL.replace("}", f',"x":{"9" * 41}}}'), "not JSON"),
    ],
)
def test_a_meta_that_bpcli_would_not_write_is_refused(path: Path, text: str, match: str) -> None:
    assert_refused(path, write_npz(network() | {"meta": np.frombuffer(text.encode(), np.uint8)}), match)


def test_a_meta_may_say_what_it_likes_in_few_values(path: Path) -> None:
    """Brackets in a string are none, escaped quotes end no string, and a hundred levels are not too many."""
    deep: list[Any] = []
    for _ in range(97):
        deep = [deep]
    meta = {
        "config": {"a": '"[[[[' * 200 + "\\" * 7, "b": deep, "c": "," * 300_000, "d": list(range(20_000)), "e": 2**128}
    }
    save_weights(path, network(), meta)
    assert read_weights(path).meta["config"] == meta["config"]


def test_a_meta_may_say_much_of_a_network_with_many_inputs(path: Path) -> None:
    names = [f"x{number}" for number in range(20_000)]
    meta = {"features": names, "categories": {name: [] for name in names}, "shift": [0.5] * 20_000}
    save_weights(path, network(layers=(20_000, 1)), meta)
    assert read_weights(path).meta["features"] == names
    assert_refused(path, pack(network(), meta), "says more")


def test_members_in_another_order_or_meta_of_another_type_are_refused(path: Path) -> None:
    meta = np.frombuffer(CANONICAL.encode(), np.uint8)
    assert_refused(path, write_npz({"meta": meta} | network()), "order")
    padded = CANONICAL.replace("}", " " * (-len(CANONICAL) % 4) + "}").encode()
    assert_refused(path, write_npz(network() | {"meta": np.frombuffer(padded, np.float32)}))


def test_what_is_no_weights_file_is_refused_in_one_line(path: Path, tmp_path: Path) -> None:
    for other in (tmp_path / "missing.npz", tmp_path, Path("/dev/zero")):
        with pytest.raises(WeightsError, match=f"^{other}: "):
            read_weights(other)
    assert_refused(path, b"layers: [2, 2, 1]\n", "not a weights file")
    assert_refused(path, pack(network()), "no meta")
    save_plainly(path, network())
    assert_refused(path, path.read_bytes(), "not written by bpcli")


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CannotWriteError, match=r"weights.npz: cannot write: No such file"):
        save_weights(tmp_path / "no" / "weights.npz", network(), {})
    monkeypatch.setattr("bpcli.runs.npz._MOST_BYTES", 10)
    with pytest.raises(CannotWriteError, match="4 GiB"):
        save_weights(tmp_path / "weights.npz", network(), {})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_arrays_saved_by_numpy_are_welcome_as_initial_values(path: Path, save: Callable[..., None]) -> None:
    stored = {name: np.asfortranarray(array) for name, array in network().items()}
    save_plainly(path, stored | {"b2": np.array([2])}, save)
    arrays = read_arrays(path, "w.npz")
    assert list(arrays) == ["W1", "b1", "W2", "b2"]
    assert all(array.dtype == np.float64 and array.flags.c_contiguous for array in arrays.values())
    np.testing.assert_array_equal(arrays["W1"], network()["W1"])
    assert arrays["b2"].tolist() == [2.0]


@pytest.mark.parametrize("meta", [None, META])
def test_weights_files_are_welcome_as_initial_values(path: Path, meta: dict[str, Any] | None) -> None:
    save_weights(path, network(), meta)
    np.testing.assert_array_equal(read_arrays(path, "w.npz")["W2"], network()["W2"])


@pytest.mark.parametrize(
    ("arrays", "match"),
    [
        ({"W1": np.ones((2, 3))}, "b1 is missing"),
        ({"W1": np.ones((2, 3)), "b1": np.ones((2, 1))}, "b1 has shape"),
        ({"W1": np.ones((2, 3)), "b1": np.array([1, math.nan])}, "not finite"),
        ({"W1": np.ones((2, 3)), "b1": np.array(["x", "y"])}, "not numbers"),
        ({"W1": np.ones((2, 3)), "b1": np.array([None, None])}, "b1 holds object, not numbers"),
        ({"coef": np.ones((2, 3))}, "holds 'coef'"),
    ],
)
def test_unfit_initial_values_are_refused_in_one_line(path: Path, arrays: Arrays, match: str) -> None:
    save_plainly(path, arrays)
    with pytest.raises(WeightsError, match=match) as caught:
        read_arrays(path, "w.npz")
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_shown_as_it_is_reached_with_the_nearest(path: Path) -> None:
    save_plainly(path, network())
    with pytest.raises(WeightsError) as caught:
        read_arrays(path.with_name("weigths.npz"), "configs/weigths.npz")
    assert str(caught.value) == "configs/weigths.npz: no such file (did you mean 'weights.npz'?)"
    missing = path.with_name("elsewhere.npy")
    with pytest.raises(WeightsError) as caught:
        read_weights(missing)
    assert str(caught.value) == f"{missing}: no such file"


def test_damaged_initial_values_are_never_another_exception(path: Path) -> None:
    save_plainly(path, network())
    whole = path.read_bytes()
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        with pytest.raises(WeightsError):
            read_arrays(path, "w.npz")
