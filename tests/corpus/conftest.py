"""The whole corpus is played once, in one process, and its trail through the code is kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from corpus import Outcome, play, written_cases
from odd_arrays import CASES as ARRAYS
from odd_configs import CASES as CONFIGS
from odd_starts import CASES as STARTS
from odd_tables import CASES as TABLES
from sites import Trail, followed

ALL_CASES = [*written_cases(), *CONFIGS, *STARTS, *ARRAYS, *TABLES]


@dataclass(frozen=True)
class Played:
    """How every case ended, by its name, and what was run on the way."""

    outcomes: dict[str, Outcome]
    trail: Trail


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder: Path = tmp_path_factory.mktemp("corpus")
    outcomes = {}
    with followed() as trail:
        for number, case in enumerate(ALL_CASES):
            place = folder / str(number)
            place.mkdir()
            outcomes[case.name] = play(case, place)
    return Played(outcomes, trail)
