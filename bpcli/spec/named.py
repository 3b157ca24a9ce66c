"""Things called by a name, with or without parameters: `relu`, or `{name: sgd, momentum: 0.9}`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BeforeValidator, PlainSerializer

from bpcli.registry import Registry
from bpcli.spec.foreign import meant_by
from bpcli.spec.parts import Part
from bpcli.spec.problems import refusal, unknown
from bpcli.spec.scalars import as_text, described, plain
from bpcli.spec.tree import MappingNode, ScalarNode


@dataclass(frozen=True)
class Named:
    """A registered name and all its parameters, those that were left to their defaults too."""

    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def written(self) -> str | dict[str, Any]:
        """As a config has it."""
        return {"name": self.name, **self.parameters} if self.parameters else self.name

    @property
    def in_words(self) -> str:
        """As people say it: `sgd momentum=0.9 nesterov`."""
        return in_words(self.written())


def in_words(written: str | Mapping[str, Any]) -> str:
    """What a config gives a name or a mapping for, in a row, with those parameters that do something."""
    if isinstance(written, str):
        return written
    parts = [written["name"]] if "name" in written else []
    for key, value in written.items():
        if value and key != "name":
            shown = plain(value) if isinstance(value, float) else value
            parts.append(key if value is True else f"{key}={shown}")
    return " ".join(parts)


WRITTEN = PlainSerializer(Named.written)


class WithoutParameters(Part):
    """What takes no parameters."""


def named(registry: Registry[Any], **parameters: type[Part]) -> BeforeValidator:
    """Reads a Named out of the names of a registry; `parameters` declares those of the names that have some."""

    def read(node: Any) -> Named:
        if isinstance(node, MappingNode):
            name, keys = node.get("name"), ["name"]
            given = {key: value for key, value in node.items() if key != "name"}
        elif isinstance(node, ScalarNode):
            name, keys, given = node, [], {}
        else:
            raise refusal(f"expected a name, not {described(node)}")
        if name is None:
            raise refusal(f"missing (known: {', '.join(sorted(registry))})", *keys)
        if not isinstance(name, ScalarNode) or name.is_null:
            raise refusal(f"expected a name, not {described(name)}", *keys)
        text = name.text
        if text not in registry:
            raise refusal(lambda: unknown(text, registry, meant_by(text, registry)), *keys)
        return Named(text, parameters.get(text, WithoutParameters).model_validate(given).model_dump())

    return BeforeValidator(read)


def with_defaults(name: str, models: Mapping[str, type[Part]]) -> Named:
    """A name with the defaults of its parameters."""
    return Named(name, models.get(name, WithoutParameters)().model_dump())


def name_in(registry: Registry[Any]) -> BeforeValidator:
    """Reads a name of a registry as it is."""

    def read(node: Any) -> str:
        text = as_text(node, "a name")
        if text not in registry:
            raise refusal(unknown(text, registry, meant_by(text, registry)))
        return text

    return BeforeValidator(read)
