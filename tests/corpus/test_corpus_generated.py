"""Every key with every kind of value, and both sides of each bound: refused with the exact line, or accepted."""

from __future__ import annotations

from pathlib import Path

import pytest
from corpus import as_told, play
from every_key import FLAG, NAME, OTHER, PATH, REAL, WHOLE, WORD
from generated import CASES

from bpcli.spec import parameters
from bpcli.spec.keys import sections

KEYS = list(dict.fromkeys(case.name.split(": ")[0] for case in CASES))


@pytest.mark.parametrize("key", KEYS)
def test_every_kind_of_value(key: str, tmp_path: Path) -> None:
    cases = [case for case in CASES if case.name.split(": ")[0] == key]
    assert len(cases) > 2
    for number, case in enumerate(cases):
        (folder := tmp_path / str(number)).mkdir()
        outcome = play(case, folder)
        assert (outcome.code, outcome.lines) == (case.code, case.lines) or as_told(case, outcome), case.name


def test_no_key_is_left_out() -> None:
    declared = set()
    for title, _, keys in sections():
        name = title.removesuffix("}").partition("{name: ")[2]
        declared |= {key.path.replace(".", f" {name}.", 1) if name else key.path for key in keys}
    for key in ("activation", "cost", "optimizer", "schedule"):  # of parameters that several names share
        for name, model in getattr(parameters, key.upper()).items():
            declared |= {f"{key} {name}.{field}" for field in model.key_names()}
    entries = {"class_weight.3"}  # no key of the schema, but of the user's
    assert {*WHOLE, *REAL, *FLAG, *NAME, *WORD, *PATH, *OTHER} - entries == declared


def test_there_are_a_few_hundred() -> None:
    assert len(CASES) > 700
    assert len({case.name for case in CASES}) == len(CASES)
    assert sum(case.code == 4 for case in CASES) > 100  # those that are accepted
