"""What numba makes of the engine: the same trainings as NumPy's, to rounding, and nothing taken on the way."""

from __future__ import annotations

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


def test_another_source_or_version_is_kept_elsewhere(monkeypatch):
    descent = CompiledDescent(make_network(), Sgd())
    program = descent.program("float32")
    folders = {program.folder(), descent.program("float64").folder()}
    folders.add(CompiledDescent(make_network(activation="tanh"), Sgd()).program("float32").folder())
    monkeypatch.setattr(np, "__version__", "another")
    folders.add(program.folder())
    monkeypatch.setattr(compiled.jit, "__path__", [str(compiled.jit.__path__[0]) + "/.."])
    folders.add(program.folder())
    assert len(folders) == 5
