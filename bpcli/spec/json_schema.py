"""The JSON Schema of a config (draft-07), with which editors complete keys and names and mark what is wrong.

It says of each value what bpcli says; a config that `extends` another may leave out what it cannot do without else.
What it cannot say: rules across keys (which cost goes with which output), that rows end after they start, and how a
scalar was written: 32.0 is a whole number to JSON Schema; infinity, and such look-alikes of numbers as 1_000, 010 or
10%, are what the editor's YAML reader takes them for. A path or column called true has to be in quotes for editors
alone, which would propose true and false for every text otherwise.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic.fields import FieldInfo

from bpcli.registry import Registry
from bpcli.spec.forms import Form, ListOf, MappingOf, Name, Nothing, Pattern, Scalar, Section, Words, forms
from bpcli.spec.keys import key
from bpcli.spec.meanings import meaning
from bpcli.spec.named import Named, WithoutParameters
from bpcli.spec.parts import Part
from bpcli.spec.schema import Spec

Schema = dict[str, Any]

_BOUNDS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}
_TYPES: dict[Any, Any] = {
    float: "number",
    int: "integer",
    bool: "boolean",
    str: ["string", "number"],  # a column may be called 2020
}
_PATH: Schema = {"type": ["string", "number"], "minLength": 1}
_NO_NUMBER: Schema = {"type": "string", "minLength": 1}


def to_text() -> str:
    """The schema as it is printed and kept in config.schema.json."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def json_schema() -> Schema:
    """The schema of a whole config; what stands under several keys is written once, in `definitions`."""
    walk = _Walk()
    mapping = walk.mapping(Spec, "bpcli config")
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        **mapping,
        "if": {"properties": {"extends": {"type": "null"}}},  # or there is no such key
        "then": _needs_of(Spec),
        "definitions": dict(sorted(walk.definitions.items())),
    }


class _Walk:
    """Turns the forms of values into schemas, and collects what these refer to."""

    def __init__(self) -> None:
        self.definitions: dict[str, Schema] = {}

    def mapping(self, model: type[Part], title: str = "", **first: Schema) -> Schema:
        """A mapping with the keys of a part, after those that are given."""
        return {
            "title": title or _title(model),
            "description": inspect.getdoc(model),
            "type": "object",
            "properties": {**first, **{name: self._key(field) for name, field in _fields(model).items()}},
            "additionalProperties": False,
        }

    def _key(self, field: FieldInfo) -> Schema:
        hover = f"{field.description}\n\n{key('', field).allowed}"
        default = {} if field.is_required() else {"default": _default(field.default)}
        value = self._any_of(forms(field))
        if "$ref" in value:  # what stands beside a reference counts for nothing in draft-07
            value = {"allOf": [value]}
        return {"description": field.description, "markdownDescription": hover, **default, **value}

    def _any_of(self, allowed: tuple[Form, ...]) -> Schema:
        """A value that has one of these forms; where a number may stand, what looks like one is no path."""
        numbers = any(isinstance(form, Scalar) and form.type is float for form in allowed)
        found = [schema for form in allowed for schema in self._schemas(form, _NO_NUMBER if numbers else _PATH)]
        return found[0] if len(found) == 1 else {"anyOf": found}

    def _schemas(self, form: Form, path: Schema) -> Iterator[Schema]:
        match form:
            case Nothing():
                yield {"type": "null"}
            case Scalar(type="path"):
                yield path
            case Scalar(type=kind, bounds=bounds):
                yield {"type": _TYPES[kind], **{_BOUNDS[name]: bound for name, bound in bounds.items()}}
            case Words(words=words):
                yield {"enum": list(words)}
            case Pattern():
                yield self._defined(form.name, lambda: _pattern(form))
            case ListOf(items=items, least=least, distinct=distinct):
                sizes = {"minItems": least} if least else {}
                sets = {"uniqueItems": True} if distinct else {}
                yield {"type": "array", "items": self._any_of(items), **sizes, **sets}
            case MappingOf(keys=None, values=values, least=least):
                yield {"type": "object", "additionalProperties": self._any_of(values), "minProperties": least}
            case MappingOf(keys=keys, values=values):
                properties = {key: self._any_of(values) for key in keys or ()}
                yield {"type": "object", "properties": properties, "additionalProperties": False}
            case Name(registry=registry, parameters=None):
                yield _names(registry)
            case Name(registry=registry, parameters=parameters):
                yield self._defined(registry.kind, lambda: self._named(registry, parameters or {}))
            case Section(model=model):
                found = [*self._shorthands(model, path), self._defined(model.__name__, lambda: self.mapping(model))]
                yield from sorted(found, key=lambda one: one is path)  # editors complain of the first that comes close

    def _shorthands(self, model: type[Part], path: Schema) -> Iterator[Schema]:
        """What may stand for a mapping: the value of one of its keys, where that is no mapping itself."""
        if model.shorthand is None:
            return
        for form in forms(model.model_fields[model.shorthand]):
            if isinstance(form, Section):
                yield from self._shorthands(form.model, path)
            elif not isinstance(form, Nothing):
                yield from self._schemas(form, path)

    def _named(self, registry: Registry[Any], parameters: Mapping[str, type[Part]]) -> Schema:
        """A name alone, or in a mapping with parameters of its own."""
        with_some = [self.mapping(model, name, name={"const": name}) for name, model in parameters.items()]
        others = [name for name in registry if name not in parameters]
        with_none = [self.mapping(WithoutParameters, registry.kind, name={"enum": others})] if others else []
        return {"anyOf": [_names(registry), *with_some, *with_none]}

    def _defined(self, name: str, schema: Callable[[], Schema]) -> Schema:
        """A reference to a definition, which is made when it is asked for first."""
        if name not in self.definitions:
            self.definitions[name] = schema()
        return {"$ref": f"#/definitions/{name}"}


