"""`engine: jit` from the shell: compiled once, and said so; the same bytes cold and warm; clear when it cannot be."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from shell import ROOT, bpcli

IRIS = ROOT / "configs" / "iris.yaml"
JIT = ("--set", "engine=jit", "--set", "epochs=3", "--set", "expect={}")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str | None]:
    """Where all of these keep what is compiled, as environment variables say it."""
    return {"XDG_CACHE_HOME": str(tmp_path_factory.mktemp("cache")), "NUMBA_CACHE_DIR": None}


def numba_is_needed() -> None:
    pytest.importorskip("numba", reason="engine: jit needs numba: pip install '.[jit]'", exc_type=ImportError)


def test_it_compiles_once_and_writes_the_same_bytes_each_time(tmp_path: Path, cache: dict[str, str | None]):
    numba_is_needed()
    cold = bpcli("train", IRIS, *JIT, "--out", "cold", cwd=tmp_path, **cache)
    warm = bpcli("train", IRIS, *JIT, "--out", "warm", cwd=tmp_path, **cache)
    assert (cold.code, warm.code) == (0, 0)
    assert cold.err.count("compiling for this kind of network, once; it is kept in") == 1
    assert f"{cache['XDG_CACHE_HOME']}/bpcli/jit-" in cold.err
    assert "warning" not in cold.err
    assert warm.err == ""
    assert re.search("^engine +jit$", cold.out, re.MULTILINE)
    assert (tmp_path / "cold/weights.npz").read_bytes() == (tmp_path / "warm/weights.npz").read_bytes()
    assert "engine: jit" in (tmp_path / "warm/config.yaml").read_text()
    again = bpcli("reproduce", "warm/weights.npz", cwd=tmp_path, **cache)
    assert (again.code, "the same bytes" in again.out) == (0, True)
    told = bpcli("inspect", "warm/weights.npz", "--json", cwd=tmp_path).objects[0]
    assert (told["config"]["engine"], "numba" in told["numerics"]) == ("jit", True)
    assert "llvmlite" in told["numerics"]


def test_it_trains_where_nothing_can_be_kept(tmp_path: Path):
    numba_is_needed()
    (tmp_path / "file").touch()
    nowhere = {"XDG_CACHE_HOME": str(tmp_path / "file"), "NUMBA_CACHE_DIR": None}
    done = bpcli("train", IRIS, *JIT, "--out", "run", cwd=tmp_path, **nowhere)
    assert done.code == 0
    assert done.err.startswith("warning: engine jit: compiling for this run alone: ")
    quiet = bpcli("check", IRIS, "--set", "engine=jit", "--quiet", cwd=tmp_path, **nowhere)
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")


@pytest.mark.parametrize("command", ["train", "gradcheck", "check"])
def test_without_numba_it_says_what_to_install(command, tmp_path: Path):
    (tmp_path / "numba.py").write_text("raise ModuleNotFoundError(name='numba')")
    done = bpcli(command, IRIS, "--set", "engine=jit", cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert (done.code, done.out) == (2, "")
    assert done.err == "engine: jit needs numba: pip install 'bpcli[jit]'\n"
    assert not (tmp_path / "runs").exists()


def test_a_numba_that_cannot_be_opened_says_why(tmp_path: Path):
    (tmp_path / "numba.py").write_text("raise ImportError('Numba needs NumPy 2.5 or less. Got NumPy 3.0.')")
    done = bpcli("check", IRIS, "--set", "engine=jit", cwd=tmp_path, PYTHONPATH=str(tmp_path))
    said = "Numba needs NumPy 2.5 or less. Got NumPy 3.0."
    assert (done.code, done.err) == (2, f"engine: jit needs numba, and the one that is installed says: {said}\n")


def test_what_was_trained_by_it_is_used_without_numba(tmp_path: Path, cache: dict[str, str | None]):
    numba_is_needed()
    trained = bpcli("train", IRIS, *JIT, "--out", "run", cwd=tmp_path, **cache)
    (tmp_path / "numba.py").write_text("raise ImportError")
    assert trained.code == 0
    assert bpcli("eval", "run/weights.npz", cwd=tmp_path, PYTHONPATH=str(tmp_path)).code == 0
