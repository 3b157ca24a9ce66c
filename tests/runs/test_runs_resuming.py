"""Going on with a run: what may have changed since, what must not, and what is said of it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from stopped_trainings import at_step, go_on, last, lay_out, products, train, write_config

from bpcli.errors import BpcliError, ConfigError, DataError, ExitStatus, WeightsError
from bpcli.runs import resuming
from bpcli.runs.checkpoints import pack, read_checkpoint
from bpcli.runs.directory import RunDirectory, checkpoints_in
from bpcli.runs.provenance import changed_numerics, numerics
from bpcli.runs.resuming import resume, stopped_and_resumed
from bpcli.spec.reading import read_config
from bpcli.training.state import State


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with data, a config and a run that was stopped within its third epoch."""
    home = tmp_path_factory.mktemp("home")
    lay_out(home)
    assert last(train(write_config(home, "momentum"), home / "run", at_step(10))).reason == "interrupted"
    return home


@pytest.fixture
def home(stopped: Path, tmp_path: Path) -> Path:
    """A copy of it to spoil, in another place."""
    shutil.copytree(stopped, tmp_path / "home")
    about = tmp_path / "home" / "run" / "run.json"
    about.write_text(json.dumps({**json.loads(about.read_text()), "relative_to": "/gone"}))
    return tmp_path / "home"


def opened(home: Path, *overrides: str, config: str | None = None) -> Any:
    resumption = resume(home / "run", config, overrides)
    resumption.directory.close()
    return resumption


def refused(kind: type[BpcliError], home: Path, *overrides: str, config: str | None = None) -> tuple[str, ...]:
    with pytest.raises(kind) as caught:
        opened(home, *overrides, config=config)
    with RunDirectory(home / "run"):  # it is free again
        pass
    return caught.value.lines


def change(home: Path, edit: Callable[[dict[str, Any]], object]) -> None:
    """Changes the meta of the newest checkpoint, and signs it anew."""
    path = next(iter(checkpoints_in(home / "run").values()))
    read = read_checkpoint(path)
    meta = json.loads(json.dumps(read.meta))
    edit(meta)
    path.write_bytes(pack(State(read.state.arrays, meta["state"]), meta))


def test_it_goes_on_where_everything_was_moved_together(home: Path) -> None:
    resumption = opened(home)
    assert resumption.run.trainer.at.step == 10
    assert not resumption.is_complete
    assert resumption.warning is None


@pytest.mark.parametrize(
    "override",
    [
        "epochs=9",
        "epochs=1",
        "expect={test.accuracy: '>= 0.1'}",
        "checkpoint={epochs: 1}",
        "early_stopping={monitor: validation.cost, patience: 3}",
    ],
)
def test_some_keys_may_change(home: Path, override: str) -> None:
    opened(home, override)


MAY = "a run goes on as it began; what may change: expect, checkpoint, early_stopping, epochs"


@pytest.mark.parametrize(
    ("overrides", "lines"),
    [
        (["learning_rate=0.5"], ("learning_rate: 0.05 when the run began, 0.5 now", MAY)),
        (
            ["optimizer.momentum=0.5", "seed=2"],
            ("seed: 1 when the run began, 2 now", "optimizer.momentum: 0.9 when the run began, 0.5 now", MAY),
        ),
        (["layers=[3, 6, 2]"], ("layers: [3, 5, 2] when the run began, [3, 6, 2] now", MAY)),
        (["dtype=float64"], ('dtype: "float32" when the run began, "float64" now', MAY)),
        (["threads=2"], ("threads: 1 when the run began, 2 now", MAY)),
        (["data.test=0.1"], ("data.test: 0.2 when the run began, 0.1 now", MAY)),
        (
            ["early_stopping={monitor: running.cost}"],
            (
                "early_stopping.monitor: validation.cost when the run began, running.cost now; "
                "the best so far is by the first",
                MAY,
            ),
        ),
        (["epochs=none"], ("--set epochs: expected a whole number, not 'none'",)),
    ],
)
def test_others_may_not(home: Path, overrides: list[str], lines: tuple[str, ...]) -> None:
    assert refused(ConfigError, home, *overrides) == lines


def test_a_config_that_is_named_is_compared(home: Path) -> None:
    config = home / "c.yaml"
    opened(home, config=str(config))
    config.write_text(config.read_text().replace("batch_size: 8", "batch_size: 9"))
    assert refused(ConfigError, home, config=str(config)) == ("batch_size: 8 when the run began, 9 now", MAY)


