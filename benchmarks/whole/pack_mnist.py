"""Turns the CSV files of MNIST into .npz with X and y: pack_mnist.py FOLDER_OF_THE_CSV_FILES FOLDER."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

source, folder = map(Path, sys.argv[1:])
for name, file in (("mnist.npz", "mnist_train.csv"), ("mnist_test.npz", "mnist_test.csv")):
    rows = np.loadtxt(source / file, np.uint8, delimiter=",", skiprows=1)
    np.savez(folder / name, X=rows[:, 1:], y=rows[:, 0].astype(np.int64))
