"""JAX in two ways, and Keras on top of it."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from contender import Epoch, contender
from made_up import data, first_weights
from workloads import OPTIMIZERS, Workload


def _jax_step(work: Workload, optimizer: str) -> tuple[Any, ...]:
    """One step in JAX: (parameters, memory), x, y → the same, moved, and the cost."""
    import jax
    import jax.numpy as jnp

    x, labels = data(work)
    y = np.eye(work.layers[-1], dtype=np.float32)[labels]
    theta = [(jnp.asarray(W.T), jnp.zeros(len(W), jnp.float32)) for W in first_weights(work)]

    def cost(theta: Any, x: Any, y: Any) -> Any:
        act = jax.nn.relu if work.activation == "relu" else jax.nn.sigmoid
        for W, b in theta[:-1]:
            x = act(x @ W + b)
        z = x @ theta[-1][0] + theta[-1][1]
        if work.cost == "quadratic":
            return 0.5 * ((jax.nn.sigmoid(z) - y) ** 2).sum(1).mean()
        return -(jax.nn.log_softmax(z) * y).sum(1).mean()

    def zeros() -> Any:
        return jax.tree.map(jnp.zeros_like, theta)

    memory = {"sgd": (), "momentum": (zeros(),), "nesterov": (zeros(),), "adam": (zeros(), zeros(), jnp.zeros(()))}[
        optimizer
    ]

    def step(state: Any, x: Any, y: Any) -> Any:
        theta, memory = state
        C, g = jax.value_and_grad(cost)(theta, x, y)
        if optimizer == "sgd":
            return (jax.tree.map(lambda w, g: w - work.eta * g, theta, g), ()), C
        if optimizer in ("momentum", "nesterov"):
            v = jax.tree.map(lambda v, g: 0.9 * v - work.eta * g, memory[0], g)
            if optimizer == "nesterov":
                return (jax.tree.map(lambda w, v, g: w + 0.9 * v - work.eta * g, theta, v, g), (v,)), C
            return (jax.tree.map(jnp.add, theta, v), (v,)), C
        m, v, t = memory
        t = t + 1
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
        v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
        rate = work.eta * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        return (jax.tree.map(lambda w, m, v: w - rate * m / (jnp.sqrt(v) + 1e-8), theta, m, v), (m, v, t)), C

    return jax, jnp.asarray(x), jnp.asarray(y), (theta, memory), step


@contender("JAX, step")
def jax_step(work: Workload, optimizer: str) -> Epoch:
    """JAX with each step compiled and the loop in Python."""
    jax, x, y, state, step = _jax_step(work, optimizer)
    compiled = jax.jit(lambda state, x, y, rows: step(state, x[rows], y[rows]), donate_argnums=0)
    rng = np.random.default_rng(1)

    def epoch() -> float:
        nonlocal state
        total = 0.0
        for rows in rng.permutation(work.rows).reshape(work.steps, work.batch):
            state, C = compiled(state, x, y, rows)
            total += C
        return float(total) / work.steps

    return epoch


@contender("JAX, epoch")
def jax_epoch(work: Workload, optimizer: str) -> Epoch:
    """JAX with a whole epoch compiled."""
    jax, x, y, state, step = _jax_step(work, optimizer)

    def pass_over(state: Any, key: Any, x: Any, y: Any) -> Any:
        order = jax.random.permutation(key, work.rows).reshape(work.steps, work.batch)
        state, costs = jax.lax.scan(lambda state, rows: step(state, x[rows], y[rows]), state, order)
        return state, costs.mean()

    compiled = jax.jit(pass_over, donate_argnums=0)
    key = jax.random.key(1)

    def epoch() -> float:
        nonlocal state, key
        key, now = jax.random.split(key)
        state, C = compiled(state, now, x, y)
        return float(C)

    return epoch


@contender("Keras")
def keras(work: Workload, optimizer: str) -> Epoch:
    """Keras' fit, on JAX."""
    os.environ["KERAS_BACKEND"] = "jax"
    import keras as k

    x, labels = data(work)
    y = np.eye(work.layers[-1], dtype=np.float32)[labels]
    quadratic = work.cost == "quadratic"
    hidden = [k.layers.Dense(width, activation=work.activation) for width in work.layers[1:-1]]
    last = k.layers.Dense(work.layers[-1], activation="sigmoid" if quadratic else "softmax")
    model = k.Sequential([k.Input((work.layers[0],)), *hidden, last])
    descent = (
        k.optimizers.Adam(work.eta) if optimizer == "adam" else k.optimizers.SGD(work.eta, **OPTIMIZERS[optimizer])
    )
    model.compile(descent, loss="mse" if quadratic else "categorical_crossentropy")
    return lambda: float(model.fit(x, y, batch_size=work.batch, epochs=1, verbose=0).history["loss"][0])
