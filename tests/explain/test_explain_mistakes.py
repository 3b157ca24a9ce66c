"""The planted mistakes: they are in the code that trains, one at a time, and out of it again whatever happens."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bpcli.core.activations import ACTIVATIONS
from bpcli.core.descent import Descent
from bpcli.core.optimizers import OPTIMIZERS
from bpcli.core.optimizers.sgd import Sgd
from bpcli.core.penalties import Penalty
from bpcli.explain.checks import matrix_case
from bpcli.explain.mistakes import MISTAKES, Mistake
from bpcli.explain.selftest import CASES, WIDTH

OPTIMIZER_FORMS = {
    **{name: OPTIMIZERS.get(name) for name in OPTIMIZERS},
    "momentum": lambda: Sgd(momentum=0.9),
    "nesterov": lambda: Sgd(momentum=0.9, nesterov=True),
}


def two_steps(case: tuple[str, str, str], optimizer, limits: dict[str, float]) -> np.ndarray:
    """The costs met and where theta comes to, with batches shorter than there is room for; l1 goes with the limits."""
    activation, output, cost = case
    network, theta, batch = matrix_case(ACTIVATIONS.get(activation)(), output, cost, (WIDTH,) * 4, WIDTH)
    if not limits:
        network = replace(network, penalty=Penalty(l2=network.penalty.l2))
    descent, work = Descent(network, optimizer(), **limits), batch.workspace(network, np.float64, room=WIDTH + 1)
    descent.start(theta)
    costs = []
    for _ in range(2):
        network.forward(theta, work)
        costs.append(float(network.batch_cost(theta, work)))
        descent.step(theta, work, 0.1)
    return np.array([*costs, *theta.flat])


def everywhere() -> list[np.ndarray]:
    every = [two_steps(case, Sgd, {}) for case in CASES]
    for optimizer in OPTIMIZER_FORMS.values():
        every += [two_steps(CASES[-1], optimizer, limits) for limits in ({}, {"clip_norm": 0.01, "max_norm": 0.5})]
    return every


@pytest.fixture(scope="module")
def right() -> list[np.ndarray]:
    return everywhere()


@pytest.mark.parametrize("name", list(MISTAKES))
def test_training_goes_another_way_with_it_and_the_right_one_after_it(name, right):
    with MISTAKES.get(name).planted():
        assert not all(map(np.array_equal, everywhere(), right))
    assert all(map(np.array_equal, everywhere(), right))


class Owner:
    """Something to plant into."""

    def double(self, x: int) -> int:
        return 2 * x

    @staticmethod
    def half(x: int) -> int:
        return x // 2


def plus_one(right, self, x):
    """One more than right."""
    return right(self, x) + 1


def test_a_mistake_is_planted_for_a_while():
    mistake = Mistake("plus one", "", Owner, "double", plus_one)
    original = vars(Owner)["double"]
    with mistake.planted():
        assert Owner().double(4) == 9
    assert Owner().double(4) == 8
    assert vars(Owner)["double"] is original


@pytest.mark.parametrize("ending", [ValueError, KeyboardInterrupt, SystemExit])
def test_no_mistake_stays_when_an_exception_passes_through(ending):
    original = vars(Owner)["double"]
    with pytest.raises(ending), Mistake("plus one", "", Owner, "double", plus_one).planted():
        raise ending
    assert vars(Owner)["double"] is original


def test_a_mistake_that_has_no_place_is_not_planted():
    with pytest.raises(KeyError), Mistake("nowhere", "", Owner, "treble", plus_one).planted():
        pass
    assert not hasattr(Owner, "treble")


def test_each_mistake_says_in_one_line_what_it_is():
    for name in MISTAKES:
        about = MISTAKES.get(name).about
        assert about
        assert "\n" not in about
        assert not about.endswith(".")
    assert len({MISTAKES.get(name).about for name in MISTAKES}) == len(list(MISTAKES))
