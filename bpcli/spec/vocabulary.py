"""The keys of a config and the words they take, out of the JSON Schema alone: quick enough for the Tab key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

SCHEMA = Path(__file__).parents[1] / "config.schema.json"


@dataclass(frozen=True)
class Entry:
    """A key."""

    path: str  # dotted, from the top
    meaning: str
    within: str  # the path of the mapping that it stands in; empty at the top
    words: dict[str, str]  # that it takes, each with its meaning where it is told


@cache
def entries() -> dict[str, Entry]:
    """Every key by its path; a mapping comes before the keys in it."""
    whole = json.loads(SCHEMA.read_text(encoding="utf-8"))
    found: dict[str, Entry] = {}
    for entry in _entries(whole, whole, ""):
        before = found.get(entry.path)  # momentum stands under several optimizers, and name under all
        found[entry.path] = (before and Entry(**{**vars(entry), "words": before.words | entry.words})) or entry
    return found


def keys_within(path: str) -> list[Entry]:
    """The keys of the mapping at `path`, in their order; those of the config itself when it is empty."""
    return [entry for entry in entries().values() if entry.within == path]


def _entries(schema: Any, whole: Any, within: str) -> Iterator[Entry]:
    for form in _forms(schema, whole):
        for name, value in form.get("properties", {}).items():
            path = f"{within}.{name}" if within else name
            yield Entry(path, value.get("description", ""), within, _words(value, whole))
            yield from _entries(value, whole, path)


def _forms(schema: Any, whole: Any) -> Iterator[Any]:
    """The schema, with references followed and alternatives one by one."""
    if "$ref" in schema:
        schema = whole["definitions"][schema["$ref"].rpartition("/")[2]]
    yield schema
    for one in [*schema.get("anyOf", ()), *schema.get("allOf", ()), *schema.get("oneOf", ())]:
        yield from _forms(one, whole)


def _words(schema: Any, whole: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for form in _forms(schema, whole):
        words = form.get("enum", [form["const"]] if "const" in form else [])
        meanings = form.get("enumDescriptions", [""] * len(words))
        if form.get("type") == "boolean":
            words, meanings = ["true", "false"], ["", ""]
        found |= {str(word): meaning or found.get(str(word), "") for word, meaning in zip(words, meanings)}
    return found
