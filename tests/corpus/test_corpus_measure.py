"""No message takes long or much, however odd the config."""

from __future__ import annotations

import pytest
from conftest import ALL_CASES
from measure import measure


@pytest.mark.slow
def test_every_case_is_told_at_once_and_in_little_memory() -> None:
    found, grown = measure(ALL_CASES)
    assert [one.case.name for one in found if not one.exact] == []
    assert [(one.case.name, one.seconds) for one in found if one.seconds > 0.5] == []
    assert [(one.case.name, one.peak) for one in found if one.peak > 64e6] == []
    assert grown < 100e6
