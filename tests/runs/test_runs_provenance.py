"""What is said of the machine: enough to explain other bits, and no path in what goes into a weights file."""

from __future__ import annotations

import json
import os
import platform

import numpy as np
import pytest
import scipy

import bpcli
from bpcli.runs import provenance


def test_it_names_the_libraries_and_their_kernels() -> None:
    told = provenance.numerics()
    assert told["bpcli"] == bpcli.__version__
    assert told["numpy"] == np.__version__
    assert told["scipy"] == scipy.__version__
    assert told["cpu"]["architecture"] == platform.machine()
    for blas in told["blas"]:
        assert set(blas) == {"library", "version", "kernel"}


def test_it_is_json_the_same_each_time_and_holds_no_path() -> None:
    text = json.dumps(provenance.numerics())
    assert text == json.dumps(provenance.numerics())
    assert os.sep not in text


def test_load_order_threads_and_place_of_the_libraries_say_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def library(version: str, path: str, threads: int, user_api: str = "blas") -> dict[str, object]:
        return {
            "user_api": user_api,
            "internal_api": "openblas" if user_api == "blas" else "openmp",
            "version": version,
            "architecture": "Haswell",
            "filepath": path,
            "num_threads": threads,
        }

    one = [library("0.3.30", "/a", 1), library("0.3.31", "/b", 1), library("9", "/c", 1, "openmp")]
    other = [library("0.3.31", "/x", 2), library("0.3.30", "/y", 2), library("0.3.30", "/z", 2)]
    told = []
    for libraries in (one, other):
        monkeypatch.setattr(provenance, "threadpool_info", lambda libraries=libraries: libraries)
        told.append(provenance.numerics()["blas"])
    assert told[0] == told[1]
    assert [blas["version"] for blas in told[0]] == ["0.3.30", "0.3.31"]


def test_what_has_changed_is_told_part_by_part() -> None:
    now = provenance.numerics()
    assert provenance.changed_numerics(json.loads(json.dumps(now))) is None
    then = json.loads(json.dumps(now))
    then["blas"][0]["kernel"] = "Z80"
    del then["libc"]
    assert provenance.changed_numerics(then) == (
        f'blas[0].kernel is "{now["blas"][0]["kernel"]}" and was "Z80"; libc is "{now["libc"]}" and was nothing: '
        "the last bits may come out otherwise"
    )
    assert provenance.changed_numerics({**now, "numba": "0.60"}) is None  # what is not used here changes nothing here
    told = provenance.changed_numerics({**now, "cpu": {str(n): n for n in range(1000)}})
    assert told is not None
    assert told.count(" and was ") == provenance.MOST_CHANGES
    strange = "\u0394" * 10**6
    told = provenance.changed_numerics({**now, "numpy": strange, "cpu": {strange: strange}})
    assert told is not None
    assert len(told) < 1000
    assert 'was "\u0394\u0394' in told


def test_the_machine_is_json() -> None:
    told = provenance.machine()
    assert json.loads(json.dumps(told)) == told
    assert told["python"] == platform.python_version()
