"""Training as loops over numbers, the letters as in core: compiled by numba, and in plain Python the same but slow.

Nothing here names an activation, a cost or an optimizer: `assembly` puts those of a network in the place of the
functions at the end.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bpcli.core.linalg import Array

Layers = tuple[Array, ...]
"""An array for each layer from 0 to L: W and b as in Parameters, the others (size, n[l]) with room for a batch."""

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
    z: Layers,  # with room for a whole batch each, as a and delta
    a: Layers,
    delta: Layers,
    targets: Array,  # (size, n[L]), room for those of a batch
    x: Array,  # all examples (examples, n[0])
    y: Array,  # (examples, n[L])
    w: Array,  # their weights (examples,)
    rows: Array,  # which of them to take, batch after batch; the last may be short
    rates: Array,  # (steps,), η of each
    before: int,  # steps that the optimizer has made
    costs: Array,  # (steps,), gets the cost before each step
) -> int:
    """Takes the steps, allocating nothing, up to one whose cost is not finite; gives the number of those taken."""
    L, size = len(W) - 1, len(targets)
    for step in range(len(rates)):
        batch = rows[step * size : (step + 1) * size]
        m = len(batch)
        weight = delta[0][:m, 0]  # δ[0] is never worked out, and lends its room
        for i in range(m):
            weight[i] = w[batch[i]]
        gather(x, batch, a[0])
        gather(y, batch, targets)
        C = forward(kinds, own, W, b, z, a, targets, weight) + penalty(l1, l2, theta[:weights])
        costs[step] = C
        if not np.isfinite(C):
            return step
        backward(kinds, own, cancels, W, gradient_W, gradient_b, z, a, delta, targets, weight)
        add_penalty(l1, l2, theta[:weights], gradient)
        move(own[L + 2], theta[:trained], gradient, first, second, rates[step], before + step + 1)
    return len(rates)


def forward(
    kinds: Array, own: Array, W: Layers, b: Layers, z: Layers, a: Layers, targets: Array, weight: Array
) -> float:
    """Carries the batch in a[0] through all layers; gives its cost without the penalty."""
    L, m = len(W) - 1, len(weight)
    for l in range(1, L + 1):
        add_product(z[l][:m], a[l - 1][:m], W[l], b[l])  # z[l] = a[l-1] W[l]ᵀ + b[l]   (m, n[l])
        apply(kinds[l], own[l], z[l][:m], a[l][:m])  # a[l] = f(z[l])   (m, n[l])
    total: float = cost(own[L + 1], z[L][:m], a[L][:m], targets[:m], weight)
    return total / m


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
    targets: Array,
    weight: Array,
) -> None:
    """gradient ← ∂C/∂W, ∂C/∂b, averaged over the batch that went forward, without the penalty."""
    L, m = len(W) - 1, len(weight)
    error(own[L + 1], delta[L][:m], a[L][:m], targets[:m], weight)  # BP1: δ[L] = ∇_a C ⊙ f′(z[L])
    if not cancels:
        times_prime(kinds[L], own[L], delta[L][:m], z[L][:m], a[L][:m])
    for l in range(L, 0, -1):
        sums(gradient_b[l], delta[l][:m])  # BP3: ∂C/∂b[l] = (1/m) Σ δ[l]
        product(gradient_W[l], delta[l][:m], a[l - 1][:m])  # BP4: ∂C/∂W[l] = (1/m) δ[l]ᵀ a[l-1]
        if l > 1:
            # BP2, a layer lower than in the book: δ[l-1] = (δ[l] W[l]) ⊙ f′(z[l-1])
            pull_back(delta[l - 1][:m], delta[l][:m], W[l])
            times_prime(kinds[l - 1], own[l - 1], delta[l - 1][:m], z[l - 1][:m], a[l - 1][:m])


def gather(x: Array, rows: Array, out: Array) -> None:
    """out ← the rows (m,) of x, in its first m."""
    for i in range(len(rows)):
        for k in range(out.shape[1]):
            out[i, k] = x[rows[i], k]


def add_product(z: Array, a: Array, W: Array, b: Array) -> None:
    """z ← a Wᵀ + b, with z (m, j), a (m, k), W (j, k), b (j,)."""
    if z.size * a.shape[1] >= LARGE_PRODUCT:
        np.dot(a, W.T, z)
        for i in range(z.shape[0]):
            for j in range(z.shape[1]):
                z[i, j] += b[j]
        return
    for i in range(z.shape[0]):
        for j in range(z.shape[1]):
            total = b[j]
            for k in range(a.shape[1]):
                total += a[i, k] * W[j, k]
            z[i, j] = total


def pull_back(below: Array, delta: Array, W: Array) -> None:
    """below ← δ W, with below (m, k), δ (m, j), W (j, k)."""
    if below.size * delta.shape[1] >= LARGE_PRODUCT:
        np.dot(delta, W, below)
        return
    below[:] = 0
    for i in range(delta.shape[0]):
        for j in range(delta.shape[1]):
            for k in range(below.shape[1]):
                below[i, k] += delta[i, j] * W[j, k]


def product(out: Array, delta: Array, a: Array) -> None:
    """out ← (1/m) δᵀ a, with out (j, k), δ (m, j), a (m, k)."""
    if out.size * len(a) >= LARGE_PRODUCT:
        np.dot(delta.T, a, out)
    else:
        out[:] = 0
        for i in range(delta.shape[0]):
            for j in range(delta.shape[1]):
                for k in range(a.shape[1]):
                    out[j, k] += delta[i, j] * a[i, k]
    out *= 1 / len(a)


def sums(out: Array, delta: Array) -> None:
    """out ← (1/m) Σ δ over the rows, with out (j,), δ (m, j)."""
    out[:] = 0
    for i in range(delta.shape[0]):
        for j in range(delta.shape[1]):
            out[j] += delta[i, j]
    out *= 1 / len(delta)


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
