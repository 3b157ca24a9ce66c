"""Whole trainings by `engine: jit`: paused, stopped, resumed and explained as those by NumPy are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from stopped_trainings import COMMON, go_on, last, lay_out, products, train

from bpcli.runs.training_run import TrainingRun
from bpcli.spec.reading import read_config
from bpcli.training.events import Ended, EpochEnded, Progressed
from bpcli.training.state import State

pytest.importorskip("numba", reason="engine: jit needs numba: pip install '.[jit]'", exc_type=ImportError)

OWN = "engine: jit\noptimizer: {name: sgd, momentum: 0.9}\nschedule: {name: one_cycle, warmup: 1}\nl2: 0.01\n"
STEPS = 24  # 6 epochs of 4, the last batch of each short


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    lay_out(home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NUMBA_CACHE_DIR", str(tmp_path_factory.mktemp("numba")))
        yield home


def config(home: Path, more: str = OWN) -> str:
    keys = {line.partition(":")[0] for line in more.splitlines()}
    kept = [line for line in COMMON.splitlines() if line.partition(":")[0] not in keys]
    (home / "c.yaml").write_text("\n".join([*kept, more]))
    return str(home / "c.yaml")


def trained(home: Path, *overrides: str, state: State | None = None) -> tuple[TrainingRun, list[Any], list[State]]:
    """A training to its end, its events, and its state after each of them."""
    run = TrainingRun(read_config(config(home), overrides))
    if state is not None:
        run.trainer.restore(state)
    events, states = [], []
    for event in run.trainer.run():
        events.append(event)
        state = run.trainer.state()
        states.append(State({name: array.copy() for name, array in state.arrays.items()}, state.values))
    return run, events, states


def outcome(run: TrainingRun, events: list[Any]) -> tuple[bytes, list[Any]]:
    return run.trainer.theta.flat.tobytes(), [
        replace(event, seconds=0.0) for event in events if isinstance(event, EpochEnded | Ended)
    ]


@pytest.mark.parametrize("every", [1, 3, 7])
def test_it_pauses_after_each_so_many_steps_and_comes_to_the_same(home: Path, every: int) -> None:
    run, events, states = trained(home, f"checkpoint.steps={every}")
    paused = [state.values["step"] for state, event in zip(states, events) if isinstance(event, Progressed)]
    assert paused == list(range(every, STEPS + 1, every))
    assert outcome(run, events) == outcome(*trained(home)[:2])


def test_without_that_an_epoch_is_one_call(home: Path) -> None:
    run, events, _ = trained(home)
    assert not any(isinstance(event, Progressed) for event in events)
    assert run.trainer.at.step == STEPS


def test_every_cut_point_leads_to_the_same_bits(home: Path) -> None:
    run, events, states = trained(home, "checkpoint.steps=1")
    assert len(states) == STEPS + 6 + 2
    for point, state in enumerate(states[:-1]):
        again, others, _ = trained(home, state=state)  # in other pieces than before
        assert outcome(again, [*events[: point + 1], *others]) == outcome(run, events), point


@pytest.mark.parametrize("step", [3, 9, 15])
def test_through_files_too(home: Path, tmp_path: Path, step: int) -> None:
    path = config(home, OWN + "checkpoint: {steps: 3}\n")
    last(train(path, tmp_path / "whole"))
    assert last(train(path, tmp_path / "cut", lambda run: run.trainer.at.step >= step)).reason == "interrupted"
    assert products(tmp_path / "cut") != products(tmp_path / "whole")
    assert last(go_on(tmp_path / "cut")).reason == "epochs"
    assert products(tmp_path / "cut") == products(tmp_path / "whole")


@pytest.mark.parametrize(
    "more",
    [
        "optimizer: {name: rmsprop, momentum: 0.5}\nclass_weight: balanced\ndrop_last: true\ndtype: float64\n",
        *(
            pytest.param(text, marks=pytest.mark.slow)  # for each is compiled anew
            for text in (
                "optimizer: adam\nbatch_size: all\nepochs: 24\n",
                "optimizer: adagrad\nshuffle: {order: order.npy}\nl1: 0.001\n",
                "data: {train: d.csv, target: a, validation: 0.25}\nlayers: [auto, 4, 1]\ncost: huber\n",
                "output: sigmoid\ncost: quadratic\nactivation: elu\nearly_stopping: {patience: 1}\n",
            )
        ),
    ],
)
def test_other_trainings_are_those_by_numpy_and_go_on_to_the_same_bytes(home: Path, tmp_path: Path, more: str) -> None:
    path = config(home, f"engine: jit\n{more}")
    last(train(path, tmp_path / "whole"))
    last(train(config(home, more), tmp_path / "numpy"))
    lines = [products(tmp_path / name)[1] for name in ("whole", "numpy")]
    for one, other in zip(*lines, strict=True):
        assert one["running"]["cost"] == pytest.approx(other["running"]["cost"], rel=1e-4)
    path = config(home, f"engine: jit\n{more}")
    last(train(path, tmp_path / "cut", lambda run: run.trainer.at.step >= 3))
    last(go_on(tmp_path / "cut"))
    assert products(tmp_path / "cut") == products(tmp_path / "whole")


def test_divergence_has_the_same_cause_as_by_numpy(home: Path, tmp_path: Path) -> None:
    causes = []
    for engine in ("numpy", "jit"):
        more = f"engine: {engine}\nlearning_rate: 1e20\nactivation: relu\ncheckpoint: {{epochs: 1}}\n"
        ended = last(train(config(home, more), tmp_path / engine))
        assert (ended.reason, ended.cause is None) == ("diverged", False)
        causes.append((ended.detail, ended.cause.what, ended.cause.layer, ended.cause.step, ended.cause.rows))
    assert causes[0] == causes[1]