def _fields(model: type[Part]) -> dict[str, FieldInfo]:
    """The keys of a part as they are written."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _needs_of(model: type[Part]) -> Schema:
    """Which keys a mapping cannot do without, and those in it: what holds where no other config can supply them.

    Made of keywords that pass over whatever is no mapping or list.
    """
    required = [name for name, field in _fields(model).items() if field.is_required()]
    inner = {name: needs for name, field in _fields(model).items() if (needs := _needs(forms(field)))}
    return {
        **({"required": required} if required else {}),
        **model.across_keys,
        **({"properties": inner} if inner else {}),
    }


def _needs(allowed: tuple[Form, ...]) -> Schema:
    """The same for the values of a key."""
    sections = [_needs_of(form.model) for form in allowed if isinstance(form, Section)]
    found: Schema = {"anyOf": sections} if len(sections) > 1 else dict(*sections)
    for form in allowed:
        if isinstance(form, Name) and form.parameters is not None:
            found["required"] = ["name"]
        elif isinstance(form, ListOf) and (needs := _needs(form.items)):
            found["items"] = needs
    return found


def _names(registry: Registry[Any]) -> Schema:
    """One of the names of a registry; editors show what each is, validators pass that over."""
    return {"enum": list(registry), "enumDescriptions": [meaning(registry.get(name)) for name in registry]}


def _title(model: type[Part]) -> str:
    """The name of a part in words: EarlyStoppingSpec is early stopping."""
    return re.sub("(?<=.)([A-Z])", r" \1", model.__name__.removesuffix("Spec")).lower()


def _pattern(form: Pattern) -> Schema:
    """A text of a certain form, and what editors say of one that has another."""
    words = form.words.replace("`", "")
    return {"type": "string", "pattern": f"^{form.pattern}$", "patternErrorMessage": f"Expected {words}."}


def _default(value: Any) -> Any:
    """A default as a config would have it."""
    match value:
        case Named(name=name):  # its parameters are at their defaults
            return name
        case Part():
            return value.model_dump(mode="json", by_alias=True)
        case float() if value.is_integer():
            return int(value)
        case _:
            return value
