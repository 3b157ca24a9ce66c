"""JAX with each epoch compiled as a whole: with_jax.py JOB DATA WEIGHTS."""

from __future__ import annotations

import sys

import jax
import jax.numpy as jnp
import numpy as np
from data import SETTINGS, read

job, place, out = sys.argv[1:]
n, batch, epochs = SETTINGS[job]
x, y, x_held, y_held = map(jnp.asarray, read(job, place))
first, second, key = jax.random.split(jax.random.key(1), 3)
theta = (
    (jax.random.normal(first, n[:2]) * (2 / n[0]) ** 0.5, jnp.zeros(n[1])),
    (jax.random.normal(second, n[1:]) * (2 / n[1]) ** 0.5, jnp.zeros(n[2])),
)


def outputs(theta, x):
    (W1, b1), (W2, b2) = theta
    return jax.nn.relu(x @ W1 + b1) @ W2 + b2


def cost(theta, x, y):
    return -jnp.take_along_axis(jax.nn.log_softmax(outputs(theta, x)), y[:, None], 1).mean()


def step(theta, rows):
    return jax.tree.map(lambda w, g: w - 0.1 * g, theta, jax.grad(cost)(theta, x[rows], y[rows])), None


@jax.jit
def epoch(theta, key):
    steps = len(x) // batch  # what is left over is left out: all batches of a scan have one size
    rows = jax.random.permutation(key, len(x))[: steps * batch].reshape(steps, batch)
    theta, _ = jax.lax.scan(step, theta, rows)
    return theta, cost(theta, x_held, y_held)


best, kept = 1e9, theta
for each in jax.random.split(key, epochs):
    theta, value = epoch(theta, each)
    if value < best:
        best, kept = value, theta
with open(out, "wb") as file:
    np.savez(file, *jax.tree.leaves(kept))
print(f"{float((outputs(theta, x_held).argmax(1) == y_held).mean()):.4f} after the last epoch")
