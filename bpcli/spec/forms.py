"""What may stand under a key, read off its declaration: the one walk that the reference and the JSON Schema share."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from bpcli.data.splits import Fold
from bpcli.registry import Registry
from bpcli.spec.conditions import CONDITION, Condition
from bpcli.spec.data_schema import FOLD, ROWS, Rows, distinct
from bpcli.spec.parts import Part
from bpcli.spec.scalars import AS_ITEMS, as_path


@dataclass(frozen=True)
class Nothing:
    """What YAML calls null."""


@dataclass(frozen=True)
class Scalar:
    """A value of one type: `type` is float, int, bool, str, or "path"."""

    type: type | Literal["path"]
    bounds: Mapping[str, float]  # by ge, gt, le or lt


@dataclass(frozen=True)
class Words:
    """One of some words."""

    words: tuple[str, ...]


@dataclass(frozen=True)
class Pattern:
    """A text of a certain form."""

    name: str
    words: str  # the form, as one would tell it
    pattern: str  # the regular expression that all of it matches


@dataclass(frozen=True)
class ListOf:
    """A list; each of its items has one of some forms."""

    items: tuple[Form, ...]
    least: int  # items
    distinct: bool


@dataclass(frozen=True)
class MappingOf:
    """A mapping with keys that name things; each of its values has one of some forms."""

    keys: tuple[str, ...] | None  # None: the data decides
    values: tuple[Form, ...]
    least: int  # entries


@dataclass(frozen=True)
class Name:
    """A name of a registry."""

    registry: Registry[Any]
    parameters: Mapping[str, type[Part]] | None  # of the names that have some; None: they can have none


@dataclass(frozen=True)
class Section:
    """A mapping of the config, or the scalar that stands for it."""

    model: type[Part]


Form = Nothing | Scalar | Words | Pattern | ListOf | MappingOf | Name | Section

_PATTERNS: dict[Any, Pattern] = {
    get_args(Rows)[0]: Pattern("rows", "`start:stop`", ROWS),
    Fold: Pattern("fold", "`number/count`", FOLD),
    Condition: Pattern("condition", "condition (`'>= 0.95'`)", CONDITION),
}


def forms(field: FieldInfo) -> tuple[Form, ...]:
    """Every form that the value of a key may have, in the order of the declaration."""
    return tuple(_forms(field.annotation, field.metadata))


def _forms(annotation: Any, metadata: list[Any]) -> Iterator[Form]:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        yield from _forms(arguments[0], [*arguments[1:], *metadata])
    elif origin in (Union, UnionType):
        for part in arguments:
            yield from _forms(part, metadata)
    elif origin is Literal:
        yield Words(arguments)
    elif annotation in _PATTERNS:
        yield _PATTERNS[annotation]
    elif origin is tuple:
        items = tuple(_forms(arguments[0], []))
        yield from items if AS_ITEMS in metadata else ()
        yield ListOf(items, _least(metadata), any(getattr(one, "func", None) is distinct for one in metadata))
    elif origin is dict:
        keys = None if arguments[0] is str else get_args(arguments[0])
        yield MappingOf(keys, tuple(_forms(arguments[1], [])), _least(metadata))
    elif annotation is NoneType:
        yield Nothing()
    elif registry := _closed_over(metadata, "registry"):
        yield Name(registry, _closed_over(metadata, "parameters"))
    elif issubclass(annotation, Part):
        yield Section(annotation)
    else:
        path = any(getattr(one, "func", None) is as_path for one in metadata)
        yield Scalar("path" if path else annotation, _found(metadata, "ge", "gt", "le", "lt"))


def _least(metadata: list[Any]) -> int:
    """The least number of entries."""
    return int(_found(metadata, "min_length").get("min_length", 0))


def _found(metadata: list[Any], *names: str) -> dict[str, float]:
    """The constraints of these names."""
    flat = [inner for one in metadata for inner in (one.metadata if isinstance(one, FieldInfo) else [one])]
    return {name: getattr(one, name) for one in flat for name in names if hasattr(one, name)}


def _closed_over(metadata: list[Any], name: str) -> Any:
    """What the reader of a name goes by: its registry, or the parameters that the names have."""
    for one in metadata:
        if inspect.isfunction(getattr(one, "func", None)):
            found = inspect.getclosurevars(one.func).nonlocals.get(name)
            if isinstance(found, Registry | dict):
                return found
    return None
