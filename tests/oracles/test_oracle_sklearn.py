"""Whole trainings beside scikit-learn's: the same first weights and orders of rows, the same costs and weights after.

scikit-learn divides `alpha` by the rows of each batch, so its penalty is l2 = alpha / batch_size where all batches are
equal; with a short last batch the two only agree without a penalty.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from bpcli.core.activations import ACTIVATIONS
from bpcli.core.costs import COSTS
from bpcli.core.network import Network
from bpcli.core.optimizers import Sgd
from bpcli.core.outputs import OUTPUTS
from bpcli.core.parameters import Parameters
from bpcli.core.schedules import Constant, InverseScaling
from bpcli.data.batches import Batches
from bpcli.data.loading import Examples
from bpcli.training.evaluate import Evaluator
from bpcli.training.events import Ended, EpochEnded
from bpcli.training.stopping import Watch
from bpcli.training.trainer import Trainer

neural = pytest.importorskip("sklearn.neural_network", reason="scikit-learn is the oracle here")
datasets = pytest.importorskip("sklearn.datasets", reason="scikit-learn is the oracle here")
shuffle = pytest.importorskip("sklearn.utils", reason="scikit-learn is the oracle here").shuffle

SEED = 3
CLOSE = 1e-10
HIDDEN = (9, 6)


@dataclass(frozen=True)
class Problem:
    """Rows, targets as the network wants them and as scikit-learn does, and what stands at the end of the network."""

    x: np.ndarray
    y: np.ndarray
    labels: np.ndarray
    output: str
    cost: str
    kind: str = "MLPClassifier"

    @property
    def n(self) -> tuple[int, ...]:
        return (self.x.shape[1], *HIDDEN, self.y.shape[1])


def iris() -> Problem:
    x, labels = datasets.load_iris(return_X_y=True)
    return Problem((x - x.mean(0)) / x.std(0), np.eye(3)[labels], labels, "softmax", "cross_entropy")


def two_classes() -> Problem:
    whole = iris()
    labels = (whole.labels == 1).astype(int)
    return Problem(whole.x, labels[:, None].astype(float), labels, "sigmoid", "cross_entropy")


def several_labels() -> Problem:
    whole = iris()
    labels = np.column_stack([whole.labels > 0, whole.labels > 1, whole.x[:, 0] > 0]).astype(int)
    return Problem(whole.x, labels.astype(float), labels, "sigmoid", "cross_entropy")


def numbers() -> Problem:
    x, y = datasets.load_diabetes(return_X_y=True)
    x, y = x[:150] / x[:150].std(0), (y[:150] - 150) / 80
    return Problem(x, y[:, None], y, "identity", "quadratic", "MLPRegressor")


PROBLEMS = {problem.__name__: problem for problem in (iris, two_classes, several_labels, numbers)}


def first_weights_and_orders(
    n: tuple[int, ...], activation: str, rows: int, epochs: int
) -> tuple[Parameters, np.ndarray]:
    """What scikit-learn draws: W (there transposed) and b layer by layer, then the order of each epoch."""
    rng, theta = np.random.RandomState(SEED), Parameters(n)
    for l in range(1, len(n)):
        bound = np.sqrt((2.0 if activation == "logistic" else 6.0) / (n[l - 1] + n[l]))
        theta.W[l][:] = rng.uniform(-bound, bound, (n[l - 1], n[l])).T
        theta.b[l][:] = rng.uniform(-bound, bound, n[l])
    order, orders = np.arange(rows), []
    for _ in range(epochs):
        order = shuffle(order, random_state=rng)  # each epoch shuffles the order of the last
        orders.append(order)
    return theta, np.array(orders)


def theirs(problem: Problem, **settings: Any) -> Any:
    model = getattr(neural, problem.kind)(hidden_layer_sizes=HIDDEN, solver="sgd", random_state=SEED, **settings)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that so few epochs do not converge
        return model.fit(problem.x, problem.labels)


def ours(problem: Problem, activation: str, epochs: int, size: int, lmbda: float, **changes: Any) -> Trainer:
    """A trainer that begins where scikit-learn begins."""
    f = ACTIVATIONS.get({"logistic": "sigmoid"}.get(activation, activation))()
    network = Network(
        problem.n,
        (f,) * len(HIDDEN),
        OUTPUTS.get(problem.output)(),
        COSTS.get(problem.cost)[problem.output](),
        lmbda,
    )
    rows = len(problem.x)
    theta, orders = first_weights_and_orders(problem.n, activation, rows, epochs)
    settings = {
        "optimizer": Sgd(),
        "schedule": Constant(),
        "eta": 0.1,
        "validation": None,
        "watch": Watch("running.cost"),
        **changes,
    }
    return Trainer(
        network=network,
        theta=theta,
        epochs=epochs,
        batches=Batches(rows, size, orders=orders),
        train=Examples(problem.x, problem.y, None, np.arange(rows)),
        test=None,
        evaluator=Evaluator(network, "classes", np.dtype(np.float64)),
        **settings,
    )


def assert_same_training(trainer: Trainer, model: Any) -> None:
    costs = [event.running["cost"] for event in trainer.run() if isinstance(event, EpochEnded)]
    assert costs == pytest.approx(model.loss_curve_, rel=CLOSE, abs=0)
    for l, (W, b) in enumerate(zip(model.coefs_, model.intercepts_), start=1):
        np.testing.assert_allclose(trainer.theta.W[l], W.T, rtol=0, atol=CLOSE * np.abs(W).max())
        np.testing.assert_allclose(trainer.theta.b[l], b, rtol=0, atol=CLOSE * np.abs(b).max())


@pytest.mark.parametrize("problem", list(PROBLEMS))
@pytest.mark.parametrize("activation", ["logistic", "tanh", "relu", "identity"])
@pytest.mark.parametrize(("momentum", "nesterov"), [(0.0, False), (0.9, False), (0.9, True)])
@pytest.mark.parametrize(("size", "alpha"), [(30, 0.6), (40, 0.0)], ids=["l2", "short last batch"])
def test_three_epochs_are_scikit_learns(problem, activation, momentum, nesterov, size, alpha):
    data, eta = PROBLEMS[problem](), 0.02
    model = theirs(
        data, activation=activation, max_iter=3, batch_size=size, alpha=alpha,
        learning_rate_init=eta, momentum=momentum, nesterovs_momentum=nesterov,
    )  # fmt: skip
    assert_same_training(
        ours(data, activation, 3, size, alpha / size, eta=eta, optimizer=Sgd(momentum, nesterov)), model
    )


@pytest.mark.parametrize("momentum", [0.0, 0.9])
@pytest.mark.parametrize("power", [0.5, 0.25])
def test_inverse_scaling_is_scikit_learns(momentum, power):
    data = iris()
    model = theirs(
        data, activation="relu", max_iter=3, batch_size=40, alpha=0.0, learning_rate="invscaling",
        power_t=power, learning_rate_init=0.2, momentum=momentum, nesterovs_momentum=True,
    )  # fmt: skip
    optimizer = Sgd(momentum, nesterov=momentum > 0)
    assert_same_training(
        ours(data, "relu", 3, 40, 0.0, eta=0.2, optimizer=optimizer, schedule=InverseScaling(power)), model
    )


@pytest.mark.parametrize(("wait", "tolerance"), [(3, 1e-3), (5, 1e-2), (2, 1e-4)])
def test_a_training_stops_at_the_epoch_at_which_scikit_learn_stops(wait, tolerance):
    data = iris()
    model = theirs(
        data, activation="tanh", max_iter=300, batch_size=30, alpha=0.0, learning_rate_init=0.1,
        momentum=0.9, n_iter_no_change=wait, tol=tolerance,
    )  # fmt: skip
    watch = Watch("running.cost", patience=wait + 1, min_delta=tolerance)
    *_, ended = ours(data, "tanh", 300, 30, 0.0, optimizer=Sgd(0.9, nesterov=True), watch=watch).run()
    assert isinstance(ended, Ended)
    assert ended.reason == "early_stopping"
    assert ended.epochs == model.n_iter_ < 300
