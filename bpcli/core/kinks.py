"""Where a cost has no derivative: on the kinks of activations, of the cost itself, and of |W| under l1."""

from __future__ import annotations

import numpy as np

from bpcli.core.batch import Batch
from bpcli.core.linalg import Array
from bpcli.core.network import Network
from bpcli.core.parameters import Parameters
from bpcli.core.workspace import Workspace


def sides(network: Network, theta: Parameters, work: Workspace) -> list[Array]:
    """On which side of each kink everything lies that went forward: −1 or 1, and 0 on the kink itself.

    First the z of each layer from 1 on (m, n[l], kinks of f[l]), then the outputs as the cost sees them (m, n[L], 1),
    then the weights as l1 sees them. `work` must keep z.
    """
    layers = zip((*network.hidden, network.output), work.z[1:])
    outputs = network.cost.side(work.a[network.L], work.y)[:, :, None]
    weights = np.sign(theta.weights) if network.penalty.l1 else np.zeros(0)
    return [*(np.sign(np.subtract.outer(z, f.kinks)) for f, z in layers), outputs, weights]


def leave_out_kinks(network: Network, theta: Parameters, batch: Batch) -> tuple[Batch, list[int]]:
    """The rows none of whose z, and no cost, lies on a kink, and how many of each layer do (index 0 is the input).

    Raises ValueError when no row is left.
    """
    work = batch.workspace(network, np.float64, keep_z=True)
    network.forward(theta, work)
    *layers, outputs, _ = ((side == 0).any(axis=-1) for side in sides(network, theta, work))
    layers[-1] |= outputs
    smooth = ~np.any([layer.any(axis=1) for layer in layers], axis=0)
    if not smooth.any():
        raise ValueError("every row lies on a kink of an activation or of the cost, where there is no derivative")
    return batch.rows(smooth), [0, *(int(layer.sum()) for layer in layers)]
