"""Compiles the engine for one network's functions and one precision, and keeps it on disk; it alone opens numba."""

from __future__ import annotations

import hashlib
import inspect
import logging
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np

from bpcli import core, jit
from bpcli.errors import UsageError
from bpcli.jit import assembly

Train = Callable[..., int]
"""`engine.train`, compiled."""

LOGGER = logging.getLogger(__name__)  # on stderr, unless a program that uses this says otherwise

OPTIONS = {"error_model": "numpy"}  # dividing by 0 raises nothing, as in NumPy; and no fastmath, so that bits stay


@dataclass(frozen=True)
class Program:
    """What there is to compile."""

    layers: int  # from 0 to L
    functions: tuple[type[Any], ...]
    cost: type[Any]
    rule: type[Any]
    dtype: str  # float32 or float64
    parameters: tuple[str, ...]  # names of all that these have

    def folder(self) -> Path:
        """Where it is kept, in NUMBA_CACHE_DIR or the user's cache.

        Everything that may be compiled has a say in the name, because numba looks at the file of `train` alone.
        """
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        root = Path(os.environ.get("NUMBA_CACHE_DIR") or home / "bpcli")
        classes = (*self.functions, self.cost, self.rule)
        own = [file for package in (core, jit) for file in sorted(Path(package.__path__[0]).rglob("*.py"))]
        theirs = sorted({Path(inspect.getfile(one)) for one in classes})
        sources = [file.read_text(encoding="utf-8") for file in (*own, *theirs)]
        versions = (open_numba().__version__, np.__version__, sys.version)
        about = repr(
            (sources, [one.__qualname__ for one in classes], self.layers, self.parameters, self.dtype, versions)
        )
        return root / f"jit-{hashlib.sha256(about.encode()).hexdigest()[:16]}"


@cache
def compile_program(program: Program) -> Train:
    """From disk when it is there; where that cannot be written, for this process only.

    Raises UsageError when numba is not installed.
    """
    numba = open_numba()
    train = assembly.assemble(program.functions, program.cost, program.rule, numba.njit(**OPTIONS))
    signature = _signature(numba, program)
    folder, before = program.folder(), numba.config.CACHE_DIR
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):  # where numba may not write, it would look for another place by itself
            pass
        if not any(folder.rglob("*.nbc")):
            LOGGER.warning("engine jit: compiling for this kind of network, once; it is kept in %s", folder)
        numba.config.CACHE_DIR = str(folder)
        return numba.njit(signature, cache=True, **OPTIONS)(train)  # type: ignore[no-any-return]
    except OSError as error:
        LOGGER.warning("engine jit: compiling for this run alone: %s cannot be written (%s)", folder, error.strerror)
        return numba.njit(signature, **OPTIONS)(train)  # type: ignore[no-any-return]
    finally:
        numba.config.CACHE_DIR = before


def open_numba() -> Any:
    """The extra. Raises UsageError when it is not installed."""
    try:
        import numba
    except ImportError:
        raise UsageError("engine: jit needs numba: pip install 'bpcli[jit]'") from None
    return numba


def _signature(numba: Any, program: Program) -> Any:
    types = numba.types
    number, whole, real = getattr(types, program.dtype), types.int64, types.float64
    vector, matrix = number[::1], number[:, ::1]
    vectors, matrices = types.UniTuple(vector, program.layers), types.UniTuple(matrix, program.layers)
    examples = types.Array(number, 2, "C", readonly=True)
    own = numba.from_dtype(np.dtype([(name, np.float64) for name in program.parameters]))[::1]
    return whole(
        whole[::1], own, types.boolean, real, real,  # kinds … l2
        matrices, vectors, matrices, vectors,  # W … gradient_b
        vector, vector, whole, whole, vector, vector,  # theta … second
        matrices, matrices, matrices, matrix, vector,  # z … w
        examples, examples, vector, whole[::1],  # x … rows
        real[::1], whole, real[::1],  # rates … costs
    )  # fmt: skip
