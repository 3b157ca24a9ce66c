"""Which labels file goes with an images file, by the names that such files usually have."""

from __future__ import annotations

import re
from pathlib import Path

_NAMES = [  # of the inputs, of the targets
    (r"images([.-])idx3", r"labels\1idx1"),
    (r"images", r"labels"),
    (r"inputs", r"targets"),
    (r"features", r"labels"),
    (r"(?<![A-Za-z])X(?![A-Za-z])", r"y"),
    (r"(?<![A-Za-z])x(?![A-Za-z])", r"y"),
]


def labels_beside(path: Path) -> Path | None:
    """The labels file that lies beside `path`, packed or not; None where there is none of the usual names."""
    for inputs, targets in _NAMES:
        name = re.sub(inputs, targets, path.name)
        for other in (name, name.removesuffix(".gz"), f"{name}.gz"):
            if name != path.name and path.with_name(other).is_file():
                return path.with_name(other)
    return None
