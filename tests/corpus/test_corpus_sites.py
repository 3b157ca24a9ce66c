"""Every place of the code that makes a message has a case in the corpus."""

from __future__ import annotations

import importlib.util
from contextlib import suppress
from pathlib import Path

import pytest
from conftest import Played
from pydantic import ValidationError
from sites import FILES, Site, followed, sites_of

from bpcli.errors import DataError
from bpcli.spec.yaml_reader import NotReadable, YamlReader


def test_every_site_has_a_case(played: Played) -> None:
    without = [str(site) for path in FILES for site in sites_of(path) if not played.trail.passed(site)]
    assert not without, "no case comes through:\n" + "\n".join(without)


def test_the_sites_are_found() -> None:
    found = {path.name: list(sites_of(path)) for path in FILES}
    assert sum(map(len, found.values())) > 150
    for name in ("scalars.py", "rules.py", "csv_reader.py", "agreement.py", "build.py", "training_run.py"):
        assert found[name]
    assert len([site for site in found["yaml_reader.py"] if site.entry]) > 25
    assert len([site for site in found["rules.py"] if site.answer]) > 20


PLANTED = """
from bpcli.errors import DataError
from bpcli.spec.problems import refusal

_SENTENCES = {
    "one": lambda value: "first",
    "two": lambda value: f"second {value}",
}


def check(value):
    if value == 1:
        raise refusal("one")
    if value == 2:
        raise DataError(
            "two"
        )
    return _SENTENCES["one"](value)


def answer(value) -> str | None:
    if value == 3:
        return None
    return "three" if value else None
"""


def test_a_site_without_a_case_is_found(tmp_path: Path) -> None:
    path = tmp_path / "rules.py"
    path.write_text(PLANTED)
    specification = importlib.util.spec_from_file_location("planted", path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)

    def left(*calls: tuple[str, int]) -> list[str]:
        with followed([path]) as trail:
            for name, value in calls:
                with suppress(ValidationError, DataError):
                    getattr(module, name)(value)
        return [site.text.split("(")[0].split(" ")[0] for site in sites_of(path) if not trail.passed(site)]

    assert sorted(left()) == ["DataError", "lambda", "lambda", "refusal", "return"]
    assert sorted(left(("check", 0), ("answer", 0), ("answer", 3))) == ["DataError", "lambda", "refusal", "return"]
    assert sorted(left(("check", 1), ("answer", 1))) == ["DataError", "lambda", "lambda"]
    assert sorted(left(("check", 1), ("check", 2), ("answer", 1))) == ["lambda", "lambda"]


def test_an_entry_of_a_table_of_texts_counts_when_it_is_taken() -> None:
    path = next(path for path in FILES if path.name == "yaml_reader.py")
    entries: list[Site] = [site for site in sites_of(path) if site.entry is not None]
    with followed() as trail, pytest.raises(NotReadable):
        YamlReader("c.yaml").read(b"a: [1]]")
    assert [site.entry for site in entries if trail.passed(site)] == ["expected <block end>, but found ']'"]
