"""What numba makes of the engine: the same trainings as NumPy's, to rounding, and nothing taken on the way."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sample_networks import make_network, random_batch, random_parameters

from bpcli.core.descent import Descent
from bpcli.core.optimizers.adaptive import Adam
from bpcli.core.optimizers.sgd import Sgd
from bpcli.core.schedules import SCHEDULES
from bpcli.core.stepcheck import check_step
from bpcli.data.batches import Batches
from bpcli.data.loading import Examples
from bpcli.jit import compiled
from bpcli.jit.compiled import Program
from bpcli.jit.descent import CompiledDescent
from bpcli.training.evaluate import Evaluator
from bpcli.training.events import Ended, EpochEnded
from bpcli.training.stopping import Watch
from bpcli.training.trainer import Trainer

pytest.importorskip("numba", reason="engine: jit needs numba: pip install '.[jit]'", exc_type=ImportError)

ROWS = 50


@pytest.fixture(autouse=True, scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NUMBA_CACHE_DIR", str(tmp_path_factory.mktemp("numba")))
        yield


def train(descent: Descent, dtype: type, eta: float = 0.05, schedule: str = "constant", large: bool = False):
    n = descent.network.n
    rng = np.random.default_rng(1)
    x = rng.standard_normal((ROWS, n[0])).astype(dtype)
    y = np.eye(n[-1], dtype=dtype)[x[:, : n[-1]].argmax(axis=1)]
    weight = rng.uniform(0.5, 2.0, ROWS).astype(dtype)
    trainer = Trainer(
        descent,
        theta=random_parameters(n, dtype=dtype),
        schedule=SCHEDULES.get(schedule)(),
        eta=eta,
        epochs=20,
        batches=Batches(ROWS, 8, seed=1),
        train=Examples(x * (1e30 if large else 1), y, weight, np.arange(ROWS)),
        validation=None,
        test=None,
        evaluator=Evaluator(descent.network, "classes", np.dtype(dtype)),
        watch=Watch("running.cost"),
    )
    events = list(trainer.run())
    costs = [event.running["cost"] for event in events if isinstance(event, EpochEnded)]
    assert isinstance(events[-1], Ended)
    return trainer.theta.flat, costs, events[-1]


FORMS = [Sgd, lambda: Sgd(0.9), lambda: Sgd(0.9, nesterov=True)]


@pytest.mark.parametrize(("dtype", "rounding"), [(np.float64, 1e-12), (np.float32, 1e-6)])
@pytest.mark.parametrize("optimizer", FORMS, ids=["plain", "momentum", "nesterov"])
@pytest.mark.parametrize("schedule", ["constant", "one_cycle"])
def test_a_whole_training_is_the_same_to_rounding(optimizer, schedule, dtype, rounding):
    network = make_network((4, 10, 3), "relu", l1=1e-3, l2=1e-2)
    flat, costs, _ = train(Descent(network, optimizer()), dtype, schedule=schedule)
    again, costs_again, ended = train(CompiledDescent(network, optimizer()), dtype, schedule=schedule)
    assert ended.reason == "epochs"
    assert np.abs(again - flat).max() <= rounding * np.abs(flat).max()
    np.testing.assert_allclose(costs_again, costs, rtol=rounding)


def test_layers_of_different_functions_and_a_cost_whose_slope_stays():
    network = make_network((4, 6, 5, 3), "tanh", "sigmoid", "quadratic")
    flat, costs, _ = train(Descent(network, Adam()), np.float64)
    again, costs_again, _ = train(CompiledDescent(network, Adam()), np.float64)
    assert np.abs(again - flat).max() <= 1e-12 * np.abs(flat).max()
    np.testing.assert_allclose(costs_again, costs, rtol=1e-12)
    report = list(
        check_step(CompiledDescent(network, Adam()), random_parameters(network.n), random_batch(network.n), 0.1)
    )
    assert all(one.passed for one in report)
    assert {one.name for one in report} >= {"W1", "b3", "m of W2", "v of b1"}


def test_the_step_is_checked_as_it_is_compiled():
    network = make_network((4, 10, 3), "relu", l1=1e-3, l2=1e-2)
    for optimizer in FORMS:
        for one in check_step(
            CompiledDescent(network, optimizer()), random_parameters(network.n), random_batch(network.n), 0.1
        ):
            assert one.passed, one


def test_it_diverges_at_the_same_step_in_the_same_words():
    network = make_network((4, 10, 3), "relu")
    ends = [train(kind(network, Sgd()), np.float32, eta=1e30, large=True)[2] for kind in (Descent, CompiledDescent)]
    assert ends[0].reason == "diverged"
    assert ends[0].detail == ends[1].detail


def test_the_same_training_twice_gives_the_same_bits():
    network = make_network((4, 10, 3), "relu")
    assert len({train(CompiledDescent(network, Sgd()), np.float32)[0].tobytes() for _ in range(3)}) == 1


def test_no_step_allocates_anything():
    """Arrays that numba allocates are counted by numba, for each call the same number, however many steps it takes."""
    from numba.core.runtime import _nrt_python, rtsys

    network, counts = make_network((4, 10, 3), "relu"), []
    descent, theta, batch = CompiledDescent(network, Sgd()), random_parameters(network.n), random_batch(network.n, 40)
    descent.start(theta)
    _nrt_python.memsys_enable_stats()
    for steps in (1, 1, 1000):
        before = rtsys.get_allocation_stats().alloc
        rows = np.arange(8 * steps) % 40
        descent.steps(theta, (batch.x, batch.y, None), rows, 8, [0.01] * steps)
        counts.append(rtsys.get_allocation_stats().alloc - before)
    _nrt_python.memsys_disable_stats()
    assert counts[2] == counts[1]


def test_another_source_version_or_processor_is_kept_elsewhere(monkeypatch):
    descent = CompiledDescent(make_network(), Sgd())
    program = descent.program("float32")
    folders = {program.folder(), descent.program("float64").folder()}
    folders.add(CompiledDescent(make_network(activation="tanh"), Sgd()).program("float32").folder())
    with monkeypatch.context() as patch:
        patch.setattr(np, "__version__", "another")
        folders.add(program.folder())
    with monkeypatch.context() as patch:
        patch.setattr(compiled.jit, "__path__", [str(compiled.jit.__path__[0]) + "/.."])
        folders.add(program.folder())
    with monkeypatch.context() as patch:
        patch.setattr(compiled.engine, "__file__", __file__)  # numba goes by its place and time
        folders.add(program.folder())
    for name in ("numba", "llvmlite"):
        with monkeypatch.context() as patch:
            patch.setattr(compiled, "version", lambda one, name=name: "another" if one == name else version(one))
            folders.add(program.folder())
    with monkeypatch.context() as patch:
        patch.setattr("numba.core.codegen.CPUCodegen.magic_tuple", lambda codegen: "another")
        folders.add(program.folder())
    assert len(folders) == 9


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Program:
    """One that is compiled and kept, in a folder of its own."""
    program = CompiledDescent(make_network((4, 10, 3), "relu"), Sgd()).program("float32")
    compiled.compile_program(program)
    kept = program.folder()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    shutil.copytree(kept, program.folder())
    return program


def compile_again(program: Program, monkeypatch: pytest.MonkeyPatch) -> list[Path | None]:
    """Where it was looked for, and at last compiled: not really, where nothing is kept."""
    places: list[Path | None] = []
    compile_there = compiled._compiled

    def note(program: Program, train: Any, folder: Path | None = None) -> Any:
        places.append(folder)
        return compile_there(program, train, folder) if folder and any(folder.rglob("*.nbc")) else print

    monkeypatch.setattr(compiled, "_compiled", note)
    assert callable(compiled.compile_program.__wrapped__(program))
    return places


def test_what_is_kept_is_loaded_in_silence(program, monkeypatch, caplog):
    with caplog.at_level("INFO", "bpcli"):
        assert compile_again(program, monkeypatch) == [program.folder()]
    assert caplog.messages == []


@pytest.mark.parametrize("share", [0, 0.5])
@pytest.mark.parametrize("kind", ["nbi", "nbc"])
def test_what_is_damaged_is_compiled_once_more(kind, share, program, monkeypatch, caplog):
    (file,) = program.folder().rglob(f"*.{kind}")
    file.write_bytes(file.read_bytes()[: int(share * file.stat().st_size)])
    with caplog.at_level("INFO", "bpcli"):
        assert compile_again(program, monkeypatch) == [program.folder()] * 2
    assert "is damaged (" in caplog.messages[0]
    assert "compiling for this kind of network, once" in caplog.messages[1]
    assert list(program.folder().iterdir()) == []


def test_a_folder_that_others_may_write_is_left_alone(program, monkeypatch, caplog):
    program.folder().chmod(0o720)
    assert compile_again(program, monkeypatch) == [None]
    assert "or others may write there" in caplog.text


def test_a_folder_of_another_user_is_left_alone(program, monkeypatch, caplog):
    monkeypatch.setattr(os, "geteuid", lambda: program.folder().stat().st_uid + 1)
    assert compile_again(program, monkeypatch) == [None]
    assert "is another user's" in caplog.text


def test_a_link_in_its_place_is_left_alone(program, monkeypatch, caplog):
    program.folder().rename(program.folder().parent / "elsewhere")
    program.folder().symlink_to("elsewhere")
    assert compile_again(program, monkeypatch) == [None]


def test_a_new_folder_is_for_this_user_alone(program, monkeypatch):
    shutil.rmtree(program.folder())
    assert compile_again(program, monkeypatch) == [program.folder()]
    assert program.folder().stat().st_mode & 0o777 == 0o700


def no_home() -> Path:
    raise RuntimeError("Could not determine home directory.")


def test_without_a_home_it_is_compiled_for_this_run_alone(program, monkeypatch, caplog):
    monkeypatch.setattr(Path, "home", no_home)
    assert compile_again(program, monkeypatch) == [program.folder()]
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    assert compiled.compile_program.__wrapped__(program) is print
    assert "compiling for this run alone: there is no home directory" in caplog.text


def test_whether_another_library_of_functions_is_installed_changes_nothing():
    code = "from bpcli.jit.compiled import open_numba; print(open_numba().config.DISABLE_INTEL_SVML)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "1\n"
