"""How many threads BLAS may use, for as long as it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from itertools import pairwise

from threadpoolctl import threadpool_limits

LEAST_WEIGHTS = 200_000  # of the largest layer; sharing out smaller products takes longer than it saves


def useful_threads(asked: int, layers: Sequence[int]) -> int:
    """How many of the threads that were asked for help a network of these layer sizes: all or one.

    It goes by the sizes alone, so that a config gives the same bits wherever it is trained, measured or used.
    """
    largest = max(fan_in * fan_out for fan_in, fan_out in pairwise(layers))
    return asked if largest >= LEAST_WEIGHTS else 1


def blas_threads(count: int) -> AbstractContextManager[object]:
    """Holds BLAS to `count` threads while entered; another count gives other bits."""
    limits: AbstractContextManager[object] = threadpool_limits(limits=count, user_api="blas")
    return limits
