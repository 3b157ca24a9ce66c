"""The network against formulas written out, plain loops, and the definition of a batch's gradient."""

from __future__ import annotations

import numpy as np
import pytest
from sample_networks import PAIRS, make_network, random_batch, random_parameters

from bpcli.core.activations import ACTIVATIONS
from bpcli.core.descent import Descent
from bpcli.core.gradcheck import Batch, gradient_of
from bpcli.core.optimizers.sgd import Sgd


def sigma(z):
    return 1 / (1 + np.exp(-z))


def sigma_prime(z):
    return sigma(z) * (1 - sigma(z))


def test_two_sigmoid_layers_with_quadratic_cost_term_by_term():
    """∂C/∂W2 = a1 σ′(z2) (a2 − y) and ∂C/∂W1 = a0 σ′(z1) σ′(z2) (a2 − y) W2, one neuron a layer."""
    network = make_network((1, 1, 1), "sigmoid", "sigmoid", "quadratic")
    theta = random_parameters(network.n, seed=3)
    (W1,), (W2,), (b1,), (b2,) = theta.W[1][0], theta.W[2][0], theta.b[1], theta.b[2]
    a0, y = 0.7, 0.2
    z1 = W1 * a0 + b1
    a1 = sigma(z1)
    z2 = W2 * a1 + b2
    a2 = sigma(z2)

    got = gradient_of(network, theta, Batch(np.array([[a0]]), np.array([[y]])))

    assert got.W[2][0, 0] == pytest.approx(a1 * sigma_prime(z2) * (a2 - y), rel=1e-14)
    assert got.W[1][0, 0] == pytest.approx(a0 * sigma_prime(z1) * sigma_prime(z2) * (a2 - y) * W2, rel=1e-14)
    assert got.b[2][0] == pytest.approx(sigma_prime(z2) * (a2 - y), rel=1e-14)
    assert got.b[1][0] == pytest.approx(sigma_prime(z1) * sigma_prime(z2) * (a2 - y) * W2, rel=1e-14)


@pytest.mark.parametrize("activation", list(ACTIVATIONS))
@pytest.mark.parametrize(("output", "cost"), PAIRS)
def test_the_gradient_of_a_batch_is_the_mean_of_its_examples(activation, output, cost):
    network = make_network((4, 6, 5, 3), activation, output, cost)
    theta, batch = random_parameters(network.n), random_batch(network.n, m=7)
    singly = [
        gradient_of(network, theta, Batch(batch.x[i : i + 1], batch.y[i : i + 1])).flat for i in range(len(batch.x))
    ]
    whole = gradient_of(network, theta, batch).flat
    np.testing.assert_allclose(whole, np.mean(singly, axis=0), rtol=0, atol=1e-14 * np.abs(whole).max())


def nielsen_step(weights, biases, examples, eta):
    """One update of Nielsen's algorithm (chapters 1 and 2), an example at a time and a neuron at a time."""
    nabla_w = [[[0.0] * len(row) for row in w] for w in weights]
    nabla_b = [[0.0] * len(b) for b in biases]
    for x, y in examples:
        activations, zs = [list(x)], []
        for w, b in zip(weights, biases):
            z = [sum(wjk * ak for wjk, ak in zip(row, activations[-1])) + bj for row, bj in zip(w, b)]
            zs.append(z)
            activations.append([float(sigma(zj)) for zj in z])
        delta = [(a - t) * float(sigma_prime(z)) for a, t, z in zip(activations[-1], y, zs[-1])]
        for l in reversed(range(len(weights))):
            for j, dj in enumerate(delta):
                nabla_b[l][j] += dj
                for k, ak in enumerate(activations[l]):
                    nabla_w[l][j][k] += dj * ak
            if l:
                delta = [
                    sum(weights[l][j][k] * dj for j, dj in enumerate(delta)) * float(sigma_prime(z))
                    for k, z in enumerate(zs[l - 1])
                ]
    m = len(examples)
    for l, (w, b) in enumerate(zip(weights, biases)):
        for j in range(len(b)):
            b[j] -= eta / m * nabla_b[l][j]
            for k in range(len(w[j])):
                w[j][k] -= eta / m * nabla_w[l][j][k]


def test_training_follows_nielsens_loops():
    network = make_network((4, 5, 3), "sigmoid", "sigmoid", "quadratic")
    theta, descent = random_parameters(network.n), Descent(network, Sgd())
    descent.start(theta)
    weights = [theta.W[l].tolist() for l in (1, 2)]
    biases = [theta.b[l].tolist() for l in (1, 2)]
    for step in range(20):
        batch = random_batch(network.n, m=5, seed=step)
        nielsen_step(weights, biases, list(zip(batch.x, batch.y)), eta=3.0)
        work = batch.workspace(network, np.float64)
        network.forward(theta, work)
        descent.step(theta, work, eta=3.0)
    for l in (1, 2):
        np.testing.assert_allclose(theta.W[l], weights[l - 1], rtol=1e-12)
        np.testing.assert_allclose(theta.b[l], biases[l - 1], rtol=1e-12)


def test_the_cost_counts_weights_of_examples_and_the_penalty():
    network = make_network((4, 5, 1), "tanh", "identity", "quadratic", l2=0.3)
    theta, batch = random_parameters(network.n), random_batch((4, 5, 1), m=4, weighted=True)
    work = batch.workspace(network, np.float64)
    a = network.forward(theta, work)
    expected = (batch.w * 0.5 * ((a - batch.y) ** 2)[:, 0]).sum() / 4 + 0.5 * 0.3 * (
        (theta.W[1] ** 2).sum() + (theta.W[2] ** 2).sum()
    )
    assert network.batch_cost(theta, work) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(("output", "cost"), PAIRS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_huge_weighted_inputs_stay_finite_and_silent(output, cost, dtype):
    for activation in ACTIVATIONS:
        network = make_network((2, 3, 2), activation, output, cost)
        theta = random_parameters(network.n, dtype=dtype)
        batch = Batch(np.array([[1e4, -1e4], [-1e4, 1e4], [0, 0]]), np.array([[1.0, 0], [0, 1], [1, 0]]))
        work, out = batch.workspace(network, dtype), theta.like()
        if output == "exponential":
            continue  # it alone may overflow
        with np.errstate(over="raise", invalid="raise", divide="raise"):
            network.forward(theta, work)
            cost_of_batch = network.batch_cost(theta, work)
            network.gradient(theta, work, out, np.zeros_like(theta.weights))
        assert np.isfinite(cost_of_batch)
        assert np.isfinite(out.flat).all()


def test_the_number_of_activations_must_fit():
    with pytest.raises(ValueError, match="4 layers have 2 activations, not 1"):
        type(make_network())((2, 3, 3, 1), make_network().hidden, make_network().output, make_network().cost)
