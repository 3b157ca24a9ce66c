"""Training as loops over numbers, the letters as in core: compiled by numba, and in plain Python the same but slow.

Nothing here names an activation, a cost or an optimizer: `assembly` puts those of a network in the place of the
functions at the end.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bpcli.core.linalg import Array

Layers = tuple[Array, ...]
"""An array for each layer from 0 to L."""

LARGE_PRODUCT = 4096  # multiplications from which on BLAS is quicker than loops


def train(
    kinds: Array,  # which function f[l] is, at l from 1 to L
    own: Array,  # the parameters of f[l] at l, then of the cost, then of the optimizer
    cancels: bool,  # whether f′ cancels out of BP1
    l1: float,
    l2: float,
    W: Layers,
    b: Layers,
    gradient_W: Layers,
    gradient_b: Layers,
    theta: Array,  # all W and b, end to end
    gradient: Array,  # likewise
    weights: int,  # how many of these belong to W, and come first
    trained: int,  # how many of them move
    first: Array,  # what the optimizer remembers of each
    second: Array,
    z: Layers,  # (n[l], m), each example of a batch a column, as a and delta
    a: Layers,
    delta: Layers,
    y: Array,  # (n[L], m)
    w: Array,  # (m,)
    all_x: Array,  # of all examples (examples, n[0])
    all_y: Array,  # (examples, n[L])
    all_w: Array,  # (examples,)
    rows: Array,  # (steps m,): which of them to take, batch after batch
    rates: Array,  # (steps,), η of each
    before: int,  # steps that the optimizer has made
    costs: Array,  # (steps,), gets the cost before each step
) -> int:
    """Takes the steps, allocating nothing, up to one whose cost is not finite; gives the number of those taken.

    What it calls, and what that calls, is looked up by name in what `assembly` has put together, not in this file.
    """
    L, m = len(W) - 1, len(w)
    for step in range(len(rates)):
        batch = rows[step * m : (step + 1) * m]
        gather(all_x, batch, a[0])
        gather(all_y, batch, y)
        for i in range(m):
            w[i] = all_w[batch[i]]
        C = forward(kinds, own, W, b, z, a, y, w) + penalty(l1, l2, theta[:weights])
        costs[step] = C
        if not np.isfinite(C):
            return step
        backward(kinds, own, cancels, W, gradient_W, gradient_b, z, a, delta, y, w)
        add_penalty(l1, l2, theta[:weights], gradient)
        move(own[L + 2], theta[:trained], gradient, first, second, rates[step], before + step + 1)
    return len(rates)


def forward(kinds: Array, own: Array, W: Layers, b: Layers, z: Layers, a: Layers, y: Array, w: Array) -> float:
    """Carries the batch in a[0] through all layers; gives its cost without the penalty."""
    L = len(W) - 1
    for l in range(1, L + 1):
        add_product(z[l], W[l], a[l - 1], b[l])  # z[l] = W[l] a[l-1] + b[l]   (n[l], m)
        apply(kinds[l], own[l], z[l], a[l])  # a[l] = f(z[l])   (n[l], m)
    total: float = cost(own[L + 1], z[L], a[L], y, w)
    return total / len(w)


def backward(
    kinds: Array,
    own: Array,
    cancels: bool,
    W: Layers,
    gradient_W: Layers,
    gradient_b: Layers,
    z: Layers,
    a: Layers,
    delta: Layers,
    y: Array,
    w: Array,
) -> None:
    """gradient ← ∂C/∂W, ∂C/∂b, averaged over the batch that went forward, without the penalty."""
    L = len(W) - 1
    error(own[L + 1], delta[L], a[L], y, w)  # BP1: δ[L] = ∇_a C ⊙ f′(z[L])   (n[L], m)
    if not cancels:
        times_prime(kinds[L], own[L], delta[L], z[L], a[L])
    for l in range(L, 0, -1):
        sums(gradient_b[l], delta[l])  # BP3: ∂C/∂b[l] = (1/m) Σ δ[l]
        product(gradient_W[l], delta[l], a[l - 1])  # BP4: ∂C/∂W[l] = (1/m) δ[l] a[l-1]ᵀ
        if l > 1:
            # BP2, a layer lower than in the book: δ[l-1] = (W[l]ᵀ δ[l]) ⊙ f′(z[l-1])   (n[l-1], m)
            pull_back(delta[l - 1], W[l], delta[l])
            times_prime(kinds[l - 1], own[l - 1], delta[l - 1], z[l - 1], a[l - 1])


def gather(x: Array, rows: Array, out: Array) -> None:
    """out (n, m) ← the rows (m,) of x (examples, n), each as a column."""
    for i in range(len(rows)):
        for k in range(out.shape[0]):
            out[k, i] = x[rows[i], k]


def add_product(z: Array, W: Array, a: Array, b: Array) -> None:
    """z ← W a + b, with z (j, m), W (j, k), a (k, m), b (j,)."""
    if z.size * len(a) >= LARGE_PRODUCT:
        np.dot(W, a, z)
        for j in range(z.shape[0]):
            for i in range(z.shape[1]):
                z[j, i] += b[j]
        return
    for j in range(z.shape[0]):
        for i in range(z.shape[1]):
            z[j, i] = b[j]
        for k in range(W.shape[1]):
            for i in range(z.shape[1]):
                z[j, i] += W[j, k] * a[k, i]


def pull_back(below: Array, W: Array, delta: Array) -> None:
    """below ← Wᵀ δ, with below (k, m), W (j, k), δ (j, m)."""
    if below.size * len(delta) >= LARGE_PRODUCT:
        np.dot(W.T, delta, below)
        return
    below[:] = 0
    for j in range(W.shape[0]):
        for k in range(W.shape[1]):
            for i in range(below.shape[1]):
                below[k, i] += W[j, k] * delta[j, i]


def product(out: Array, delta: Array, a: Array) -> None:
    """out ← (1/m) δ aᵀ, with out (j, k), δ (j, m), a (k, m)."""
    share = 1 / delta.shape[1]
    if out.size * delta.shape[1] >= LARGE_PRODUCT:
        np.dot(delta, a.T, out)
        out *= share
        return
    for j in range(out.shape[0]):
        for k in range(out.shape[1]):
            total = out.dtype.type(0)
            for i in range(delta.shape[1]):
                total += delta[j, i] * a[k, i]
            out[j, k] = total * share


def sums(out: Array, delta: Array) -> None:
    """out ← (1/m) Σ δ over the examples, with out (j,), δ (j, m)."""
    share = 1 / delta.shape[1]
    for j in range(delta.shape[0]):
        total = out.dtype.type(0)
        for i in range(delta.shape[1]):
            total += delta[j, i]
        out[j] = total * share


def penalty(l1: float, l2: float, weights: Array) -> float:
    """l1 Σ|W| + ½ l2 ΣW²."""
    total = 0.0
    if l1 or l2:
        for k in range(len(weights)):
            total += l1 * abs(weights[k]) + 0.5 * l2 * weights[k] * weights[k]
    return total


def add_penalty(l1: float, l2: float, weights: Array, gradient: Array) -> None:
    """gradient ← gradient + l1 sign(W) + l2 W."""
    if l1 or l2:
        for k in range(len(weights)):
            gradient[k] += l1 * np.sign(weights[k]) + l2 * weights[k]


PARTS = (forward, backward, gather, add_product, pull_back, product, sums, penalty, add_penalty)


def apply(kind: int, own: Any, z: Array, a: Array) -> None:
    """a ← f(z); a function of whole rows may overwrite z. This and the others below are put in by `assembly`."""
    raise NotImplementedError


def times_prime(kind: int, own: Any, delta: Array, z: Array, a: Array) -> None:
    """δ ← δ ⊙ f′(z), or δ Jᵀ."""
    raise NotImplementedError


def cost(own: Any, z: Array, a: Array, y: Array, w: Array) -> float:
    """Σ w_i C_i."""
    raise NotImplementedError


def error(own: Any, delta: Array, a: Array, y: Array, w: Array) -> None:
    """δ ← w_i ∂C_i/∂a, or w_i ∂C_i/∂z where f′ cancels."""
    raise NotImplementedError


def move(own: Any, theta: Array, g: Array, first: Array, second: Array, eta: float, t: int) -> None:
    """Step t (from 1) by the gradient g, of all entries of theta."""
    raise NotImplementedError
