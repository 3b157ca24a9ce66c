"""What a run was computed with: what can change its bits, and the machine, which should not."""

from __future__ import annotations

import json
import os
import platform
import sys
from importlib.metadata import version
from itertools import islice
from typing import Any

import numpy as np
import scipy
import scipy.linalg.blas  # loads SciPy's BLAS, so that it is always among those listed
from threadpoolctl import threadpool_info

from bpcli import __version__
from bpcli.runs.comparison import differences

MOST_CHANGES = 8  # that are told
LONGEST = 60  # characters that are told of a key or a value, which a stranger may have written


def numerics(engine: str = "numpy") -> dict[str, Any]:
    """Everything outside the config that can change a bit of the weights, as JSON values; no path among it.

    This version of bpcli, those of NumPy and SciPy, the BLAS libraries with the kernel each chose for this CPU, the
    vector instructions that NumPy found, and the C library behind `exp` and `tanh`; with the engine `jit` the
    versions of numba and llvmlite too. The number of threads is the config's own.
    """
    return {
        "bpcli": __version__,
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "blas": _blas(),
        "cpu": {"architecture": platform.machine(), "vectors": _vector_instructions()},
        "libc": " ".join(platform.libc_ver()).strip() or platform.system(),
        **({name: version(name) for name in ("numba", "llvmlite")} if engine == "jit" else {}),
    }


def changed_numerics(then: Any, engine: str = "numpy") -> str | None:
    """A line about what can change the bits and is not what it was, as `numerics` wrote it down; None if all is."""
    if not isinstance(then, dict):
        return None
    now = numerics(engine)
    places = differences(now, {name: then[name] for name in now if name in then}, "")
    changed = [
        f"{_cut(place['key'])} is {_told(place, 'a')} and was {_told(place, 'b')}"
        for place in islice(places, MOST_CHANGES)
    ]
    return f"{'; '.join(changed)}: the last bits may come out otherwise" if changed else None


def _told(place: dict[str, Any], side: str) -> str:
    return _cut(json.dumps(place[side], ensure_ascii=False)) if side in place else "nothing"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def machine() -> dict[str, Any]:
    """Where this process runs, as JSON values, for a person to read."""
    return {
        "bpcli": __version__,
        "python": platform.python_version(),
        "executable": sys.executable,
        "platform": platform.platform(),
        "host": platform.node(),
        "cpus": os.cpu_count(),
    }


def _blas() -> list[dict[str, str | None]]:
    """Each BLAS in the process once, sorted: the order in which they were loaded says nothing."""
    found = {
        (library["internal_api"], library["version"], library.get("architecture"))
        for library in threadpool_info()
        if library["user_api"] == "blas"
    }
    return [
        {"library": library, "version": version, "kernel": kernel}
        for library, version, kernel in sorted(found, key=str)
    ]


def _vector_instructions() -> list[str]:
    """The instruction sets above the baseline that NumPy picks its loops by."""
    config: Any = np.show_config(mode="dicts")
    return list(config["SIMD Extensions"].get("found", []))
