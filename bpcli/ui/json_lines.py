"""JSON for scripts: one object, one line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def json_line(thing: Mapping[str, Any]) -> str:
    """`thing` as a line of strict JSON with its line end, in ASCII so that every stream can carry it.

    Raises ValueError on NaN and infinity, which JSON does not have: who measures says null for them.
    """
    return json.dumps(thing, allow_nan=False) + "\n"
