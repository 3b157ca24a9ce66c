"""Weights files made again: every kind of run comes out the same, and what was tampered with does not."""

from __future__ import annotations

import shutil
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from trainings import ROWS, changed, lay_out, train

from bpcli.errors import DataError, NegativeVerdict, WeightsError
from bpcli.runs import resuming
from bpcli.runs.comparison import differing
from bpcli.runs.reproduction import Reproduction, config_again, resumed_alike
from bpcli.runs.weights import read_weights
from bpcli.spec.reading import read_config
from bpcli.training import trainer
from bpcli.training.state import State
from bpcli.training.trainer import Trainer

pytest_plugins = ["plain_engine"]

DATA = "data: {train: t.csv, features: [a, b], target: class, validation: 0.2, test: 0.2}"
BASE = f"layers: [2, 5, 3]\nepochs: 4\nbatch_size: 8\n{DATA}\n"
ALONE = "layers: [2, 5, 3]\nepochs: 4\nbatch_size: 8\ndata: {train: t.csv, features: [a, b], target: class}\n"
STEPS = -(-ROWS // 8)  # of an epoch of ALONE


def made_again(path: Path) -> dict[str, Any]:
    again = Reproduction(path)
    for _ in again.run():
        pass
    return again.result


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return lay_out(tmp_path)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train(lay_out(tmp_path_factory.mktemp("home")), BASE)


@pytest.mark.parametrize(
    "config",
    [
        BASE,
        ALONE,
        BASE + "optimizer: adam\ndropout: 0.3\ninput_dropout: 0.1\nschedule: cosine\n",
        BASE + "schedule: {name: one_cycle}\nl1: 1e-4\nl2: 1e-3\nclass_weight: balanced\ndtype: float64\n",
        BASE.replace("epochs: 4", "epochs: 60")
        + "learning_rate: 1\nearly_stopping: {monitor: validation.cost, patience: 2}\n",
        ALONE + "shuffle: {order: order.npy}\ninit: {from: start.npz}\n",
        BASE.replace("test: 0.2", "test: {fold: 2/5}"),
        "layers: auto\nepochs: 4\ndata: {train: t.csv, features: [a, b], target: number, test: 0.2}\n".replace(
            "auto", "[2, 4, auto]"
        ),
        "layers: [2, 4, 2]\nepochs: 4\noutput: sigmoid\ncost: cross_entropy\n"
        "data: {train: {path: t.csv, rows: '0:50'}, features: [a, b], target: [u, v],"
        " validation: {path: t.csv, rows: '50:60'}}\n",
        BASE + "threads: 2\nevaluate_train: true\nexpect: {test.accuracy: '>= 0.9'}\n",
    ],
)
def test_runs_of_every_kind_come_out_the_same(home: Path, config: str) -> None:
    path = train(home, config)
    found = made_again(path)
    assert found["reproduced"]
    assert differing(found["differences"]) == []
    assert found["sha256"]["a"] == found["sha256"]["b"] == read_weights(path).sha256
    metrics = read_weights(path).meta["metrics"]
    assert found["epochs"] == metrics["epochs"]
    assert metrics["running"]["cost"] > 0
    if "early_stopping" in config:
        assert found["reason"] == "early_stopping"
        assert found["epochs"] < 60


def test_nothing_is_written(home: Path) -> None:
    path = train(home, BASE)
    before = sorted((file, file.stat().st_mtime_ns) for file in home.rglob("*"))
    made_again(path)
    assert sorted((file, file.stat().st_mtime_ns) for file in home.rglob("*")) == before


def test_the_data_may_move_along_with_the_run(home: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    train(home, ALONE + "shuffle: {order: order.npy}\ninit: {from: start.npz}\n")
    moved = tmp_path_factory.mktemp("moved") / "all"
    shutil.move(home, moved)
    assert made_again(moved / "run" / "weights.npz")["reproduced"]


@pytest.mark.parametrize("steps", [1, STEPS - 1, STEPS, STEPS + 1, 2 * STEPS + 3])
@pytest.mark.parametrize("config", [ALONE, BASE, BASE + "optimizer: adam\ndropout: 0.2\nschedule: cosine\n"])
def test_an_interrupted_run_is_followed_to_where_it_ended(home: Path, config: str, steps: int) -> None:
    calls = count(1)
    path = train(home, config, stop=lambda: next(calls) >= steps)
    if not path.exists():  # with validation rows nothing is kept before the first epoch has ended
        assert config != ALONE
        return
    epochs = read_weights(path).meta["metrics"]["epochs"]
    assert epochs < 4
    found = made_again(path)
    assert found["reproduced"], differing(found["differences"])
    assert (found["reason"], found["epochs"]) == ("interrupted", epochs)


def test_no_step_of_the_epoch_gives_weights_that_were_changed(home: Path) -> None:
    calls = count(1)
    path = train(home, ALONE, stop=lambda: next(calls) >= STEPS + 4)
    assert made_again(path)["reproduced"]
    other = changed(path, lambda meta, arrays: arrays["b2"].__iadd__(np.float32(1e-3)))
    found = made_again(other)
    assert not found["reproduced"]
    assert {"key": "epochs", "a": 1, "b": 2, "change": 1} in found["differences"]["metrics"]


@pytest.mark.parametrize("config", [BASE, ALONE + 'expect: {train.cost: "< 9"}\n'])
def test_a_complete_run_is_measured_again_however_long_that_takes(
    home: Path, config: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainer, "LAST_LOOK", -1.0)
    found = made_again(train(home, config))
    assert (found["reproduced"], found["reason"]) == (True, "epochs")


@pytest.mark.parametrize("config", [BASE, ALONE])
def test_a_run_that_diverged_comes_out_the_same(home: Path, config: str) -> None:
    line = config.replace("class", "number").replace("5, 3]", "1]").replace("epochs: 4", "epochs: 400")
    path = train(home, f"{line}learning_rate: 3\n")
    assert 0 < read_weights(path).meta["metrics"]["epochs"] < 400
    assert made_again(path)["reproduced"]


def test_another_seed_in_the_config_is_not_reproduced(weights: Path) -> None:
    other = changed(weights, lambda meta, arrays: meta["config"].update(seed=2))
    found = made_again(other)
    assert not found["reproduced"]
    assert {"preparation", "metrics", "weights"} == set(differing(found["differences"]))


@pytest.mark.parametrize("name", ["W1", "b2"])
def test_one_bit_of_one_weight_is_not_reproduced(weights: Path, name: str) -> None:
    def flip(meta: Any, arrays: dict[str, np.ndarray]) -> None:
        arrays[name].reshape(-1).view(np.uint32)[0] ^= 1

    found = made_again(changed(weights, flip))
    assert not found["reproduced"]
    assert differing(found["differences"]) == ["weights"]
    changed_blocks = [block for block in found["differences"]["weights"] if block["different"]]
    assert [(block["name"], block["different"], block["units"]) for block in changed_blocks] == [(name, 1, 1)]


def test_a_metric_that_was_changed_is_not_reproduced(weights: Path) -> None:
    other = changed(weights, lambda meta, arrays: meta["metrics"]["test"].update(accuracy=1.5))
    found = made_again(other)
    assert not found["reproduced"]
    assert [place["key"] for place in found["differences"]["metrics"]] == ["test.accuracy"]


def test_the_same_weights_by_other_arithmetic_are_reproduced_and_it_is_named(weights: Path) -> None:
    def elsewhere(meta: Any, arrays: object) -> None:
        meta["numerics"]["numpy"] = "1.26.4"
        meta["numerics"]["blas"][0]["kernel"] = "Z80"

    found = made_again(changed(weights, elsewhere))
    assert found["reproduced"]
    assert [place["key"] for place in found["differences"]["numerics"]] == ["blas[0].kernel", "numpy"]
    assert found["sha256"]["a"] != found["sha256"]["b"] == read_weights(weights).sha256


@pytest.mark.parametrize("name", ["t.csv", "start.npz", "order.npy"])
def test_each_file_that_changed_is_named(home: Path, name: str) -> None:
    path = train(home, ALONE + "shuffle: {order: order.npy}\ninit: {from: start.npz}\n")
    with (home / name).open("ab") as file:
        file.write(b"\n")
    advice = "start bpcli in the folder that its paths start from"
    with pytest.raises(DataError) as caught:
        Reproduction(path)
    assert str(caught.value) == f"{home / name}: is not the file that {path} was trained with; {advice}"


def test_a_file_that_is_gone_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = train(home, BASE)
    (home / "t.csv").rename(home / "elsewhere.csv")
    monkeypatch.chdir(home / "run")
    with pytest.raises(DataError, match=r"its data 't.csv' is not where it was; start bpcli in the folder"):
        Reproduction(path)


def test_a_config_that_cannot_have_made_it_is_a_negative_verdict(weights: Path) -> None:
    other = changed(weights, lambda meta, arrays: meta["config"].update(class_weight={"z": 2.0}))
    with pytest.raises(NegativeVerdict) as caught:
        Reproduction(other)
    (line,) = caught.value.lines
    assert line.startswith(f"{other}: not reproduced: with its data, class_weight.z: there is no class 'z'")


@pytest.mark.parametrize("epochs", [None, "3", 1.5])
def test_metrics_without_epochs_are_refused(weights: Path, epochs: Any) -> None:
    other = changed(weights, lambda meta, arrays: meta["metrics"].update(epochs=epochs))
    with pytest.raises(WeightsError, match="do not say how many epochs"):
        Reproduction(other)


def test_being_stopped_ends_it(weights: Path) -> None:
    calls = count(1)
    again = Reproduction(weights, lambda: next(calls) >= 9)
    *_, last = again.run()
    assert last.reason == "interrupted"
    assert last.epochs < 4


REMEMBERS = BASE + "optimizer: {name: sgd, momentum: 0.9}\ndropout: 0.3\n"


ALL = BASE.replace("batch_size: 8", "batch_size: all")


@pytest.mark.parametrize("text", [BASE, REMEMBERS, ALL, BASE + "engine: jit\n"])
def test_a_training_stopped_half_way_comes_out_the_same(
    home: Path, text: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    if "jit" in text:
        request.getfixturevalue("plain_jit")
    begun: list[Path] = []
    resume = resuming.resume

    def followed(*given: Any) -> resuming.Resumption:
        resumption = resume(*given)
        begun.append(resumption.checkpoint)
        return resumption

    monkeypatch.setattr(resuming, "resume", followed)
    (home / "c.yaml").write_text(text)
    found = resumed_alike(read_config(str(home / "c.yaml")), "c.yaml", ["test"])
    assert (found["resumed_alike"], found["differences"]) == (True, None)
    assert 0 < found["stopped_after"] < found["steps"]
    assert [path.name for path in begun] == [f"checkpoint-{found['stopped_after']}.npz"]
    assert "all" in text or found["stopped_after"] % 5 != 0


def test_a_training_that_is_resumed_wrong_is_found(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: what the optimizer remembers is lost on the way."""
    restore = Trainer.restore

    def forgetful(self: Trainer, state: State, careful: bool = False) -> None:
        restore(self, state, careful)
        for memory in self.descent.optimizer.state.values():
            memory.flat[:] = 0

    monkeypatch.setattr(Trainer, "restore", forgetful)
    (home / "c.yaml").write_text(REMEMBERS)
    found = resumed_alike(read_config(str(home / "c.yaml")), "c.yaml", ["test"])
    assert found["resumed_alike"] is False
    assert [block["different"] > 0 for block in found["differences"]["weights"]] == [True] * 4


def test_the_config_of_a_weights_file_is_stopped_and_resumed(weights: Path) -> None:
    found = resumed_alike(config_again(weights), str(weights), ["test"])
    assert found["resumed_alike"]
    assert found["sha256"]["a"] == read_weights(weights).sha256
