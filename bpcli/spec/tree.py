"""A config as it was written: scalars, lists and mappings, each knowing its place; no scalar has a type yet.

What a scalar means depends on the key it stands under, so that is settled where the keys are declared, not here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """Where something was written. Line and column count from 1; they are 0 where there is but one line to look at."""

    file: str
    line: int = 0
    column: int = 0
    override: bool = False  # written on the command line, not in the config

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True)
class ScalarNode:
    """One value as text; `plain` if it stood without quotes."""

    text: str
    plain: bool
    place: Place

    @property
    def is_null(self) -> bool:
        return self.plain and self.text in {"", "~", "null", "Null", "NULL"}


class SequenceNode(tuple["Node", ...]):
    """A list."""

    place: Place

    @classmethod
    def at(cls, place: Place, items: Iterable[Node]) -> SequenceNode:
        node = cls(items)
        node.place = place
        return node


class MappingNode(dict[str, "Node"]):
    """Keys and their values; `key_places` says where each key stands."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place
        self.key_places: dict[str, Place] = {}

    def put(self, key: str, value: Node, place: Place) -> None:
        self[key] = value
        self.key_places[key] = place


Node = ScalarNode | SequenceNode | MappingNode

KeyPath = tuple[str, ...]


def key_path(dotted: str) -> KeyPath:
    """The keys of a dotted path; those that stand in `expect` and `class_weight` have dots of their own."""
    free = dotted.startswith(("expect.", "class_weight."))
    return tuple(dotted.split(".", 1) if free else dotted.split("."))
