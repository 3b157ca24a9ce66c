"""One random tree from one seed: a named, independent stream for everything that draws at random."""

from __future__ import annotations

import numpy as np


def stream(seed: int, name: str, index: int = 0) -> np.random.Generator:
    """The stream `name` of `seed`; `index` gives it branches, one for each epoch say.

    A stream depends on these three alone: drawing more from one, or adding another, moves no other.
    """
    entropy = np.random.SeedSequence([seed, index, *name.encode()])
    return np.random.Generator(np.random.PCG64(entropy))
