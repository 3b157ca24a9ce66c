"""PyTorch in three ways."""

from __future__ import annotations

import os
from itertools import pairwise
from typing import Any

import numpy as np
from contender import Epoch, NotHere, contender
from made_up import data, first_weights
from workloads import OPTIMIZERS, Workload


def _torch_parts(work: Workload, optimizer: str, **options: Any) -> tuple[Any, ...]:
    """Model, optimizer, cost and data in PyTorch."""
    import torch

    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    x, labels = data(work)
    layers: list[Any] = []
    for (fan_in, fan_out), W in zip(pairwise(work.layers), first_weights(work)):
        linear = torch.nn.Linear(fan_in, fan_out)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(W))
            linear.bias.zero_()
        layers += [linear, torch.nn.ReLU() if work.activation == "relu" else torch.nn.Sigmoid()]
    quadratic = work.cost == "quadratic"
    model = torch.nn.Sequential(*(layers if quadratic else layers[:-1]))
    y = torch.from_numpy(np.eye(work.layers[-1], dtype=np.float32)[labels] if quadratic else labels)

    def half_squares(a: Any, y: Any) -> Any:
        return 0.5 * ((a - y) ** 2).sum(1).mean()

    cost = half_squares if quadratic else torch.nn.functional.cross_entropy
    if optimizer == "adam":
        descent: Any = torch.optim.Adam(model.parameters(), lr=work.eta, **options)
    else:
        descent = torch.optim.SGD(model.parameters(), lr=work.eta, **OPTIMIZERS[optimizer])
    return torch, model, descent, cost, torch.from_numpy(x), y


def _torch_epoch(work: Workload, parts: tuple[Any, ...]) -> Epoch:
    torch, model, descent, cost, x, y = parts

    def epoch() -> float:
        order = torch.randperm(work.rows)
        total = torch.zeros(())
        for rows in order.split(work.batch):
            descent.zero_grad()
            C = cost(model(x[rows]), y[rows])
            C.backward()
            descent.step()
            total += C.detach()
        return float(total) / work.steps

    return epoch


@contender("PyTorch")
def pytorch(work: Workload, optimizer: str) -> Epoch:
    """PyTorch's eager loop as its tutorials write it."""
    return _torch_epoch(work, _torch_parts(work, optimizer))


@contender("PyTorch, fused")
def pytorch_fused(work: Workload, optimizer: str) -> Epoch:
    """The same with Adam(fused=True)."""
    if optimizer != "adam":
        raise NotHere("only Adam is asked for fused")
    return _torch_epoch(work, _torch_parts(work, optimizer, fused=True))


@contender("torch.compile")
def pytorch_compiled(work: Workload, optimizer: str) -> Epoch:
    """The same with the model compiled."""
    torch, model, *rest = _torch_parts(work, optimizer)
    return _torch_epoch(work, (torch, torch.compile(model), *rest))
