"""Every key of the config as the schema declares it: path, values with their range, default, meaning."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from bpcli.data.splits import Fold
from bpcli.registry import Registry
from bpcli.spec.conditions import Condition
from bpcli.spec.data_schema import Rows
from bpcli.spec.named import Named
from bpcli.spec.parts import Part
from bpcli.spec.scalars import AS_ITEMS, as_path, plain
from bpcli.spec.schema import Spec

SIGNS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}
SCALARS = {float: "number", int: "whole number", bool: "`true` or `false`", str: "text"}
LARGEST_SEED = 2**63 - 1


@dataclass(frozen=True)
class Key:
    """One key, ready to be printed."""

    path: str
    values: str
    default: str
    meaning: str


def sections(model: type[Part] = Spec, path: str = "", title: str = "") -> Iterator[tuple[str, str, list[Key]]]:
    """Each mapping of the config: where it stands, what it is, its keys. A mapping comes before those in it."""
    prefix = f"{path}." if path else ""
    fields = {prefix + (field.alias or name): field for name, field in model.model_fields.items()}
    yield title or path, inspect.getdoc(model) or "", [_key(name, field) for name, field in fields.items()]
    seen = set()
    for name, field in fields.items():
        for inner, inner_title in _parts(field.annotation, field.metadata, name):
            if inner not in seen:  # validation and test are written like train
                seen.add(inner)
                yield from sections(inner, name, inner_title)


def _key(path: str, field: FieldInfo) -> Key:
    choices = " or ".join(dict.fromkeys(_choices(field.annotation, field.metadata)))
    return Key(path, choices, _default(field), (field.description or "").replace("|", "\\|"))


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    match field.default:
        case None | Part():
            return "–"
        case Named(name=name):
            return f"`{name}`"
        case bool() as flag:
            return f"`{str(flag).lower()}`"
        case int() | float() as number:
            return f"`{plain(number)}`"
        case {}:
            return "`{}`"
        case other:
            return f"`{other}`"


def _choices(annotation: Any, metadata: list[Any]) -> Iterator[str]:
    """What a key takes, in words: `whole number ≥ 1`, or `all`."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation == get_args(Rows)[0]:
        yield "`start:stop`"
    elif origin is Annotated:
        yield from _choices(arguments[0], [*arguments[1:], *metadata])
    elif origin in (Union, UnionType):
        for part in arguments:
            if part is not NoneType:
                yield from _choices(part, metadata)
    elif origin is Literal:
        yield from (f"`{word}`" for word in arguments)
    elif origin is tuple:
        items = list(_choices(arguments[0], []))
        yield from items if AS_ITEMS in metadata else []
        yield f"list of {' or '.join(items)}"
    elif origin is dict:
        what = "class" if arguments[0] is str else "metric"
        yield f"mapping from {what} to {' or '.join(_choices(arguments[1], []))}"
    elif annotation is Fold:
        yield "`number/count`"
    elif annotation is Condition:
        yield "condition (`'>= 0.95'`)"
    elif _closed_over(metadata, "registry"):
        yield "[name](#names)"
    elif issubclass(annotation, Part):
        if annotation.shorthand:
            short = annotation.model_fields[annotation.shorthand]
            yield from _choices(short.annotation, short.metadata)
        yield "mapping"
    elif any(getattr(one, "func", None) is as_path for one in metadata):
        yield "path"
    else:
        yield " ".join([SCALARS[annotation], *_bounds(metadata)])


def _bounds(metadata: list[Any]) -> list[str]:
    flat = [inner for one in metadata for inner in (one.metadata if isinstance(one, FieldInfo) else [one])]
    found = [(SIGNS[name], getattr(one, name)) for one in flat for name in SIGNS if hasattr(one, name)]
    written = [f"{sign} {'2⁶³ − 1' if bound == LARGEST_SEED else plain(bound)}" for sign, bound in found]
    return [" and ".join(written)] if written else []


def _parts(annotation: Any, metadata: list[Any], path: str) -> Iterator[tuple[type[Part], str]]:
    """The mappings that may stand under a key, and their titles; the parameters of a name are such mappings too."""
    for name, parameters in (_closed_over(metadata, "parameters") or {}).items():
        yield parameters, f"{path}: {{name: {name}}}"
    if get_origin(annotation) is Annotated:
        inner, *more = get_args(annotation)
        yield from _parts(inner, [*more, *metadata], path)
    elif get_args(annotation):
        for inner in get_args(annotation):
            yield from _parts(inner, [], path)
    elif inspect.isclass(annotation) and issubclass(annotation, Part):
        yield annotation, path


def _closed_over(metadata: list[Any], name: str) -> Any:
    """What the reader of a name goes by: its registry, or the parameters that the names have."""
    for one in metadata:
        if inspect.isfunction(getattr(one, "func", None)):
            found = inspect.getclosurevars(one.func).nonlocals.get(name)
            if isinstance(found, Registry | dict):
                return found
    return None
