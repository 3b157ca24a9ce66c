"""The data of both jobs, read, split and scaled as bpcli's configs have it, and their settings."""

from __future__ import annotations

from pathlib import Path

import numpy as np

SETTINGS = {"digits": ((64, 128, 10), 32, 40), "mnist": ((784, 30, 10), 10, 30)}
"""Layers, batch size and epochs; the learning rate is 0.1 in both."""


def read(job: str, place: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Inputs and labels to train on, and to measure on after each epoch."""
    if job == "mnist":
        train, held_out = (np.load(Path(place) / name) for name in ("mnist.npz", "mnist_test.npz"))
        return (*_scaled(train), *_scaled(held_out))
    rows = np.random.default_rng(1).permutation(np.loadtxt(place, np.float32, delimiter=",", skiprows=1))
    train, held_out = rows[: int(0.7 * len(rows))], rows[int(0.7 * len(rows)) : int(0.8 * len(rows))]
    mean, deviation = train[:, :-1].mean(0), train[:, :-1].std(0)
    deviation[deviation == 0] = 1
    first, second = ((part[:, :-1] - mean) / deviation for part in (train, held_out))
    return first, train[:, -1].astype(np.int64), second, held_out[:, -1].astype(np.int64)


def _scaled(file: np.lib.npyio.NpzFile) -> tuple[np.ndarray, np.ndarray]:
    return file["X"] / np.float32(255), file["y"]
