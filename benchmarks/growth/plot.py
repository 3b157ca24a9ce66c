"""Draws the growth of an epoch's time beside the theory's: plot.py FILE, with the points as JSON on stdin."""

from __future__ import annotations

import json
import sys

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot

points = json.load(sys.stdin)
pyplot.rcParams["svg.hashsalt"] = "growth"
figure, axes = pyplot.subplots(1, len(points), figsize=(3.2 * len(points), 3), layout="constrained")
for axis, (name, series) in zip(axes, points.items()):
    labels, seconds, theory = zip(*series)
    places = [float(label.replace(",", "")) for label in labels]
    axis.loglog(places, [1e3 * second for second in seconds], "o-", label="measured")
    axis.loglog(places, [1e3 * seconds[-1] * part / theory[-1] for part in theory], "--", label="multiply-adds alone")
    axis.set_xticks(places, labels)
    axis.minorticks_off()
    axis.set_xlabel(name)
    axis.grid(alpha=0.3)
axes[0].set_ylabel("epoch, ms")
axes[0].legend()
figure.savefig(sys.argv[1], metadata={"Date": None} if sys.argv[1].endswith(".svg") else None)
