"""Where there is no derivative, nothing is compared: kinks are found, left out and counted, and nothing else is."""

from __future__ import annotations

import numpy as np
import pytest
from sample_networks import make_network, random_batch, random_parameters

from bpcli.core.batch import Batch
from bpcli.core.derivatives import METHODS
from bpcli.core.gradcheck import Criteria, check_gradient
from bpcli.core.kinks import leave_out_kinks, sides
from bpcli.core.parameters import Parameters

NEAR = 3e-7  # less than central differences step, and more than rounding


def blocks_of(network, theta, batch, method="central"):
    return {block.name: block for block in check_gradient(network, theta, batch, Criteria(method))}


def near_the_kink_of_relu():
    """The first of two units sees z = NEAR in the first row, and moving what leads into it carries it over."""
    network = make_network((2, 2, 2), "relu")
    theta = Parameters(network.n)
    theta.W[1][:] = [[1.0, 0.5], [0.3, 0.4]]
    theta.W[2][:] = [[1.0, -1.0], [0.5, 2.0]]
    theta.b[1][:] = [NEAR - 1.0, 1.0]
    return network, theta, Batch(np.array([[1.0, 0.0], [2.0, 3.0]]), np.eye(2))


def test_central_differences_do_not_step_over_a_kink_of_an_activation():
    network, theta, batch = near_the_kink_of_relu()
    blocks = blocks_of(network, theta, batch)
    assert {name: block.left_out for name, block in blocks.items()} == {"W1": 1, "b1": 1, "W2": 0, "b2": 0}
    assert {name: block.kinks for name, block in blocks.items()} == {"W1": 1, "b1": 1, "W2": 0, "b2": 0}
    assert {name: block.checked for name, block in blocks.items()} == {"W1": 3, "b1": 1, "W2": 4, "b2": 2}
    assert all(block.passed for block in blocks.values())


@pytest.mark.parametrize("method", [name for name in METHODS if name != "central"])
def test_an_imaginary_step_never_meets_a_kink_that_is_only_near(method):
    blocks = blocks_of(*near_the_kink_of_relu(), method)
    assert all(block.kinks == 0 and block.passed for block in blocks.values())


@pytest.mark.parametrize(("cost", "output"), [("absolute", NEAR), ("hinge", 1.0 - NEAR)])
def test_central_differences_do_not_step_over_a_kink_of_the_cost(cost, output):
    network = make_network((1, 2), output="identity", cost=cost)
    theta = Parameters(network.n)
    theta.b[1][:] = [output, 0.5]
    target = [[0.0, 1.0]] if cost == "absolute" else [[1.0, 0.0]]
    blocks = blocks_of(network, theta, Batch(np.ones((1, 1)), np.array(target)))
    assert [(block.checked, block.left_out, block.passed) for block in blocks.values()] == [(1, 1, True)] * 2


def test_central_differences_do_not_step_over_zero_under_l1():
    network = make_network((2, 2), l1=0.1)
    theta = random_parameters(network.n)
    theta.W[1][0] = [NEAR, 0.0]
    blocks = blocks_of(network, theta, random_batch(network.n))
    assert (blocks["W1"].checked, blocks["W1"].left_out) == (2, 2)
    assert all(block.passed for block in blocks.values())


@pytest.mark.parametrize("method", list(METHODS))
def test_a_block_of_nothing_but_kinks_is_not_compared(method):
    network = make_network((2, 3), l1=0.1)
    blocks = blocks_of(network, Parameters(network.n), random_batch(network.n), method)
    W = blocks["W1"]
    assert (W.checked, W.kinks, W.left_out, W.worst_index, W.max_relative_error) == (0, 6, 6, None, 0.0)
    assert blocks["b1"].passed


def test_a_mistake_beside_a_kink_is_still_caught(monkeypatch):
    network, theta, batch = near_the_kink_of_relu()
    relu = type(network.hidden[0])
    monkeypatch.setattr(relu, "times_prime", lambda self, delta, z, a, spare: delta.__imul__(1.1 * (a > 0)))
    blocks = blocks_of(network, theta, batch)
    assert not blocks["W1"].passed
    assert blocks["W2"].passed


def test_sides_are_those_of_z_of_outputs_and_of_weights():
    network = make_network((1, 2, 1), "relu", "identity", "absolute", l1=0.1)
    theta = Parameters(network.n)
    theta.W[1][:] = [[1.0], [-1.0]]
    batch = Batch(np.array([[2.0], [0.0]]), np.array([[0.0], [-1.0]]))
    work = batch.workspace(network, np.float64, keep_z=True)
    network.forward(theta, work)
    hidden, output, cost, weights = sides(network, theta, work)
    assert hidden.tolist() == [[[1], [-1]], [[0], [0]]]
    assert output.shape == (2, 1, 0)  # the identity has no kink
    assert cost.tolist() == [[[0]], [[1]]]
    assert weights.tolist() == [1, -1, 0, 0]
    with pytest.raises(ValueError, match="every row lies on a kink"):
        leave_out_kinks(network, theta, batch)


def test_rows_that_stay_keep_their_masks():
    network = make_network((3, 4, 2))
    batch = random_batch(network.n, m=8, weighted=True, dropout=(0.5, 0.5))
    chosen = np.array([1, 0, 0, 1, 1, 0, 1, 1], bool)
    again = np.array([0, 1, 1, 0, 1], bool)
    whole = batch.workspace(network, np.float64)
    part = batch.rows(chosen).workspace(network, np.float64)
    rest = batch.rows(chosen).rows(again).workspace(network, np.float64)
    for l in range(2):
        assert np.array_equal(part.mask[l], whole.mask[l][chosen])
        assert np.array_equal(rest.mask[l], whole.mask[l][chosen][again])
    assert np.array_equal(rest.w, whole.w[chosen][again])


def test_a_row_on_a_kink_leaves_the_others_as_they_were():
    network = make_network((2, 3, 2), "relu")
    theta = random_parameters(network.n)
    theta.b[1][:] = 0  # so that a row whose inputs are all dropped lies on the kink
    for seed in range(20):
        batch = Batch(np.ones((8, 2)), np.eye(2)[[0, 1] * 4], None, (0.5, 0.2), seed)
        smooth, kinks = leave_out_kinks(network, theta, batch)
        assert len(smooth.x) < 8 or sum(kinks) == 0
        assert leave_out_kinks(network, theta, smooth)[1] == [0, 0, 0]
        assert all(block.passed for block in check_gradient(network, theta, batch))