@pytest.mark.parametrize("name", ["adam", "adamw"])  # one_cycle and cosine
def test_epochs_stay_where_the_schedule_is_laid_out_over_them(tmp_path: Path, name: str) -> None:
    lay_out(tmp_path)
    last(train(write_config(tmp_path, name), tmp_path / "run", at_step(3)))
    changed, may = refused(ConfigError, tmp_path, "epochs=9")
    assert changed == "epochs: 6 when the run began, 9 now"
    assert "is laid out over them" in may


def test_changed_data_is_refused_with_both_digests(home: Path) -> None:
    data = home / "d.csv"
    data.write_text(data.read_text().replace("p", "q", 1))
    for config in (None, str(home / "c.yaml")):
        (line,) = refused(DataError, home, config=config)
        assert "d.csv: is not the file that the run began with (SHA-256 " in line
    data.unlink()
    (line,) = refused(DataError, home)
    assert "its data 'd.csv' is not where it was" in line


def test_an_order_of_rows_and_first_weights_count_as_data(tmp_path: Path) -> None:
    lay_out(tmp_path)
    last(train(write_config(tmp_path, "adagrad"), tmp_path / "run", at_step(3)))
    order = bytearray((tmp_path / "order.npy").read_bytes())
    order[-8] ^= 1
    (tmp_path / "order.npy").write_bytes(order)
    (line,) = refused(DataError, tmp_path)
    assert "order.npy: is not the file" in line


def test_other_numerics_are_told_and_no_obstacle(home: Path) -> None:
    change(home, lambda meta: meta["numerics"].update(numpy="0.9"))
    line = opened(home).warning
    assert line == f'numpy is "{numerics()["numpy"]}" and was "0.9": the last bits may come out otherwise'
    assert changed_numerics("nonsense") is None


@pytest.mark.parametrize(
    ("edit", "match"),
    [
        (lambda meta: meta.update(config=3), "config is not one"),
        (lambda meta: meta["config"].update(epochs=-1), "its config is not one: .*epochs"),
        (lambda meta: meta.update(files=[]), "nothing of its files"),
        (lambda meta: meta["files"].update({"d.csv": {"sha256": 1}}), "nothing of its files"),
        (
            lambda meta: meta["config"].update(layers=[3, 10**8, 2]),
            r"arrays are not those of layers \[3, 100000000, 2\]",
        ),
        (lambda meta: meta["config"].update(layers=["auto", 5, 2]), "arrays are not those of layers"),
        (lambda meta: meta.update(kept=[]), "nothing of what was kept"),
        (lambda meta: meta.update(lines=7), "its lines are not those of its epochs"),
        (lambda meta: meta["state"].update(batch=5, step=13), "its batch is 5, not a whole number from 0 to 4"),
        (lambda meta: meta["state"].update(step=11), "its step 11 is not step 2 of epoch 3"),
        (lambda meta: meta["state"].update(epoch=True), "its epoch is True"),
        (lambda meta: meta["state"].update(epoch=10**30), "its epoch is 1000"),
        (lambda meta: meta["state"].update(best_epoch=3), "its best_epoch is 3, not a whole number from 0 to 2"),
        (lambda meta: meta["state"].update(cost="1"), "its cost is '1', not a finite number"),
        (lambda meta: meta["state"].pop("watch"), "its state is not one of"),
        (lambda meta: meta["state"].update(watch=None), "its state is not one of value, best, waited"),
        (lambda meta: meta["state"]["watch"].update(waited=-1), "its waited is -1"),
        (lambda meta: meta["state"]["watch"].update(best=[]), r"its best is \[\], not a finite number"),
        (lambda meta: meta["state"].update(schedule={"x": 1}), "its state is not one of nothing"),
        (lambda meta: meta["state"].update(optimizer_steps=0.5), "its optimizer_steps is 0.5"),
    ],
)
def test_a_state_that_cannot_be_is_refused(home: Path, edit: Callable[[dict[str, Any]], object], match: str) -> None:
    change(home, edit)
    with pytest.raises(WeightsError, match=rf"checkpoint-10\.npz: .*{match}") as caught:
        opened(home)
    assert caught.value.exit_status == ExitStatus.WEIGHTS


@pytest.mark.parametrize("name", ["state", "has_uint32", "uinteger"])
@pytest.mark.parametrize("value", [-1, 2**128, 1.5, "1", None])
def test_a_random_state_that_cannot_be_is_refused(tmp_path: Path, name: str, value: object) -> None:
    lay_out(tmp_path)
    last(train(write_config(tmp_path, "adam"), tmp_path / "run", at_step(3)))
    change(tmp_path, lambda meta: meta["state"]["dropout"].update({name: value}))
    (line,) = refused(WeightsError, tmp_path)
    assert f"its {name} is " in line


