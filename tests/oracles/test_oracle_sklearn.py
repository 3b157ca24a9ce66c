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
from bpcli.core.descent import Descent
from bpcli.core.network import Network
from bpcli.core.optimizers import Optimizer
from bpcli.core.optimizers.adaptive import Adam
from bpcli.core.optimizers.sgd import Sgd
from bpcli.core.outputs import OUTPUTS
from bpcli.core.parameters import Parameters
from bpcli.core.penalties import Penalty
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

CLOSE = 1e-10


@dataclass(frozen=True)
class Problem:
    """Rows, targets as the network wants them and as scikit-learn does, and what stands at the end of the network."""

    x: np.ndarray
    y: np.ndarray
    labels: np.ndarray
    output: str
    cost: str
    kind: str = "MLPClassifier"
    hidden: tuple[int, ...] = (9, 6)
    seed: int = 3

    @property
    def n(self) -> tuple[int, ...]:
        return (self.x.shape[1], *self.hidden, self.y.shape[1])


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


def first_weights_and_orders(problem: Problem, activation: str, epochs: int) -> tuple[Parameters, np.ndarray]:
    """What scikit-learn draws: W (there transposed) and b layer by layer, then the order of each epoch."""
    n = problem.n
    rng, theta = np.random.RandomState(problem.seed), Parameters(n)
    for l in range(1, len(n)):
        bound = np.sqrt((2.0 if activation == "logistic" else 6.0) / (n[l - 1] + n[l]))
        theta.W[l][:] = rng.uniform(-bound, bound, (n[l - 1], n[l])).T
        theta.b[l][:] = rng.uniform(-bound, bound, n[l])
    order, orders = np.arange(len(problem.x)), []
    for _ in range(epochs):
        order = shuffle(order, random_state=rng)  # each epoch shuffles the order of the last
        orders.append(order)
    return theta, np.array(orders)


