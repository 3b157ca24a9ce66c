"""The matrix products of a step and nothing else: what no step can undercut."""

from __future__ import annotations

import os
from itertools import pairwise

import numpy as np
from contender import Epoch, NotHere, contender
from workloads import Workload


def _products(work: Workload) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """The products of a step in their order, as out, left, right: its arithmetic but what is elementwise."""
    rng, n = np.random.default_rng(0), work.layers

    def array(*shape: int) -> np.ndarray:
        return rng.random(shape, dtype=np.float32) * 0.01

    W = [array(fan_out, fan_in) for fan_in, fan_out in pairwise(n)]
    a, delta = ([array(work.batch, width) for width in n] for _ in range(2))
    found = [(a[l + 1], a[l], W[l].T) for l in range(len(W))]
    for l in reversed(range(len(W))):
        found += [(delta[l], delta[l + 1], W[l])] if l else []
        found += [(W[l], delta[l + 1].T, a[l])]
    return found


def _by_columns(x: np.ndarray) -> tuple[np.ndarray, int]:
    """What BLAS takes for xᵀ without a copy, and whether it has to turn it."""
    return (x.T, 0) if x.flags.c_contiguous else (x, 1)


@contender("products alone")
def floor(work: Workload, optimizer: str) -> Epoch:
    """The matrix products of a step and nothing else, through the same BLAS as bpcli: what no step can undercut."""
    from scipy.linalg.blas import sgemm

    if optimizer != "sgd":
        raise NotHere("the products are the same for every optimizer")
    calls = []
    for out, left, right in _products(work):  # by rows out ← left right; to BLAS, by columns: outᵀ ← rightᵀ leftᵀ
        (first, turn_first), (second, turn_second) = _by_columns(right), _by_columns(left)
        calls.append((1e-9, first, second, 1.0, out.T, turn_first, turn_second, 1))

    def epoch() -> float:
        for _ in range(work.steps):
            for call in calls:
                sgemm(*call)
        return 0.0

    return epoch


@contender("products, PyTorch")
def floor_of_torch(work: Workload, optimizer: str) -> Epoch:
    """The same products through PyTorch."""
    import torch

    if optimizer != "sgd":
        raise NotHere("the products are the same for every optimizer")
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    triples = [[torch.from_numpy(one) for one in triple] for triple in _products(work)]

    def epoch() -> float:
        with torch.no_grad():
            for _ in range(work.steps):
                for out, left, right in triples:
                    out.addmm_(left, right, alpha=1e-9)
        return 0.0

    return epoch
