"""Figures as books and papers print them, comparable with computed ones."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest


def printed(text: str) -> Any:
    """A figure that equals whatever rounds to it: `printed(".2984")` is .2984 give or take .00005."""
    figure = Decimal(text)
    return pytest.approx(float(figure), rel=0, abs=0.5 * 10.0 ** int(figure.as_tuple().exponent))