def test_arrays_of_another_network_are_refused(home: Path) -> None:
    path = next(iter(checkpoints_in(home / "run").values()))
    read = read_checkpoint(path)
    for arrays in (
        {name: array[:-1] for name, array in read.state.arrays.items()},
        {name: array.astype(float) for name, array in read.state.arrays.items()},
        {name: array for name, array in read.state.arrays.items() if name != "optimizer.v"},
        {**read.state.arrays, "optimizer.w": read.state.arrays["kept"]},
    ):
        path.write_bytes(pack(State(arrays, read.state.values), read.meta))
        (line,) = refused(WeightsError, home)
        assert line.startswith(f"{path}: it")


def test_what_is_no_run_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    os.mkfifo(tmp_path / "fifo")
    for path, said in [
        ("none", "no such run or checkpoint"),
        ("empty", "holds no checkpoint to go on from"),
        ("fifo", "neither a run nor a checkpoint"),
    ]:
        with pytest.raises(WeightsError, match=said):
            resume(tmp_path / path, None, [])
    assert not (tmp_path / "empty" / ".lock").exists()


def test_a_damaged_checkpoint_is_told_and_the_one_before_it_can_be_named(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = home / "run"
    newest, before = checkpoints_in(run).values()
    newest.write_bytes(newest.read_bytes()[:-1])
    read: list[Path] = []
    monkeypatch.setattr(resuming, "read_checkpoint", lambda path: read.append(path) or read_checkpoint(path))
    (line,) = refused(WeightsError, home)
    assert read == [newest, before]
    assert line.startswith(f"{newest}: damaged")
    assert line.endswith(f"; one before it is sound: --resume {before}")
    before_it = before.read_bytes()
    before.unlink()
    (line,) = refused(WeightsError, home)
    assert line.endswith("does not match its bytes")
    before.write_bytes(before_it)
    last(go_on(before))
    assert sorted(checkpoints_in(run)) == [0, 24]
    last(train(str(home / "c.yaml"), home / "whole"))
    assert products(run) == products(home / "whole")


def test_metrics_are_cut_where_the_checkpoint_stood(home: Path) -> None:
    metrics = home / "run" / "metrics.jsonl"
    whole = metrics.read_bytes()
    metrics.write_bytes(whole + b'{"event": "epoch", "epoch": 3}\n{"ev')
    last(go_on(home / "run"))
    epochs = [json.loads(line)["epoch"] for line in metrics.read_text().splitlines()]
    assert epochs == [1, 2, 3, 4, 5, 6]
    assert metrics.read_bytes().startswith(whole)


def test_metrics_that_were_cut_are_told(home: Path) -> None:
    metrics = home / "run" / "metrics.jsonl"
    metrics.write_bytes(metrics.read_bytes()[:-1])
    (line,) = refused(WeightsError, home)
    assert line == f"{metrics}: has 1 lines, and at step 10 it had 2"


def test_more_epochs_go_on_to_what_they_would_have_been(home: Path) -> None:
    last(go_on(home / "run"))
    assert opened(home).is_complete
    assert not opened(home, "epochs=9").is_complete
    config = home / "c.yaml"
    config.write_text(config.read_text().replace("epochs: 6", "epochs: 9"))
    last(train(str(config), home / "whole"))
    last(go_on(home / "run", overrides=["epochs=9"]))
    assert products(home / "run") == products(home / "whole")


@pytest.mark.parametrize("step", [1, 10, 24, 99])
def test_a_training_can_be_stopped_and_resumed_in_one_go(home: Path, step: int) -> None:
    config = read_config(str(home / "c.yaml"))
    last(train(str(home / "c.yaml"), home / "whole"))
    weights = stopped_and_resumed(config, home / "again", step, ["test"])
    assert weights == home / "again" / "weights.npz"
    assert products(home / "again") == products(home / "whole")
    (resumed,) = json.loads((home / "again" / "run.json").read_text())["resumed"]
    assert resumed["step"] == min(step, 24)


def test_leftovers_of_a_kill_are_swept_away(home: Path) -> None:
    (home / "run" / ".bpcli-0123456789abcdef.tmp").write_bytes(b"half a")
    opened(home)
    assert not list((home / "run").glob(".bpcli-*"))
