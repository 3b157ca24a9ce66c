"""Setting rows aside."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from bpcli.data.splits import Pool, split
from bpcli.errors import DataError

CLASSES = np.repeat([0, 1, 2], [50, 30, 20])


def pool(classes: NDArray[np.intp]) -> Pool:
    return Pool("a.csv", np.arange(len(classes)), classes, tuple("abcdefg"))


def test_every_row_is_in_one_part_and_parts_keep_the_order_of_the_file() -> None:
    rows = np.arange(1000, 1100)
    parts = split(replace(pool(CLASSES), rows=rows), {"test": 0.2, "validation": 0.1}, seed=1)
    assert {name: len(part) for name, part in parts.items()} == {"test": 20, "validation": 10, "train": 70}
    assert np.array_equal(np.sort(np.concatenate(list(parts.values()))), rows)
    for part in parts.values():
        assert np.all(np.diff(part) > 0)


def test_classes_share_alike() -> None:
    parts = split(pool(CLASSES), {"test": 0.2, "validation": 0.1}, seed=1)
    assert np.bincount(CLASSES[parts["test"]]).tolist() == [10, 6, 4]
    assert np.bincount(CLASSES[parts["validation"]]).tolist() == [5, 3, 2]


def test_the_largest_remainder_gets_the_row_that_is_over() -> None:
    classes = np.repeat([0, 1, 2], [14, 8, 8])  # a tenth: 1.4, 0.8, 0.8
    part = split(pool(classes), {"test": 0.1}, seed=1)["test"]
    assert np.bincount(classes[part]).tolist() == [1, 1, 1]


def test_the_draw_depends_on_the_seed_and_is_shuffled() -> None:
    def draw(seed: int) -> list[int]:
        return list(split(Pool("a.csv", np.arange(100)), {"test": 0.2}, seed)["test"])

    assert draw(1) == draw(1)
    assert draw(1) != draw(2)
    assert draw(1) not in (list(range(20)), list(range(80, 100)))


def test_another_split_beside_it_does_not_move_the_test_rows() -> None:
    alone = split(pool(CLASSES), {"test": 0.2}, seed=3)["test"]
    beside = split(pool(CLASSES), {"test": 0.2, "validation": 0.3}, seed=3)["test"]
    assert np.array_equal(alone, beside)


@given(
    sizes=st.lists(st.integers(3, 40), min_size=2, max_size=6),
    test=st.floats(0.05, 0.45),
    validation=st.floats(0.05, 0.45),
)
def test_any_classes_are_shared_to_within_one_row(sizes: list[int], test: float, validation: float) -> None:
    classes = np.repeat(np.arange(len(sizes)), sizes)
    fractions = {"test": test, "validation": validation}
    try:
        parts = split(pool(classes), fractions, seed=1)
    except DataError:
        assert min(round(f * len(classes)) for f in fractions.values()) == 0 or test + validation > 0.5
        return
    assert np.bincount(classes[parts["train"]], minlength=len(sizes)).min() >= 1
    assert len(parts["test"]) == round(test * len(classes))
    shares = np.bincount(classes[parts["test"]], minlength=len(sizes))
    assert np.all(np.abs(shares - test * np.array(sizes)) < 1)


@pytest.mark.parametrize(
    ("fractions", "told"),
    [
        ({"test": 0.001}, "a.csv: test: a fraction of 0.001 out of 100 training rows is no row"),
        (
            {"test": 0.6, "validation": 0.4},
            "a.csv: validation: a fraction of 0.4 out of 100 training rows leaves no row to train on",
        ),
    ],
)
def test_a_fraction_must_leave_rows(fractions: dict[str, float], told: str) -> None:
    with pytest.raises(DataError) as caught:
        split(pool(CLASSES), fractions, seed=1)
    assert str(caught.value) == told


def test_a_rare_class_is_told() -> None:
    with pytest.raises(DataError) as caught:
        split(pool(np.repeat([0, 1], [9, 2])), {"test": 0.3, "validation": 0.3}, seed=1)
    assert str(caught.value) == (
        "a.csv: class 'b' has 2 of the 11 training rows, too few for 3 splits "
        "(stratify: false makes splits without regard to classes)"
    )
