"""Reads configs: from a file or stdin with overrides, or out of a mapping that an earlier reading made."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bpcli.errors import ConfigError
from bpcli.registry import nearest
from bpcli.spec.checking import check, problem_at
from bpcli.spec.overrides import override
from bpcli.spec.problems import Problem
from bpcli.spec.scalars import described
from bpcli.spec.schema import Spec
from bpcli.spec.tree import MappingNode, Node, Place, ScalarNode, SequenceNode
from bpcli.spec.yaml_reader import MOST_BYTES, NotReadable, YamlReader


@dataclass(frozen=True)
class Config:
    """A Spec, and the text it was read from, so that what turns out later can still be told with its place."""

    spec: Spec
    tree: MappingNode

    def error(self, key: str, message: str) -> ConfigError:
        """What to raise when the value of a (dotted) key, fine in itself, does not fit the data or a file."""
        return ConfigError(str(problem_at(self.tree, [key], message)))


def read_config(path: str, overrides: Sequence[str] = ()) -> Config:
    """Reads a config file, or stdin for "-", with KEY=VALUE overrides put in.

    Raises ConfigError with one line for each problem, in the order of their places, overrides last.
    """
    reader = YamlReader("<stdin>" if path == "-" else path)
    try:
        tree = reader.read(_content(path))
    except NotReadable as error:
        raise ConfigError(str(error.problem)) from None
    if isinstance(tree, ScalarNode) and tree.is_null:
        tree = MappingNode(tree.place)  # an empty file: all that is required is missing
    if not isinstance(tree, MappingNode):
        raise ConfigError(str(Problem(tree.place, "", f"expected keys and values, not {described(tree)}")))
    problems = reader.problems + [problem for text in overrides for problem in override(tree, text)]
    return _checked(tree, Path() if path == "-" else Path(path).parent, problems)


def config_from_mapping(mapping: Mapping[str, Any], folder: Path, shown: str, overrides: Sequence[str] = ()) -> Config:
    """Reads what `resolved.to_mapping` made, with overrides put in; relative paths in it start from `folder`.

    Raises ConfigError as `read_config` does, with `shown` for a place.
    """
    tree = MappingNode(Place(shown))
    for key, value in mapping.items():
        tree.put(key, _node(value, tree.place), tree.place)
    return _checked(tree, folder, [problem for text in overrides for problem in override(tree, text)])


def _checked(tree: MappingNode, home: Path, problems: list[Problem]) -> Config:
    """Checks a config that lies in `home`; its `relative_to` becomes absolute, whether it was given or not."""
    given = tree.get("relative_to", ScalarNode("", True, tree.place))
    folder = home
    if isinstance(given, ScalarNode):
        folder = (Path() if given.place.override else home) / ("" if given.is_null else given.text)
        absolute = ScalarNode(os.path.abspath(folder), False, given.place)
        tree.put("relative_to", absolute, tree.key_places.get("relative_to", tree.place))
    spec, found = check(tree, folder)
    if problems := sorted(problems + found, key=lambda problem: problem.order):
        raise ConfigError.of(problems)
    return Config(spec, tree)


def _content(path: str) -> bytes:
    """The config's bytes, one more at most than a config may have."""
    if path == "-":
        if sys.stdin is None:
            raise ConfigError("<stdin>: is closed")
        return sys.stdin.buffer.read(MOST_BYTES + 1)
    try:
        with Path(path).open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file{_similar_file(Path(path))}") from None
    except IsADirectoryError:
        raise ConfigError(f"{path}: is a folder, not a config file") from None
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _similar_file(path: Path) -> str:
    """The config nearby that was probably meant."""
    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        return f" (nor a folder '{path.parent}')"
    near = nearest(path.name, names) or nearest(f"{path.name}.yaml", names)
    return f" (did you mean '{path.parent / near}'?)" if near else ""


def _node(value: Any, place: Place) -> Node:
    """The tree that YAML of the same meaning would give."""
    if isinstance(value, Mapping):
        mapping = MappingNode(place)
        for key, inner in value.items():
            mapping.put(str(key), _node(inner, place), place)
        return mapping
    if isinstance(value, list | tuple):
        return SequenceNode.at(place, [_node(inner, place) for inner in value])
    if isinstance(value, str):
        return ScalarNode(value, False, place)
    return ScalarNode("" if value is None else str(value).lower(), True, place)
