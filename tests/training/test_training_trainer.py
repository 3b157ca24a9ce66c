"""The training loop: what it says, what it keeps, when it ends, and that it takes no memory on the way."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from sample_networks import make_network, random_parameters

from bpcli.core.descent import Descent
from bpcli.core.optimizers import OPTIMIZERS
from bpcli.core.optimizers.sgd import Sgd
from bpcli.core.parameters import Parameters
from bpcli.core.schedules import SCHEDULES, InverseScaling
from bpcli.data.batches import Batches
from bpcli.data.loading import Examples
from bpcli.training import steps
from bpcli.training.evaluate import BLOCK, Evaluator
from bpcli.training.events import Ended, EpochEnded, Progressed, Started
from bpcli.training.stopping import Watch
from bpcli.training.trainer import Trainer


def examples(n: tuple[int, ...], rows: int, seed: int = 0, dtype: type = np.float64) -> Examples:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((rows, n[0])).astype(dtype)
    y = np.eye(n[-1], dtype=dtype)[x[:, : n[-1]].argmax(axis=1)]
    return Examples(x, y, None, np.arange(rows))


def make_trainer(n=(4, 5, 3), rows=50, dtype=np.float64, network=None, optimizer=None, how=None, **changes) -> Trainer:
    network = network or make_network(n, "relu")
    settings = {
        "theta": random_parameters(n, dtype=dtype),
        "schedule": SCHEDULES.get("constant")(),
        "eta": 0.1,
        "epochs": 3,
        "batches": Batches(rows, 8, seed=1),
        "train": examples(n, rows, dtype=dtype),
        "validation": examples(n, 20, seed=1, dtype=dtype),
        "test": examples(n, 20, seed=2, dtype=dtype),
        "evaluator": Evaluator(network, "classes", np.dtype(dtype)),
        "watch": Watch("validation.cost"),
    }
    return Trainer(Descent(network, optimizer or Sgd(), **(how or {})), **{**settings, **changes})


def test_the_events_of_a_run():
    trainer = make_trainer(measured_train=examples((4, 5, 3), 50))
    started, *epochs, ended = [event for event in trainer.run() if not isinstance(event, Progressed)]
    assert started == Started((4, 5, 3), 43, {"train": 50, "validation": 20, "test": 20}, 3, 7)
    assert [(event.epoch, event.step) for event in epochs] == [(1, 7), (2, 14), (3, 21)]
    assert all(set(event.validation) == {"cost", "accuracy"} for event in epochs)
    assert all(event.train is not None for event in epochs)
    assert isinstance(ended, Ended)
    assert (ended.reason, ended.epochs) == ("epochs", 3)
    assert ended.best_epoch == min(epochs, key=lambda event: event.validation["cost"]).epoch


def test_the_running_cost_is_weighted_by_rows_and_has_the_penalty_in_it():
    network = make_network((4, 5, 3), "relu", l2=0.1)
    trainer = make_trainer(network=network, batches=Batches(50, 40, shuffle=False), epochs=1, eta=1e-12)
    (epoch,) = [event for event in trainer.run() if isinstance(event, EpochEnded)]
    cost = trainer.evaluator.measure(trainer.theta, trainer.train)["cost"]
    assert epoch.running["cost"] == pytest.approx(cost + 0.05 * (trainer.theta.weights**2).sum(), rel=1e-9)


def test_the_epoch_with_the_best_figure_is_kept():
    trainer = make_trainer(eta=2.0, epochs=30, watch=Watch("validation.cost"))
    seen = {}
    for event in trainer.run():
        if isinstance(event, EpochEnded):
            seen[event.epoch] = (event.validation["cost"], trainer.theta.flat.copy(), event.best)
    best = min(seen, key=lambda epoch: seen[epoch][0])
    assert 1 < best < 30  # so that it is neither the first nor the last one by chance
    assert trainer.at.best_epoch == best
    np.testing.assert_array_equal(trainer.kept.flat, seen[best][1])
    assert max(epoch for epoch in seen if seen[epoch][2]) == best


def test_without_validation_rows_the_last_epoch_is_kept():
    trainer = make_trainer(validation=None, watch=Watch("running.cost"))
    events = list(trainer.run())
    np.testing.assert_array_equal(trainer.kept.flat, trainer.theta.flat)
    assert events[-1].best_epoch is None
    assert not any(event.best for event in events if isinstance(event, EpochEnded))


def test_early_stopping_ends_the_run():
    trainer = make_trainer(epochs=500, eta=2.0, watch=Watch("validation.cost", patience=4))
    *_, ended = trainer.run()
    assert ended.reason == "early_stopping"
    assert ended.epochs == ended.best_epoch + 4


def test_patience_counts_epochs_in_a_row_that_stay_above_best_less_min_delta():
    watch = Watch("running.cost", patience=3, min_delta=0.1)
    exhausted = []
    for value in [1.0, 0.95, 0.94, 0.80, 0.79, 0.78, 0.77]:
        watch.improves(value)
        exhausted.append(watch.exhausted)
    assert exhausted == [False] * 6 + [True]
    assert watch.best == 0.77


def test_accuracy_is_better_when_it_is_higher():
    watch = Watch("validation.accuracy")
    assert [watch.improves(value) for value in [0.5, 0.7, 0.6, 0.7, 0.8]] == [True, True, False, False, True]


@pytest.mark.parametrize("stop_at", [1, 7, 10])
def test_asked_to_stop_it_ends_after_the_step_and_keeps_what_it_has(stop_at):
    trainer = make_trainer(validation=None, watch=Watch("running.cost"))
    trainer.stop = lambda: trainer.at.step >= stop_at
    *_, ended = trainer.run()
    assert ended.reason == "interrupted"
    assert trainer.at.step == stop_at
    np.testing.assert_array_equal(trainer.kept.flat, trainer.theta.flat)


@pytest.mark.parametrize(("seconds", "reason"), [(0.3, "epochs"), (0.5, "interrupted")])
def test_asked_to_stop_when_training_is_over_it_measures_the_test_rows_for_a_second_at_most(seconds, reason):
    trainer = make_trainer(test=examples((4, 5, 3), 3 * BLOCK))
    looks = []

    def clock():
        looks.append(trainer.at.epoch == 3)
        return seconds * sum(looks)  # time stands still until the last epoch is over

    trainer.stop, trainer.clock = lambda: trainer.at.epoch == 3, clock
    *_, ended = trainer.run()
    assert ended.reason == reason
    assert (ended.test is None) == (reason == "interrupted")
    assert trainer.kept is not None


def test_a_cost_that_is_no_number_ends_the_run_and_keeps_the_last_good_epoch():
    trainer = make_trainer(validation=None, watch=Watch("running.cost"), epochs=5, clock=lambda: 0.0)
    kept = None
    for event in trainer.run():
        if isinstance(event, EpochEnded) and event.epoch == 2:
            kept = trainer.theta.flat.copy()
            trainer.theta.flat[0] = np.inf
    assert event.reason == "diverged"
    assert event.detail == "the cost is nan in step 15 (epoch 3, learning rate 0.1)"
    np.testing.assert_array_equal(trainer.kept.flat, kept)


def test_a_huge_learning_rate_diverges_and_nothing_infinite_is_kept():
    network = make_network((4, 5, 3), "identity", "identity", "quadratic")
    trainer = make_trainer(network=network, eta=1e6, epochs=50, dtype=np.float32)
    *_, ended = trainer.run()
    assert ended.reason == "diverged"
    assert trainer.kept is None or np.isfinite(trainer.kept.flat).all()


def test_the_schedule_counts_examples_seen():
    trainer = make_trainer(schedule=InverseScaling())
    rates = [event.learning_rate for event in trainer.run() if isinstance(event, EpochEnded)]
    assert rates == pytest.approx([0.1, 0.1 / 51**0.5, 0.1 / 101**0.5], rel=1e-15)


def test_frozen_biases_do_not_move():
    trainer = make_trainer(how={"train_biases": False}, optimizer=Sgd(momentum=0.9))
    before = trainer.theta.copy()
    list(trainer.run())
    for l in (1, 2):
        np.testing.assert_array_equal(trainer.theta.b[l], before.b[l])
        assert not np.array_equal(trainer.theta.W[l], before.W[l])


def test_weights_of_examples_reach_the_gradient():
    """Weight 2 on a row of a full batch is the same as the row standing there twice, but for the 1/m."""
    train = examples((4, 5, 3), 6)
    twice = Examples(train.x[[0, 0, 1, 2, 3, 4, 5]], train.y[[0, 0, 1, 2, 3, 4, 5]], None, np.arange(7))
    weighted = Examples(train.x, train.y, np.array([2.0, 1, 1, 1, 1, 1]), np.arange(6))
    one = make_trainer(train=weighted, batches=Batches(6, 6), eta=0.6, epochs=4)
    other = make_trainer(train=twice, batches=Batches(7, 7), eta=0.7, epochs=4)
    list(one.run()), list(other.run())
    np.testing.assert_allclose(one.theta.flat, other.theta.flat, rtol=1e-10)


@pytest.mark.parametrize(
    "optimizer", [Sgd(), Sgd(0.9), Sgd(0.9, True), *(OPTIMIZERS.get(o)() for o in OPTIMIZERS)], ids=str
)
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("how", [{}, {"clip_norm": 0.1, "clip_value": 0.1, "max_norm": 1.0}], ids=["plain", "limited"])
@pytest.mark.parametrize("dropout", [(), (0.2, 0.5, 0.5)], ids=["all units", "dropout"])
def test_a_step_allocates_nothing_of_batch_or_weight_size(optimizer, weighted, how, dropout):
    n, rows, size = (300, 200, 100, 10), 150, 100
    network = make_network(n, "relu", l2=0.01)
    train = examples(n, rows, dtype=np.float32)
    if weighted:
        train = Examples(train.x, train.y, np.ones(rows, np.float32), train.rows)
    trainer = make_trainer(
        n, network=network, dtype=np.float32, train=train, optimizer=optimizer, how=how, dropout=dropout,
        epochs=2, eta=1e-3, batches=Batches(rows, size), validation=None,
        watch=Watch("running.cost"), clock=lambda: 0.0,
    )  # fmt: skip
    peaks = []
    plain = trainer.steps.take

    def measured(rows):
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        plain(rows)
        peaks.append(tracemalloc.get_traced_memory()[1] - before)

    trainer.steps.take = measured
    tracemalloc.start()
    list(trainer.run())
    tracemalloc.stop()
    assert len(peaks) == 4
    # the first epoch makes the views for its short batch; NumPy's own buffers take 33 kB whatever the size is,
    # the inputs of a batch 120 kB, W1 240 kB
    assert max(peaks[2:]) < 40_000


def test_evaluation_of_a_row_does_not_depend_on_its_neighbours():
    n = (30, 40, 5)
    network, theta = make_network(n, "tanh"), random_parameters(n, dtype=np.float32)
    x = examples(n, 3 * BLOCK + 17, dtype=np.float32).x
    evaluator = Evaluator(network, "classes", np.dtype(np.float32))
    together, _ = evaluator.run(theta, x)
    for rows in [slice(0, 1), slice(0, 5), slice(0, BLOCK + 3), slice(3 * BLOCK, None)]:
        fewer, _ = evaluator.run(theta, x[rows])
        assert fewer.tobytes() == together[rows].tobytes()
    stranger = examples(n, BLOCK, seed=9, dtype=np.float32).x
    stranger[77] = x[77]
    among_others, _ = evaluator.run(theta, stranger)
    assert among_others[77].tobytes() == together[77].tobytes()


def test_batches_meet_every_row_once_in_an_order_of_their_own():
    batches = Batches(10, 4, seed=3)
    met = [np.concatenate(list(batches.of(epoch))) for epoch in range(3)]
    assert all(sorted(order) == list(range(10)) for order in met)
    assert len({tuple(order) for order in met}) == 3
    assert [len(rows) for rows in batches.of(0)] == [4, 4, 2]
    assert [len(rows) for rows in Batches(10, 4, drop_last=True).of(0)] == [4, 4]
    assert np.concatenate(list(Batches(10, 4, shuffle=False).of(5))).tolist() == list(range(10))
    orders = np.array([[2, 0, 1], [0, 0, 2]])
    assert np.concatenate(list(Batches(3, 2, orders=orders).of(1))).tolist() == [0, 0, 2]
    orders[1, 1:] = 7, -2  # as a file may do under the hands of a training; compiled loops look at nothing
    assert Batches(3, 2, orders=orders).order(1).tolist() == [0, 2, 0]


FADING = [("sgd", {"momentum": 0.9}), ("sgd", {"momentum": 0.9, "nesterov": True}), ("adam", {}), ("adamw", {})]
FADING += [("rmsprop", {"momentum": 0.9})]


def below_normal(trainer: Trainer) -> float:
    """The share of what the optimizer remembers that lies between 0 and the normal numbers."""
    memory = np.concatenate([np.abs(one.flat) for one in trainer.descent.optimizer.state.values()])
    return float(((memory > 0) & (memory < np.finfo(memory.dtype).tiny)).mean())


@pytest.mark.parametrize(("name", "parameters"), FADING, ids=str)
def test_the_memory_of_dead_units_does_not_fade_into_numbers_that_are_slow(name, parameters, monkeypatch):
    """Without the look at what is remembered, much of it is stuck below 1e-38."""
    n, results = (4, 30, 20, 3), []
    for looks in (True, False):
        if not looks:
            monkeypatch.setattr(steps, "FADING", 10**9)
        trainer = make_trainer(
            n, network=make_network(n, "relu"), dtype=np.float32, train=examples(n, 64, dtype=np.float32),
            optimizer=OPTIMIZERS.get(name)(**parameters), epochs=600, eta=1e-3, batches=Batches(64, 16),
            validation=None, watch=Watch("running.cost"),
        )  # fmt: skip
        trainer.theta.b[2][:] = -100
        for memory in trainer.descent.optimizer.state.values():
            memory.flat[:] = 1e-4  # of when they were alive
        list(trainer.run())
        results.append((below_normal(trainer), trainer.theta.flat.tobytes()))
    assert results[0][0] == 0
    assert results[1][0] > 0.2
    assert results[0][1] == results[1][1]  # what was forgotten had moved nothing


@pytest.mark.parametrize("name", ["adam", "rmsprop"])
@pytest.mark.parametrize("epsilon", [1e-8, 1e-9, 1e-15])
def test_only_what_is_nothing_beside_epsilon_is_forgotten(name, epsilon):
    """Steps from 0 by a gradient whose square has faded from the start, which may matter to a small epsilon."""
    ends = []
    for looks in (True, False):
        optimizer = OPTIMIZERS.get(name)(epsilon=epsilon)
        theta, gradient = Parameters((1, 1), np.float32), Parameters((1, 1), np.float32)
        optimizer.start(theta, 2)
        for step in range(1, 1001):
            gradient.flat[:] = 1e-17
            optimizer.move(theta, gradient, 1e-3)
            if looks and step % steps.FADING == 0:
                optimizer.drop_faded()
        ends.append(theta.flat.tobytes())
    assert ends[0] == ends[1]
    assert theta.flat.all()
