"""Two weights files held against each other: the plain function behind `bpcli diff`."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bpcli.errors import WeightsError
from bpcli.explain import blocks
from bpcli.runs.directory import METRICS, weights_in
from bpcli.runs.weights import WeightsFile, read_weights

SECTIONS = {  # what the parts of a file's meta are called here; all others belong to its format
    "config": "config",
    "files": "data",
    "preparation": "preparation",
    "metrics": "metrics",
    "numerics": "numerics",
}
NOTHING = object()  # on a side that lacks a key


def diff(a: Path, b: Path) -> dict[str, Any]:
    """Two weights files, or the runs in two folders: the object that `diff --json` prints.

    Of two runs it says as well in which epoch their figures part. Raises WeightsError.
    """
    first, second = (read_weights(weights_in(path)) for path in (a, b))
    return {
        "a": str(first.path),
        "b": str(second.path),
        "same": first.sha256 == second.sha256,
        "sha256": {"a": first.sha256, "b": second.sha256},
        **_histories(a, b),
        **compare(first, second),
    }


def compare(a: WeightsFile, b: WeightsFile) -> dict[str, list[dict[str, Any]]]:
    """The places where two files differ, by section, and each block of weights, whether it differs or not."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in (*SECTIONS.values(), "format")}
    one, other = ({**file.meta, "dtype": file.dtype} for file in (a, b))
    for key in sorted(one.keys() | other.keys()):
        values = one.get(key, NOTHING), other.get(key, NOTHING)
        named = key in SECTIONS and all(isinstance(value, dict) for value in values)
        found[SECTIONS.get(key, "format")] += differences(*values, "" if named else key)
    for place in found["metrics"]:
        place |= _change(place.get("a"), place.get("b"))
    return {**found, "weights": blocks.compare(a.arrays, b.arrays)}


def differing(compared: Mapping[str, list[dict[str, Any]]]) -> list[str]:
    """The sections in which there is a difference at all."""
    weights = [block for block in compared["weights"] if block.get("different") != 0]
    return [name for name in (*SECTIONS.values(), "format") if compared[name]] + ["weights"] * bool(weights)


def differences(a: Any, b: Any, path: str) -> Iterator[dict[str, Any]]:
    """Each place at which two JSON values differ, and both values; one is left out where there is nothing.

    Of a mapping that one side lacks, each key is a place of its own.
    """
    if NOTHING in (a, b) and any(isinstance(value, dict) and value for value in (a, b)):
        a, b = ({} if value is NOTHING else value for value in (a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        for key in sorted(a.keys() | b.keys()):
            yield from differences(a.get(key, NOTHING), b.get(key, NOTHING), f"{path}.{key}" if path else key)
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for index, (x, y) in enumerate(zip(a, b)):
            yield from differences(x, y, f"{path}[{index}]")
    elif NOTHING in (a, b) or json.dumps(a) != json.dumps(b):  # the text, because 1, 1.0 and true are equal
        yield {"key": path, **{side: value for side, value in (("a", a), ("b", b)) if value is not NOTHING}}


def _change(a: Any, b: Any) -> dict[str, float]:
    """How much more b is than a, where both are numbers."""
    numbers = [value for value in (a, b) if isinstance(value, int | float) and not isinstance(value, bool)]
    change = numbers[1] - numbers[0] if len(numbers) == 2 else math.inf
    return {"change": change} if math.isfinite(change) else {}


def _histories(a: Path, b: Path) -> dict[str, Any]:
    """How many epochs the runs in two folders have, and the first in which any figure but the time differs."""
    if not ((a / METRICS).is_file() and (b / METRICS).is_file()):
        return {}
    one, other = _epochs_of(a / METRICS), _epochs_of(b / METRICS)
    parted = (number for number, (x, y) in enumerate(zip(one, other), 1) if x != y)
    return {"history": {"a": len(one), "b": len(other), "parted": next(parted, None)}}


def _epochs_of(path: Path) -> list[dict[str, Any]]:
    try:
        epochs = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        return [{key: value for key, value in epoch.items() if key != "seconds"} for epoch in epochs]
    except (OSError, ValueError, AttributeError, RecursionError) as error:
        raise WeightsError(f"{path}: not the record of a run's epochs") from error
