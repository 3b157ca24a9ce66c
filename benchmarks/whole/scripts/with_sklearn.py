"""scikit-learn's MLPClassifier, an epoch at a time so that it is measured: with_sklearn.py JOB DATA WEIGHTS."""

from __future__ import annotations

import sys

import numpy as np
from data import SETTINGS, read
from sklearn.neural_network import MLPClassifier

job, place, out = sys.argv[1:]
(_, n_hidden, n_out), batch, epochs = SETTINGS[job]
x, y, x_held, y_held = read(job, place)
model = MLPClassifier((n_hidden,), solver="sgd", momentum=0, alpha=0, batch_size=batch, learning_rate_init=0.1)
best, kept = 0.0, []
for _ in range(epochs):
    model.partial_fit(x, y, classes=np.arange(n_out))
    if (accuracy := model.score(x_held, y_held)) > best:
        best, kept = accuracy, [block.copy() for block in model.coefs_ + model.intercepts_]
with open(out, "wb") as file:
    np.savez(file, *kept)
print(f"{accuracy:.4f} after the last epoch")
