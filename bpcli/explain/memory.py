"""How much memory things take: the arrays that hang on them, as they are."""

from __future__ import annotations

from typing import Any

import numpy as np


def array_bytes(*things: Any) -> int:
    """Bytes of all arrays that these hold, at any depth; memory that several views share counts once."""
    sizes: dict[int, int] = {}
    seen: set[int] = set()
    left = list(things)
    while left:
        thing = left.pop()
        if id(thing) in seen or isinstance(thing, type):
            continue
        seen.add(id(thing))
        if isinstance(thing, np.ndarray):
            while isinstance(thing.base, np.ndarray):
                thing = thing.base
            sizes[id(thing)] = thing.nbytes
        else:
            left += _parts(thing)
    return sum(sizes.values())


def _parts(thing: Any) -> list[Any]:
    """What a container or an object is made of."""
    if isinstance(thing, dict):
        return list(thing.values())
    if isinstance(thing, list | tuple):
        return list(thing)
    slots = getattr(type(thing), "__slots__", ())
    return [*getattr(thing, "__dict__", {}).values(), *(getattr(thing, name, None) for name in slots)]
