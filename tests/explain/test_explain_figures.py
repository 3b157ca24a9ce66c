"""What hazards are found by, against NumPy on whole columns; and steps of given costs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bpcli.data.loading import Examples
from bpcli.data.preparation import BLOCK_ROWS, Columns, Preparation
from bpcli.explain.hazards import HAZARDS, Plan
from bpcli.explain.hazards.figures import ColumnFigures, fingerprints
from bpcli.explain.trial import try_out
from bpcli.runs.training_run import TrainingRun
from bpcli.spec.reading import read_config

CONFIGS = Path(__file__).parents[2] / "configs"
ROWS = BLOCK_ROWS + 500


def figures(x: np.ndarray, y: np.ndarray, task: str) -> ColumnFigures:
    classes = tuple("abcde"[: y.shape[1]]) if task == "classes" else ()
    none = (0.0,) * x.shape[1]
    preparation = Preparation(Columns((), (), None), {}, "error", None, none, none, task, classes, one_output=False)  # type: ignore[arg-type]
    return ColumnFigures.of(Examples(x, y, None, np.arange(len(x))), preparation)


def test_the_figures_of_columns_are_those_of_numpy() -> None:
    rng = np.random.default_rng(0)
    y = rng.normal(size=(ROWS, 2))
    x = np.column_stack([y[:, 0] + rng.normal(size=ROWS), 3 - 2 * y[:, 1], rng.normal(size=ROWS), np.full(ROWS, 5.0)])
    found = figures(x, y, "numbers")
    assert found.low == pytest.approx(x.min(axis=0))
    assert found.high == pytest.approx(x.max(axis=0))
    assert found.size == pytest.approx(np.sqrt((x**2).mean(axis=0)))
    squares = np.corrcoef(x[:, :3].T, y.T)[:3, 3:] ** 2
    assert found.explained == pytest.approx([*squares.max(axis=1), 0])
    assert found.constant.tolist() == [False, False, False, True]


@pytest.mark.parametrize("offset", [0.0, 1e7])
def test_what_classes_explain_is_the_variance_between_them(offset: float) -> None:
    rng = np.random.default_rng(1)
    codes = rng.integers(0, 3, ROWS)
    x = np.column_stack([codes + rng.normal(size=ROWS), np.array([7, -1, 4])[codes], rng.normal(size=ROWS)]) + offset
    within = sum(x[codes == code].var(axis=0) * (codes == code).mean() for code in range(3))
    assert figures(x, np.eye(3)[codes], "classes").explained == pytest.approx(1 - within / x.var(axis=0), abs=1e-9)


def test_rows_that_are_equal_have_one_fingerprint_and_others_another() -> None:
    x = np.random.default_rng(2).normal(size=(ROWS, 3)).astype(np.float32)
    x[-1], x[7], x[-2] = x[0], [0.0, 1, 2], [-0.0, 1, 2]
    found = fingerprints(x)
    assert found[-1] == found[0]
    assert found[-2] == found[7]
    assert len(np.unique(found)) == ROWS - 2


@pytest.mark.parametrize(
    ("costs", "value"),
    [
        ([1.0, 1.6, 1.5, 1.4], None),
        ([1.0] * 6 + [1.6] * 2, 1.6),
        ([1.0, 99.0, 1.0, 1.0], None),
        ([1.0, 101.0, 1.0, 1.0], 101.0),
        ([2.0, 2.0, 2.0, 4.0], 2.0),
        ([-1.0, -1.0, -5.0, -9.0], None),
        ([0.0, 1.0, 1.0, 1.0], None),
    ],
)
def test_the_cost_of_the_tried_steps_may_not_rise(costs: list[float], value: float | None) -> None:
    found = list(HAZARDS.get("rising_cost")(plan(costs)))
    assert [hazard.value for hazard in found] == ([] if value is None else [value])


def test_steps_that_diverge_have_no_value() -> None:
    (found,) = HAZARDS.get("rising_cost")(plan([1.0], "the cost is nan in step 2"))
    assert (found.value, found.meaning) == (None, "tried out, the cost is nan in step 2: training diverges")


def plan(costs: list[float], diverged: str = "") -> Plan:
    """The training of iris, as if trying it out had given these costs."""
    run = TrainingRun(read_config(str(CONFIGS / "iris.yaml")))
    tried = replace(try_out(run.trainer, lambda: 0.0), costs=tuple(costs), diverged=diverged)
    return Plan(run.prepared, run.trainer, tried, batch_size=16, expect={}, files={})
