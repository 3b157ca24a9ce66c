"""Blocks in figures, held against plain NumPy and against numbers that were moved by a known number of steps."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bpcli.explain.blocks import compare, describe

DTYPES = [np.float32, np.float64]


def only(a: np.ndarray, b: np.ndarray) -> dict[str, object]:
    (block,) = compare({"W1": a}, {"W1": b})
    return block


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_figures_are_those_of_numpy(dtype: type) -> None:
    x = np.random.default_rng(3).normal(size=(7, 5)).astype(dtype)
    x[2, 1:4] = 0
    (block,) = describe({"W1": x})
    assert (block["name"], block["shape"]) == ("W1", [7, 5])
    assert block["norm"] == pytest.approx(np.linalg.norm(x.astype(np.float64)), rel=1e-14)
    assert block["largest"] == float(max(abs(float(value)) for value in x.flat))
    assert block["mean"] == pytest.approx(math.fsum(map(float, x.flat)) / 35, rel=1e-13)
    assert block["deviation"] == pytest.approx(np.std(x, dtype=np.float64), rel=1e-14)
    assert block["zeros"] == 3 / 35


def test_idle_units_are_those_that_nothing_goes_through() -> None:
    W1, W2 = np.ones((4, 3)), np.ones((2, 4))
    W1[0] = 0  # nothing leads to unit 0
    W1[1, 1:] = 0  # something does to unit 1
    W2[:, 0] = W2[:, 3] = 0  # nothing leads away from units 0 and 3
    W2[1] = 0  # output 1 is always its bias
    blocks = describe({"W1": W1, "b1": np.zeros(4), "W2": W2, "b2": np.zeros(2)})
    assert [block.get("idle") for block in blocks] == [2, None, 1, None]


def test_what_is_no_finite_number_is_none() -> None:
    x = np.full((2, 2), 1e300)
    (block,) = describe({"W1": x})
    assert (block["norm"], block["largest"]) == (None, 1e300)
    assert only(1e8 * x, -1e8 * x)["absolute"] is None
    assert only(np.zeros((2, 2)), np.ones((2, 2)))["cosine"] is None


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("value", [1.0, -1.0, 0.1, -3e-39, 1e-45, 2.0])
@pytest.mark.parametrize("steps", [1, 2, 5])
def test_units_are_the_steps_from_one_number_to_the_next(dtype: type, value: float, steps: int) -> None:
    a = np.full((2, 3), value, dtype)
    b = a.copy()
    for _ in range(steps):
        b[1, 2] = np.nextafter(b[1, 2], dtype(np.inf))
    block = only(a, b)
    assert (block["entries"], block["different"], block["units"]) == (6, 1, steps)
    assert block["absolute"] == float(b[1, 2]) - float(a[1, 2])


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_farthest_numbers_and_both_zeros(dtype: type) -> None:
    most = np.finfo(dtype).max
    bits = np.finfo(dtype).bits
    infinity = int(np.array(np.inf, dtype).view(f"u{bits // 8}"))
    assert only(np.array([-most]), np.array([most]))["units"] == 2 * infinity - 1
    zeros = only(np.zeros(3, dtype), np.array([0, -0.0, 0], dtype))
    assert (zeros["different"], zeros["units"], zeros["absolute"], zeros["relative"]) == (1, 1, 0, 0)


SAME = {"absolute": 0.0, "relative": 0.0, "units": 0, "cosine": 1.0}


def test_relative_and_cosine() -> None:
    a, b = np.array([3.0, 4.0, 0.0]), np.array([4.0, -3.0, 0.0])
    block = only(a, b)
    assert (block["absolute"], block["relative"], block["cosine"]) == (7.0, 7 / 4, 0.0)
    assert only(a, 2 * a)["cosine"] == only(a, a)["cosine"] == 1.0
    assert only(a, -a)["cosine"] == -1.0
    assert only(a, a) == {"name": "W1", "a": [3], "b": [3], "entries": 3, "different": 0, **SAME}


def test_another_type_is_compared_by_value() -> None:
    block = only(np.array([0.5, 0.1], np.float32), np.array([0.5, 0.1], np.float64))
    assert (block["different"], block["units"]) == (1, None)
    assert block["absolute"] == abs(float(np.float32(0.1)) - 0.1)


def test_blocks_of_other_shapes_have_shapes_alone() -> None:
    one = {"W1": np.ones((2, 3)), "b1": np.ones(2), "W2": np.ones((1, 2))}
    other = {"W1": np.ones((3, 3)), "b1": np.ones(2), "W3": np.ones((1, 2))}
    assert [block for block in compare(one, other) if block["name"] != "b1"] == [
        {"name": "W1", "a": [2, 3], "b": [3, 3]},
        {"name": "W2", "a": [1, 2]},
        {"name": "W3", "b": [1, 2]},
    ]
