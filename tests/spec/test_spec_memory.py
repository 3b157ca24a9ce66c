"""Networks and batches that are larger than the memory; the rule of the config stands in test_spec_rules.py."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bpcli.errors import ConfigError
from bpcli.runs.training_run import TrainingRun
from bpcli.spec import memory
from bpcli.spec.reading import read_config
from bpcli.spec.schema import Spec


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(memory, "machine_memory", lambda: 2_000_000)
    Path("a.csv").write_text("a,b,y\n" + "1,2,0.5\n3,4,1.5\n" * 500)


def spec_of(layers: str, more: str = "") -> Spec:
    Path("c.yaml").write_text(f"layers: {layers}\ndata: a.csv\n{more}\n")
    return read_config("c.yaml").spec


def test_the_memory_is_that_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert memory.machine_memory() == os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") > 100_000_000


def test_parameters_just_fit_or_do_not() -> None:
    assert memory.parameters_too_large(spec_of("[249, 1000]")) is None  # 250 · 1000 · 2 · 4 bytes
    config = "layers: [250, 1000]\ndata: a.csv\n"
    Path("c.yaml").write_text(config)
    with pytest.raises(ConfigError) as caught:
        read_config("c.yaml")
    assert caught.value.lines == (
        "c.yaml:1:9: layers: 251,000 parameters and their gradient would need 0.0 GB, and this machine has 0.0 GB",
    )
    Path("c.yaml").write_text(config.replace("250", "auto"))
    assert read_config("c.yaml").spec.layers[0] == "auto"


def test_float64_takes_twice_as_much() -> None:
    with pytest.raises(ConfigError, match=r"^c\.yaml:1:9: layers: 250,000 parameters and their gradient"):
        spec_of("[249, 1000]", "dtype: float64")


def test_a_batch_just_fits_or_does_not() -> None:
    spec = spec_of("[2, 97, 1]")  # 100 units, 97 the widest
    assert memory.batch_too_large(spec, 1018) is None  # rows · (2 · 100 + 3 · 97) · 4 bytes
    told = "1,019 examples on their way through the layers at once would need 0.0 GB, and this machine has 0.0 GB"
    assert memory.batch_too_large(spec, 1019) == told


def test_what_the_data_adds_is_told_with_the_place_of_the_key() -> None:
    Path("c.yaml").write_text("layers: [auto, 200, auto]\nbatch_size: all\ndata: a.csv\n")
    with pytest.raises(ConfigError) as caught:
        TrainingRun(read_config("c.yaml"))
    assert caught.value.lines == (
        "c.yaml:2:13: batch_size: 1,000 examples on their way through the layers at once would need 0.0 GB, and this "
        "machine has 0.0 GB",
    )
    Path("c.yaml").write_text("layers: [auto, 70000, auto]\nbatch_size: 1\ndata: a.csv\n")
    with pytest.raises(ConfigError, match=r"^c\.yaml:1:9: layers: 280,001 parameters and their gradient"):
        TrainingRun(read_config("c.yaml"))