def theirs(problem: Problem, solver: str = "sgd", **settings: Any) -> Any:
    model = getattr(neural, problem.kind)(
        hidden_layer_sizes=problem.hidden, solver=solver, random_state=problem.seed, **settings
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that so few epochs do not converge
        return model.fit(problem.x, problem.labels)


def ours(
    problem: Problem, activation: str, epochs: int, size: int, l2: float, optimizer: Optimizer, **changes: Any
) -> Trainer:
    """A trainer that begins where scikit-learn begins."""
    f = ACTIVATIONS.get({"logistic": "sigmoid"}.get(activation, activation))()
    network = Network(
        problem.n,
        (f,) * len(problem.hidden),
        OUTPUTS.get(problem.output)(),
        COSTS.get(problem.cost)[problem.output](),
        Penalty(l2=l2),
    )
    rows = len(problem.x)
    theta, orders = first_weights_and_orders(problem, activation, epochs)
    settings = {
        "schedule": Constant(),
        "eta": 0.1,
        "validation": None,
        "watch": Watch("running.cost"),
        **changes,
    }
    return Trainer(
        Descent(network, optimizer),
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
    assert_same_training(ours(data, activation, 3, size, alpha / size, Sgd(momentum, nesterov), eta=eta), model)


@dataclass
class AdamOfScikitLearn(Adam):
    """Adam with ε beside the bare root: W ← W − η √(1 − β₂ᵗ) / (1 − β₁ᵗ) · m / (√v + ε).

    That is our own with ε / √(1 − β₂ᵗ) in the place of ε: thirty times as much at first, the same in the end.
    """

    def move(self, theta: Parameters, gradient: Parameters, eta: float) -> None:
        epsilon = self.epsilon
        self.epsilon = epsilon / np.sqrt(1 - self.beta2 ** (self.t + 1))
        super().move(theta, gradient, eta)
        self.epsilon = epsilon


@pytest.mark.parametrize("problem", list(PROBLEMS))
@pytest.mark.parametrize("activation", ["logistic", "tanh", "relu", "identity"])
@pytest.mark.parametrize("betas", [(0.9, 0.999), (0.7, 0.95)])
@pytest.mark.parametrize(("size", "alpha"), [(30, 0.6), (40, 0.0)], ids=["l2", "short last batch"])
@pytest.mark.parametrize("epsilon", [1e-8, 1e-2])
def test_three_epochs_of_adam_are_scikit_learns(problem, activation, betas, size, alpha, epsilon):
    data, eta = PROBLEMS[problem](), 0.01
    model = theirs(
        data, "adam", activation=activation, max_iter=3, batch_size=size, alpha=alpha,
        learning_rate_init=eta, beta_1=betas[0], beta_2=betas[1], epsilon=epsilon,
    )  # fmt: skip
    assert_same_training(
        ours(data, activation, 3, size, alpha / size, AdamOfScikitLearn(*betas, epsilon), eta=eta), model
    )


def scaled(x: np.ndarray) -> np.ndarray:
    """Each column to 0..1; one that is all the same to 0."""
    spread = x.max(0) - x.min(0)
    return (x - x.min(0)) / np.where(spread == 0, 1, spread)


@pytest.mark.parametrize(
    ("name", "epochs", "score", "published", "with_our_epsilon"),
    [("iris", 400, 0.98, 0.045311, 0.044929), ("digits", 15, 0.991653, 0.045934, 0.046439)],
)
def test_the_adam_rows_of_the_gallery_turn_on_where_epsilon_stands(name, epochs, score, published, with_our_epsilon):
    """ "Compare Stochastic learning strategies for MLPClassifier", adam at .01: training-set score and last cost.

    Weights into units that are nearly never on have gradients as small as ε, so that it shows in the third digit.
    """
    x, labels = getattr(datasets, f"load_{name}")(return_X_y=True)
    data = Problem(
        scaled(x), np.eye(labels.max() + 1)[labels], labels, "softmax", "cross_entropy", hidden=(100,), seed=0
    )
    size, costs = min(200, len(x)), []
    for optimizer in (AdamOfScikitLearn(), Adam()):
        watch = Watch("running.cost", patience=11, min_delta=1e-4)
        trainer = ours(data, "relu", epochs, size, 1e-4 / size, optimizer, eta=0.01, watch=watch)
        last = [event for event in trainer.run() if isinstance(event, EpochEnded)][-1]
        costs.append(last.running["cost"])
        assert trainer.evaluator.measure(trainer.theta, trainer.train)["accuracy"] == pytest.approx(score, abs=5e-7)
    assert costs == pytest.approx([published, with_our_epsilon], abs=5e-7)


@pytest.mark.parametrize("momentum", [0.0, 0.9])
@pytest.mark.parametrize("power", [0.5, 0.25])
def test_inverse_scaling_is_scikit_learns(momentum, power):
    data = iris()
    model = theirs(
        data, activation="relu", max_iter=3, batch_size=40, alpha=0.0, learning_rate="invscaling",
        power_t=power, learning_rate_init=0.2, momentum=momentum, nesterovs_momentum=True,
    )  # fmt: skip
    optimizer = Sgd(momentum, nesterov=momentum > 0)
    assert_same_training(ours(data, "relu", 3, 40, 0.0, optimizer, eta=0.2, schedule=InverseScaling(power)), model)


@pytest.mark.parametrize(("wait", "tolerance"), [(3, 1e-3), (5, 1e-2), (2, 1e-4)])
def test_a_training_stops_at_the_epoch_at_which_scikit_learn_stops(wait, tolerance):
    data = iris()
    model = theirs(
        data, activation="tanh", max_iter=300, batch_size=30, alpha=0.0, learning_rate_init=0.1,
        momentum=0.9, n_iter_no_change=wait, tol=tolerance,
    )  # fmt: skip
    watch = Watch("running.cost", patience=wait + 1, min_delta=tolerance)
    *_, ended = ours(data, "tanh", 300, 30, 0.0, Sgd(0.9, nesterov=True), watch=watch).run()
    assert isinstance(ended, Ended)
    assert ended.reason == "early_stopping"
    assert ended.epochs == model.n_iter_ < 300
