"""A file of each format version that was ever written stays in formats/, and goes on being read."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).with_name("formats")))
from make import HERE, STOP, kept_checkpoint, kept_weights
from stopped_trainings import go_on, last

from bpcli.errors import WeightsError
from bpcli.runs import checkpoints, weights
from bpcli.runs.checkpoints import read_checkpoint
from bpcli.runs.evaluation import evaluate, examples_of
from bpcli.runs.npz import read_npz, write_npz
from bpcli.runs.resuming import resume
from bpcli.runs.trained import load_trained
from bpcli.runs.weights import read_weights

WEIGHTS = sorted(HERE.glob("weights-*.npz"))
CHECKPOINTS = sorted(HERE.glob("checkpoint-*"))


def kept_run(checkpoint: Path, folder: Path) -> Path:
    """A run directory that a kept checkpoint can go on in, with its data."""
    shutil.copytree(checkpoint, folder / "run")
    shutil.copy(HERE / "d.csv", folder / "run")
    return folder / "run"


def test_there_is_one_of_the_present_versions() -> None:
    assert kept_weights() in WEIGHTS, "run tests/runs/formats/make.py"
    assert kept_checkpoint() in CHECKPOINTS, "run tests/runs/formats/make.py"


@pytest.mark.parametrize("path", WEIGHTS, ids=lambda path: path.stem)
def test_weights_are_measured_as_they_were(path: Path) -> None:
    trained = load_trained(path)
    for split in ("validation", "test"):
        then = trained.meta["metrics"][split]
        now = evaluate(trained, examples_of(trained, split), split)
        assert {name: now[name] for name in then} == pytest.approx(then, rel=1e-5), split


@pytest.mark.parametrize("path", CHECKPOINTS, ids=lambda path: path.name)
def test_checkpoints_go_on_to_the_same_weights(path: Path, tmp_path: Path) -> None:
    run = kept_run(path, tmp_path)
    before = (run / "metrics.jsonl").read_bytes()
    assert last(go_on(run)).reason == "epochs"
    metrics = (run / "metrics.jsonl").read_bytes()
    assert metrics.startswith(before)
    assert [json.loads(line)["epoch"] for line in metrics.splitlines()] == list(range(1, 7))
    whole, found = read_weights(HERE / "weights-1.npz"), read_weights(run / "weights.npz")  # of the same training
    assert found.meta["metrics"]["best_epoch"] == whole.meta["metrics"]["best_epoch"]
    for name, array in whole.arrays.items():
        np.testing.assert_allclose(found.arrays[name], array, rtol=1e-4, atol=1e-6)


def of_format(path: Path, number: object) -> None:
    """Makes a file say that it is of another format, soundly laid out and signed."""
    arrays = read_npz(path.read_bytes())
    meta = weights.meta_text({**json.loads(arrays["meta"].tobytes()), "format": number})
    path.write_bytes(write_npz({**arrays, "meta": np.frombuffer(meta, np.uint8)}))


@pytest.mark.parametrize(
    ("kept", "read", "number", "told"),
    [
        (kept_weights(), read_weights, 99, f"written in format 99; this bpcli reads format {weights.FORMAT}"),
        (
            kept_checkpoint() / f"checkpoint-{STOP}.npz",
            read_checkpoint,
            "checkpoint 99",
            f"written in format 'checkpoint 99'; this bpcli reads format {checkpoints.FORMAT}",
        ),
    ],
    ids=["weights", "checkpoint"],
)
def test_a_newer_version_is_refused_by_its_number(
    tmp_path: Path, kept: Path, read: Callable[[Path], object], number: object, told: str
) -> None:
    path = tmp_path / kept.name
    shutil.copy(kept, path)
    of_format(path, json.loads(read_npz(path.read_bytes())["meta"].tobytes())["format"])
    assert path.read_bytes() == kept.read_bytes()  # so that it is the number alone that is refused
    of_format(path, number)
    with pytest.raises(WeightsError) as caught:
        read(path)
    assert str(caught.value) == f"{path}: {told}"


def test_a_run_of_a_newer_version_does_not_go_on(tmp_path: Path) -> None:
    run = kept_run(kept_checkpoint(), tmp_path)
    of_format(run / f"checkpoint-{STOP}.npz", "checkpoint 99")
    with pytest.raises(WeightsError, match=r"written in format 'checkpoint 99'; this bpcli reads format .*\d$"):
        resume(run, None, [])
