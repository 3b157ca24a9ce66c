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
from importlib.metadata import version
from pathlib import Path
from shutil import rmtree
from stat import S_IWGRP, S_IWOTH
from tempfile import TemporaryFile
from typing import Any

import numpy as np

from bpcli import core, jit
from bpcli.errors import UsageError
from bpcli.jit import assembly, engine

Train = Callable[..., int]
"""`engine.train`, compiled."""

LOGGER = logging.getLogger(__name__)

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
        """Where it is kept, in NUMBA_CACHE_DIR or the user's cache; raises RuntimeError where a user has no home.

        Everything that may be compiled has a say in the name, and what numba goes by besides: the file of `train`, and
        what there is to compile for. So there is never anything else in it.
        """
        get = os.environ.get
        root = get("NUMBA_CACHE_DIR") or Path(get("XDG_CACHE_HOME") or Path.home() / ".cache", "bpcli")
        classes = (*self.functions, self.cost, self.rule)
        own = [file for package in (core, jit) for file in sorted(Path(package.__path__[0]).rglob("*.py"))]
        theirs = sorted({Path(inspect.getfile(one)) for one in classes})
        sources = [file.read_text(encoding="utf-8") for file in (*own, *theirs)]
        names = [one.__qualname__ for one in classes]
        train = Path(engine.__file__)
        place = (str(train), train.stat().st_mtime, *_compilers(), np.__version__, sys.version)
        about = repr((sources, names, self.layers, self.parameters, self.dtype, place))
        return Path(root, f"jit-{hashlib.sha256(about.encode()).hexdigest()[:16]}")


class _NotKept(Exception):
    """Raised where what is compiled cannot be kept; says why."""


@cache
def compile_program(program: Program) -> Train:
    """From disk when it is there; where that cannot be written, or others may write, for this process only.

    Raises UsageError when numba is not installed, or not one that can be opened.
    """
    train = assembly.assemble(program.functions, program.cost, program.rule, open_numba().njit(**OPTIONS))
    try:
        return _kept(program, train, _own_folder(program))
    except _NotKept as why:
        LOGGER.warning("engine jit: compiling for this run alone: %s", why)
        return _compiled(program, train)


def open_numba() -> Any:
    """The extra. Raises UsageError when it is not installed, or not one that can be opened."""
    os.environ["NUMBA_DISABLE_INTEL_SVML"] = "1"  # else whether that is installed would change the bits
    try:
        import numba
    except ImportError as error:
        if isinstance(error, ModuleNotFoundError) and error.name == "numba":
            raise UsageError("engine: jit needs numba: pip install 'bpcli[jit]'") from None
        raise UsageError(f"engine: jit needs numba, and the one that is installed says: {error}") from error
    return numba


def _compilers() -> tuple[Any, ...]:
    """The versions of what compiles, and the processor with its abilities that it compiles for."""
    processor = open_numba().core.registry.cpu_target.target_context.codegen().magic_tuple()
    return version("numba"), version("llvmlite"), processor


def _own_folder(program: Program) -> Path:
    """Its folder, made if need be; raises _NotKept unless this user can write there and nobody else.

    What numba finds in it is run.
    """
    try:
        folder = program.folder()
    except RuntimeError as error:
        raise _NotKept("there is no home directory to keep it in") from error
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
        with TemporaryFile(dir=folder):  # where numba may not write, it would look for another place by itself
            pass
    except OSError as error:
        raise _NotKept(f"{folder} cannot be written ({error.strerror})") from error
    if found.st_uid != os.geteuid() or found.st_mode & (S_IWGRP | S_IWOTH):
        raise _NotKept(f"{folder} is another user's, or others may write there")
    return folder


def _kept(program: Program, train: Train, folder: Path) -> Train:
    """From the folder, or compiled into it; raises _NotKept."""
    try:
        if any(folder.rglob("*.nbc")):
            try:
                return _compiled(program, train, folder)
            except Exception as error:  # whatever comes of unpickling what is cut short
                LOGGER.warning("engine jit: what is kept in %s is damaged (%s)", folder, type(error).__name__)
                rmtree(folder)
                folder.mkdir(mode=0o700)
        LOGGER.info("engine jit: compiling for this kind of network, once; it is kept in %s", folder)
        return _compiled(program, train, folder)
    except OSError as error:
        raise _NotKept(f"{folder} cannot be written ({error.strerror})") from error


def _compiled(program: Program, train: Train, folder: Path | None = None) -> Train:
    numba = open_numba()
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = before if folder is None else str(folder)
    try:
        compiled: Train = numba.njit(_signature(numba, program), cache=folder is not None, **OPTIONS)(train)
    finally:
        numba.config.CACHE_DIR = before
    return compiled


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
