"""What a weights file says of itself, held against what NumPy and hashlib say of it."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from trainings import changed, lay_out, train

from bpcli.errors import WeightsError
from bpcli.runs.inspection import inspect
from bpcli.runs.weights import pack
from bpcli.ui.inspection import inspection

CONFIG = "layers: [2, 5, 3]\nepochs: 3\ndata: {train: t.csv, features: [a, b], target: class, validation: 0.2}\n"


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    return train(lay_out(tmp_path), CONFIG)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_it_is_what_plain_numpy_finds(tmp_path: Path, dtype: str) -> None:
    path = train(lay_out(tmp_path), f"{CONFIG}dtype: {dtype}\nactivation: [tanh]\n")
    found = inspect(path)
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in ("W1", "b1", "W2", "b2")}
        meta = json.loads(file["meta"].tobytes())
    assert found["bytes"] == len(path.read_bytes())
    assert found["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert found["parameters_sha256"] == hashlib.sha256(b"".join(a.tobytes() for a in arrays.values())).hexdigest()
    assert found["parameters"] == sum(array.size for array in arrays.values()) == 33
    for block, (name, array) in zip(found["blocks"], arrays.items()):
        x = array.astype(np.float64)
        assert (block["name"], block["shape"]) == (name, list(array.shape))
        assert block["norm"] == pytest.approx(np.linalg.norm(x), rel=1e-14)
        assert (block["largest"], block["zeros"]) == (np.abs(x).max(), np.mean(x == 0))
        assert (block["mean"], block["deviation"]) == pytest.approx((x.mean(), x.std()), rel=1e-14)
    parts = ("config", "preparation", "metrics", "numerics", "files")
    assert {part: found[part] for part in parts} == {part: meta[part] for part in parts}
    assert (found["format"], found["dtype"], found["threads"]) == (1, dtype, 1)
    assert (found["layers"], found["activations"], found["cost"]) == ([2, 5, 3], ["tanh", "softmax"], "cross_entropy")
    assert (found["inputs"], found["target"]) == (["a", "b"], "class, 3 classes")


def test_the_digest_of_the_parameters_is_of_them_alone(weights: Path) -> None:
    other = changed(weights, lambda meta, arrays: meta["metrics"].update(epochs=4))
    one, two = inspect(weights), inspect(other)
    assert one["sha256"] != two["sha256"]
    assert one["parameters_sha256"] == two["parameters_sha256"]


@pytest.mark.parametrize("bpclis", [False, True])
def test_numbers_without_meta_are_shown_as_far_as_they_go(tmp_path: Path, bpclis: bool) -> None:
    arrays = {"W1": np.ones((3, 2)), "b1": np.zeros(3), "W2": np.array([[1.0, 0, 0]]), "b2": np.zeros(1)}
    path = tmp_path / "plain.npz"
    if bpclis:
        path.write_bytes(pack(arrays))
    else:
        np.savez(path, **arrays)
    found = inspect(path)
    assert list(found) == ["weights", "bytes", "sha256", "format", "layers", "parameters", "blocks"]
    assert (found["format"], found["layers"], found["parameters"]) == (None, [2, 3, 1], 13)
    assert [block["norm"] for block in found["blocks"]] == [pytest.approx(6**0.5), 0, 1, 0]
    assert found["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_config_that_lacks_a_key_has_its_default(weights: Path, tmp_path: Path) -> None:
    """As one of an older bpcli may, or of a stranger."""
    said = inspect(weights)

    def change(meta: Any, arrays: Any) -> None:
        del meta["config"]["epochs"], meta["config"]["clip_norm"]
        meta["config"]["data"] = "t.csv"

    other = inspect(changed(weights, change, tmp_path / "less.npz"))
    assert other["config"].keys() == said["config"].keys()
    assert (other["config"]["epochs"], other["config"]["data"]["train"]) == (30, "t.csv")
    assert any(re.match("epochs +3 of 30", line.plain) for line in inspection(other, 80))


def test_what_is_none_is_refused_as_ever(weights: Path, tmp_path: Path) -> None:
    whole = weights.read_bytes()
    (tmp_path / "short.npz").write_bytes(whole[:500])
    (tmp_path / "flipped.npz").write_bytes(whole[:600] + bytes([whole[600] ^ 1]) + whole[601:])
    (tmp_path / "text.npz").write_text("no zip")
    np.savez(tmp_path / "other.npz", X=np.ones(3))
    changed(weights, lambda meta, arrays: meta.pop("numerics"), tmp_path / "less.npz")
    changed(weights, lambda meta, arrays: meta.update(metrics=[]), tmp_path / "list.npz")
    for name in ("none", "short", "flipped", "text", "other", "less", "list"):
        with pytest.raises(WeightsError) as caught:
            inspect(tmp_path / f"{name}.npz")
        assert str(caught.value).startswith(f"{tmp_path / name}.npz: ")
        assert "\n" not in str(caught.value)
