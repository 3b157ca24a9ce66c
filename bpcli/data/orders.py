"""Row orders that were made beforehand: which row comes when, epoch by epoch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bpcli.data.source import open_bytes
from bpcli.errors import DataError


def read_orders(path: Path, shown: str, epochs: int, examples: int) -> NDArray[np.integer]:
    """An (at least `epochs`, `examples`) array of row numbers from a .npy file, memory-mapped.

    Raises DataError when the file is missing or unreadable, its shape does not fit, or a row is not there.
    """
    with open_bytes(path, shown, unpack=False):
        pass  # so that a missing file is told as any other
    try:
        orders = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise DataError(f"{shown}: not a readable .npy file") from error
    if not isinstance(orders, np.ndarray) or orders.ndim != 2 or orders.dtype.kind not in "iu":
        raise DataError(f"{shown}: an order of rows is a whole-number array (epochs, examples)")
    if orders.shape[0] < epochs or orders.shape[1] != examples:
        raise DataError(
            f"{shown}: has orders for {orders.shape[0]} epochs of {orders.shape[1]} examples, "
            f"and training takes {epochs} epochs of {examples}"
        )
    taken = orders[:epochs]
    if taken.min() < 0 or taken.max() >= examples:
        epoch, at = np.argwhere((taken < 0) | (taken >= examples))[0]
        raise DataError(
            f"{shown}: names row {taken[epoch, at]} for epoch {epoch + 1}, and the rows are 0 to {examples - 1}"
        )
    return orders
