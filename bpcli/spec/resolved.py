"""A Spec written out in full: every key with its value, defaults too, in the order of the schema."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import yaml

from bpcli.spec.schema import Spec


def to_mapping(spec: Spec) -> dict[str, Any]:
    """Every key as plain data that JSON can hold; paths stand as the config wrote them.

    `relative_to` is left out, and so is `extends`: what it led to is in the other keys.
    """
    return spec.model_dump(mode="json", by_alias=True, exclude={"relative_to", "extends"})


def to_yaml(spec: Spec, relative_to: Path | None = None) -> str:
    """A config that reads as an equal Spec; `relative_to` is the folder its relative paths start from.

    Without it they start from wherever the text is put.
    """
    mapping = to_mapping(spec)
    if relative_to is not None:
        mapping["relative_to"] = str(relative_to)
    return yaml.dump(mapping, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000)


def inline(value: Any) -> str:
    """A value on one line, as it may stand in a list or a mapping in braces too."""
    text = yaml.dump(
        [value], Dumper=_Dumper, default_flow_style=True, sort_keys=False, allow_unicode=True, width=math.inf
    )
    return text.rstrip("\n")[1:-1]


class _Dumper(yaml.SafeDumper):
    """Puts lists in one line, and text in quotes unless it cannot be taken for anything else."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    plain = re.fullmatch(r"(\.\.?/)*[A-Za-z_][\w./-]*", text, re.ASCII) and text.lower() not in {
        "null",
        "true",
        "false",
    }
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if plain else '"')


def _represent_list(dumper: _Dumper, items: list[Any]) -> yaml.SequenceNode:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=True)


_Dumper.add_representer(str, _represent_text)
_Dumper.add_representer(list, _represent_list)
