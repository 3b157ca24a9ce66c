"""The training step, BLAS and all, against the same arithmetic written out example by example."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest
from plain_descent import PlainDescent

import bpcli
from bpcli.core.activations import ACTIVATIONS
from bpcli.core.costs import COSTS
from bpcli.core.descent import Descent
from bpcli.core.network import Network
from bpcli.core.optimizers import OPTIMIZERS
from bpcli.core.outputs import OUTPUTS
from bpcli.core.parameters import Parameters
from bpcli.core.penalties import Penalty

STEPS, ETA = 5, 0.05
SGD = [{}, {"momentum": 0.9}, {"momentum": 0.9, "nesterov": True}]


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float32, 1e-6), (np.float64, 1e-12)])
@pytest.mark.parametrize(("n", "m"), [((4, 10, 3), 16), ((196, 30, 10), 10), ((64, 48, 32, 10), 33)])
@pytest.mark.parametrize("l2", [0.0, 0.01])
@pytest.mark.parametrize("form", [*SGD, {"adam": True}], ids=str)
def test_a_step_is_what_the_textbook_says(dtype, tolerance, n, m, l2, form):
    """Every step from where we stand, so that the rounding of one is measured and not the chaos of many."""
    rng = np.random.default_rng(3)
    hidden = tuple(ACTIVATIONS.get("relu")() for _ in n[1:-1])
    network = Network(n, hidden, OUTPUTS.get("softmax")(), COSTS.get("cross_entropy")["softmax"](), Penalty(0.0, l2))
    adam = form.get("adam", False)
    optimizer = OPTIMIZERS.get("adam" if adam else "sgd")(**({} if adam else form))
    theta = Parameters(n, dtype)
    for W in theta.W[1:]:
        W[:] = rng.standard_normal(W.shape) * (2 / W.shape[1]) ** 0.5
    descent, work = Descent(network, optimizer), network.workspace(m, dtype)
    descent.start(theta)
    eta = 1e-3 if adam else ETA
    plain = PlainDescent([], [], eta, l2, **form)
    for _ in range(STEPS):
        plain.W, plain.b = ([block.astype(np.float64) for block in blocks[1:]] for blocks in (theta.W, theta.b))
        memories = list(optimizer.state.values())
        if memories:
            both = [[block.astype(np.float64) for block in one.W[1:] + one.b[1:]] for one in memories]
            plain.memory = dict(zip(("first", "second"), both))
        work.a[0][:] = rng.standard_normal((m, n[0]))
        work.y[:] = np.eye(n[-1])[rng.integers(0, n[-1], m)]
        expected_cost = plain.step(work.a[0].astype(np.float64), work.y)
        network.forward(theta, work)
        assert float(network.batch_cost(theta, work)) == pytest.approx(expected_cost, rel=tolerance)
        descent.step(theta, work, eta)
        for l, (W, b) in enumerate(zip(plain.W, plain.b), start=1):
            scale = np.abs(W).max()
            np.testing.assert_allclose(theta.W[l], W, rtol=0, atol=tolerance * scale, err_msg=f"W{l}")
            np.testing.assert_allclose(theta.b[l], b, rtol=0, atol=tolerance * scale, err_msg=f"b{l}")


CHECKERS = {"gradcheck.py", "stepcheck.py"}  # which no training step goes through
PRODUCTS = {"dot", "matmul", "inner", "vdot", "tensordot"}  # through which NumPy's own BLAS would be at work


@pytest.mark.parametrize("package", ["core", "training"])
def test_every_product_goes_through_one_blas(package):
    files = [file for file in (Path(bpcli.__file__).parent / package).rglob("*.py") if file.name not in CHECKERS]
    assert len(files) > 5
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            matrix = isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.MatMult)
            named = isinstance(node, ast.Attribute) and node.attr in PRODUCTS
            assert not matrix, f"{file.name}:{node.lineno} multiplies matrices with @"
            assert not named, f"{file.name}:{node.lineno} multiplies matrices with {node.attr}"
