"""What was the first to be no finite number, in a step or in a measuring that went wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bpcli.core.descent import Descent
from bpcli.core.linalg import Array, accumulate
from bpcli.core.parameters import Parameters
from bpcli.core.workspace import Workspace
from bpcli.data.loading import Examples
from bpcli.data.table import Rows
from bpcli.training.events import Cause, LayerSizes

MOST_ROWS = 256  # of those that were measured and came out wrong, looked at once more


class Diverged(Exception):
    """Raised where the cost or a parameter is no longer finite; the cause is there if it was looked for."""

    def __init__(self, detail: str, cause: Cause | None = None) -> None:
        super().__init__(detail)
        self.cause = cause


def of_forward(descent: Descent, theta: Parameters, work: Workspace, rows: Rows, at: Cause) -> Cause:
    """The cause of a batch cost that is not finite, while all parameters are; `rows` (m,) of the batch, in the file.

    `work` keeps z apart from a. `at` is the cause as far as it is known; it comes back completed.
    """
    at = replace(at, layers=_layers(theta, work, gradients=None))
    for l in range(1, len(theta.n)):
        if (bad := _bad_rows(work.z[l])).any():
            return _in_rows(at, "z", l, work, rows, bad)
    if (bad := _bad_rows(work.costs)).any():
        return _in_rows(at, "cost", len(theta.n) - 1, work, rows, bad)
    what = "sum of the costs" if np.isfinite(descent.network.penalty.of(theta.weights)) else "penalty"
    return _in_rows(at, what, None, work, rows, np.ones(len(rows), bool))


def of_update(descent: Descent, theta: Parameters, work: Workspace, rows: Rows, at: Cause) -> Cause:
    """The cause of a parameter, or a memory of the optimizer, that is not finite after a step from finite ones."""
    m, L = work.rows, len(theta.n) - 1
    gradients = theta.like().W
    for l in range(1, L + 1):
        accumulate(gradients[l], work.delta[l], work.fed[l - 1], alpha=1 / m, beta=0.0)
    at = replace(at, layers=_layers(theta, work, gradients))
    for l in range(L, 0, -1):  # in the order in which they came about
        if (bad := _bad_rows(work.delta[l])).any():
            return _in_rows(at, "error", l, work, rows, bad)
        if not np.isfinite(gradients[l]).all():
            return _in_rows(at, "gradient", l, work, rows, np.ones(m, bool))
    for what, parameters in [("parameters", theta), *descent.optimizer.state.items()]:
        for l in range(L, 0, -1):
            if not (np.isfinite(parameters.W[l]).all() and np.isfinite(parameters.b[l]).all()):
                name = what if parameters is theta else f"optimizer's {what}"
                return _in_rows(at, name, l, work, rows, np.ones(m, bool))
    raise AssertionError("asked for the cause of what did not happen")


def of_measuring(descent: Descent, theta: Parameters, examples: Examples, costs: Array, at: Cause) -> Cause:
    """The cause of a cost that is not finite on rows which are only measured; `costs` (n,) of each row."""
    bad = np.flatnonzero(~np.isfinite(costs))
    some = bad[:MOST_ROWS]
    work = descent.network.workspace(len(some), theta.flat.dtype, keep_z=True)
    work.a[0][:], work.y[:] = examples.x[some], examples.y[some]
    descent.network.forward(theta, work)
    descent.network.example_costs(work)
    cause = of_forward(descent, theta, work, examples.rows[some], at)
    return replace(cause, rows=tuple(map(int, examples.rows[bad])), inputs=largest(examples.x[bad]))


def _in_rows(at: Cause, what: str, layer: int | None, work: Workspace, rows: Rows, bad: Array) -> Cause:
    return replace(
        at, what=what, layer=layer, rows=tuple(map(int, rows[bad])), inputs=largest(work.a[0][: len(rows)][bad])
    )


def _bad_rows(block: Array) -> Array:
    """Which rows (m,) of a block (m, width) hold something that is not finite."""
    return np.asarray(~np.isfinite(block).all(axis=1))


def _layers(theta: Parameters, work: Workspace, gradients: list[Array] | None) -> tuple[LayerSizes, ...]:
    return tuple(
        LayerSizes(
            layer=l,
            z=largest(work.z[l]),
            gradient=None if gradients is None else largest(gradients[l]),
            parameters=max(largest(theta.W[l]), largest(theta.b[l])),
        )
        for l in range(1, len(theta.n))
    )


def largest(block: Array) -> float:
    """The largest magnitude in it; 0 of nothing."""
    return float(np.abs(block).max(initial=0.0))
