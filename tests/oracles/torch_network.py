"""The contract's networks and costs in PyTorch's words, in tables keyed by registry name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from random_networks import Case

from bpcli.core.batch import Batch
from bpcli.core.parameters import Parameters

torch = pytest.importorskip("torch", reason="PyTorch is the oracle here (pip install bpcli[oracle])")
torch.set_num_threads(1)  # at these sizes a second thread only waits
F = torch.nn.functional

ACTIVATION: dict[str, Callable[[Any], Callable[[Any], Any]]] = {  # name → entry → function of z
    "sigmoid": lambda f: torch.sigmoid,
    "tanh": lambda f: torch.tanh,
    "relu": lambda f: F.relu,
    "leaky_relu": lambda f: lambda z: F.leaky_relu(z, f.slope),
    "elu": lambda f: F.elu,
    "selu": lambda f: F.selu,
    "gelu": lambda f: lambda z: F.gelu(z, approximate={"exact": "none", "tanh": "tanh"}[f.form]),
    "silu": lambda f: F.silu,
    "softplus": lambda f: lambda z: F.softplus(z, threshold=1e4),
    "softsign": lambda f: F.softsign,
    "mish": lambda f: F.mish,
    "identity": lambda f: lambda z: z,
}

OUTPUT = {
    "softmax": lambda z: torch.softmax(z, dim=1),
    "sigmoid": torch.sigmoid,
    "identity": lambda z: z,
    "tanh": torch.tanh,
    "exponential": torch.exp,
}


def each_output(costs: Any) -> Any:
    return costs.sum(dim=1)


def smoothed(c: Any, y: Any, choices: int) -> Any:
    """Targets of which a part ε is shared out over all choices, as in PyTorch's cross_entropy(label_smoothing=ε)."""
    return y * (1 - c.label_smoothing) + c.label_smoothing / choices


EXAMPLE_COST: dict[tuple[str, str], Callable[[Any, Any, Any, Any], Any]] = {  # (cost, output) → entry, z, a, y → C_i
    ("cross_entropy", "softmax"): lambda c, z, a, y: F.cross_entropy(
        z, y, reduction="none", label_smoothing=c.label_smoothing
    ),
    ("cross_entropy", "sigmoid"): lambda c, z, a, y: each_output(
        F.binary_cross_entropy_with_logits(z, smoothed(c, y, 2), reduction="none")
    ),
    ("poisson", "exponential"): lambda c, z, a, y: each_output(F.poisson_nll_loss(z, y, reduction="none")),
    ("hinge", "identity"): lambda c, z, a, y: each_output(F.relu(1 - (2 * y - 1) * a)),
    ("hinge", "tanh"): lambda c, z, a, y: each_output(F.relu(1 - (2 * y - 1) * a)),
    **{
        ("quadratic", output): lambda c, z, a, y: each_output(0.5 * F.mse_loss(a, y, reduction="none"))
        for output in OUTPUT
    },
    **{("absolute", output): lambda c, z, a, y: each_output(F.l1_loss(a, y, reduction="none")) for output in OUTPUT},
    **{
        ("huber", output): lambda c, z, a, y: each_output(F.huber_loss(a, y, reduction="none", delta=c.delta))
        for output in OUTPUT
    },
}


def leaves(theta: Parameters) -> dict[str, Any]:
    return {name: torch.tensor(block.copy(), requires_grad=True) for name, block in theta.blocks()}


def torch_cost(case: Case, params: dict[str, Any], batch: Batch, masks: Sequence[np.ndarray | None]) -> Any:
    """The cost of the contract, in PyTorch's words; `masks` are those of the layers 0 … L-1, None where none drops."""
    a, targets = masked(torch.tensor(batch.x), masks[0]), torch.tensor(batch.y)
    for l, (name, f) in enumerate(zip(case.activations, case.network.hidden), start=1):
        z = F.linear(a, params[f"W{l}"], params[f"b{l}"])
        a = masked(ACTIVATION[name](f)(z), masks[l])
    L = case.network.L
    z = F.linear(a, params[f"W{L}"], params[f"b{L}"])
    costs = EXAMPLE_COST[case.cost, case.output](case.network.cost, z, OUTPUT[case.output](z), targets)
    mean = (costs if batch.w is None else costs * torch.tensor(batch.w)).sum() / len(batch.x)
    weights, penalty = [W for name, W in params.items() if name.startswith("W")], case.network.penalty
    return mean + sum(penalty.l1 * W.abs().sum() + 0.5 * penalty.l2 * (W**2).sum() for W in weights)


def masked(a: Any, mask: np.ndarray | None) -> Any:
    """What a layer hands on: units that are dropped hand on nothing, the others the more."""
    return a if mask is None else a * torch.tensor(mask)
