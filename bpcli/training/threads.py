"""How many threads BLAS may use, for as long as it is asked."""

from __future__ import annotations

from contextlib import AbstractContextManager

from threadpoolctl import threadpool_limits


def blas_threads(count: int) -> AbstractContextManager[object]:
    """Holds BLAS to `count` threads while entered; another count gives other bits."""
    limits: AbstractContextManager[object] = threadpool_limits(limits=count, user_api="blas")
    return limits
