"""scikit-learn, and the loops of a first textbook program."""

from __future__ import annotations

import warnings

import numpy as np
from contender import Epoch, NotHere, contender
from made_up import data, first_weights
from workloads import OPTIMIZERS, Workload


@contender("scikit-learn")
def scikit_learn(work: Workload, optimizer: str) -> Epoch:
    """MLPClassifier, one epoch of fit."""
    from sklearn.neural_network import MLPClassifier

    if work.cost == "quadratic":
        raise NotHere("MLPClassifier has no quadratic cost")
    warnings.simplefilter("ignore")  # one epoch is no convergence, and it says so
    x, labels = data(work)

    def epoch() -> float:
        model = MLPClassifier(
            work.layers[1:-1],
            activation="relu",
            solver="adam" if optimizer == "adam" else "sgd",
            momentum=OPTIMIZERS[optimizer].get("momentum", 0.0),
            nesterovs_momentum=optimizer == "nesterov",
            alpha=0,
            batch_size=work.batch,
            learning_rate_init=work.eta,
            max_iter=1,
        )
        model.fit(x, labels)
        return float(model.loss_)

    return epoch


@contender("one example at a time")
def loops(work: Workload, optimizer: str) -> Epoch:
    """The first program of Nielsen's book, written anew: backpropagation example by example, summed over the batch."""
    if (work.cost, optimizer) != ("quadratic", "sgd"):
        raise NotHere("it knows sigmoid, quadratic and plain descent alone")
    x, labels = data(work)
    y = np.eye(work.layers[-1], dtype=np.float32)[labels]
    W = first_weights(work)
    b = [np.zeros((len(block), 1), np.float32) for block in W]
    rng = np.random.default_rng(1)

    def sigmoid(z: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-z))

    def epoch() -> float:
        total = 0.0
        for rows in rng.permutation(work.rows).reshape(work.steps, work.batch):
            sum_W, sum_b = [np.zeros_like(block) for block in W], [np.zeros_like(block) for block in b]
            for row in rows:
                a = [x[row][:, None]]
                for layer, bias in zip(W, b):
                    a.append(sigmoid(layer @ a[-1] + bias))
                target = y[row][:, None]
                total += 0.5 * float(((a[-1] - target) ** 2).sum())
                delta = (a[-1] - target) * a[-1] * (1 - a[-1])
                for l in range(len(W) - 1, -1, -1):
                    sum_W[l] += delta @ a[l].T
                    sum_b[l] += delta
                    if l:
                        delta = (W[l].T @ delta) * a[l] * (1 - a[l])
            for l in range(len(W)):
                W[l] -= work.eta / work.batch * sum_W[l]
                b[l] -= work.eta / work.batch * sum_b[l]
        return total / work.rows

    return epoch
