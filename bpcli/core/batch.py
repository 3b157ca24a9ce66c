"""A handful of examples to check a network on, with the units that are dropped settled once and for all."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bpcli.core.linalg import Array
from bpcli.core.network import Network
from bpcli.core.workspace import Workspace
from bpcli.streams import stream


@dataclass(frozen=True)
class Batch:
    """Some examples in float64: x (m, n[0]), y (m, n[L]), weights of the rows (m,) or None, and which units to drop.

    `dropout` is the share of each layer 0 … L-1; the masks are drawn once from `seed` and stay with their rows.
    """

    x: Array
    y: Array
    w: Array | None = None
    dropout: tuple[float, ...] = ()
    seed: int = 0
    kept: NDArray[np.bool_] | None = None  # of the rows that masks were drawn for, those that are here; None is all

    def workspace(self, network: Network, dtype: type, keep_z: bool = False, room: int = 0) -> Workspace:
        """Memory of this type with the batch and its masks laid in, in the first rows if there is `room` for more."""
        m = len(self.x)
        work = network.workspace(max(m, room), dtype, self.dropout, keep_z).first(m)
        work.a[0][:] = self.x
        work.y[:] = self.y
        work.w = None if self.w is None else self.w.astype(dtype)[:, None]
        rows = np.ones(m, bool) if self.kept is None else self.kept
        drawn = network.workspace(len(rows), np.float64, self.dropout)
        drawn.draw_masks(stream(self.seed, "masks"))
        for mask, values in zip(work.mask, drawn.mask):
            if mask is not None and values is not None:
                mask[:] = values[rows]
        return work

    def rows(self, chosen: NDArray[np.bool_]) -> Batch:
        """The chosen rows (m,) of it, each with the masks that it had."""
        kept = np.ones(len(chosen), bool) if self.kept is None else self.kept.copy()
        kept[kept] = chosen
        w = None if self.w is None else self.w[chosen]
        return replace(self, x=self.x[chosen], y=self.y[chosen], w=w, kept=kept)
