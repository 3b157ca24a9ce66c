"""How many threads a network is given, and that BLAS takes no more."""

from __future__ import annotations

import pytest
from threadpoolctl import threadpool_info

from bpcli.training.threads import blas_threads, useful_threads


@pytest.mark.parametrize(
    ("layers", "threads"),
    [
        ((4, 10, 3), 1),
        ((784, 128, 10), 1),
        ((784, 512, 512, 10), 2),
        ((200_000, 1), 2),
        ((199_999, 1), 1),
        ((10, 784, 512), 2),
    ],
)
def test_threads_are_for_large_layers(layers: tuple[int, ...], threads: int) -> None:
    assert useful_threads(2, layers) == threads
    assert useful_threads(1, layers) == 1


def test_every_blas_is_held_to_the_count() -> None:
    with blas_threads(1):
        assert {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"} == {1}
