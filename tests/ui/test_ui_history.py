from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import pytest

from bpcli.training.events import EpochEnded
from bpcli.ui.history import MOST, History


def history(count: int, best: Iterable[int] = ()) -> History:
    run, good = History(20), set(best)
    for number in range(1, count + 1):
        run.note(EpochEnded(number, number, 0.1, 1.0, {"cost": 1.0}, None, None, number in good))
    return run


@pytest.mark.parametrize(
    ("count", "best"), [(41, 7), (10_000, 23), (100_000, 99_998), (1000, None), (100, 99), (MOST, 2)]
)
def test_thinning_keeps_first_best_and_last(count: int, best: int | None) -> None:
    run = history(count, {1, best} if best else ())
    shown = [epoch.epoch for epoch in run.thinned(40)]
    assert {1, count, best} - {None} <= set(shown)
    assert shown == sorted(set(shown))
    assert len(shown) in (40, 41)
    gaps = [b - a for a, b in pairwise(shown) if best not in (a, b)]
    assert max(gaps) <= count / 39 + 2 * count / MOST + 2


def test_a_short_run_is_not_thinned() -> None:
    assert [epoch.epoch for epoch in history(40, [3]).thinned(40)] == list(range(1, 41))
    assert history(0).thinned(40) == []


def test_memory_is_the_same_for_a_run_of_any_length() -> None:
    run = history(200_000, range(1, 200_000, 3))
    assert (run.count, len(run.recent)) == (200_000, 20)
    assert len(run._kept) < MOST
