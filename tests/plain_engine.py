"""The engine in plain Python, slow and without numba, in the place of the compiled one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bpcli.jit import assembly, descent
from bpcli.jit.compiled import Program


def assemble_plainly(program: Program) -> Callable[..., int]:
    return assembly.assemble(program.functions, program.cost, program.rule, lambda function: function)


@pytest.fixture
def plain_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(descent, "compile_program", assemble_plainly)


@pytest.fixture
def plain_jit(plain_engine: None) -> None:
    """The same for whole runs of a config with `engine: jit`, which ask for numba's version."""
    pytest.importorskip("numba", reason="engine: jit needs numba: pip install '.[jit]'", exc_type=ImportError)
