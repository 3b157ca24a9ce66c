"""Reads configs: from a file or stdin with overrides, or out of a mapping that an earlier reading made."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bpcli.errors import ConfigError
from bpcli.spec.checking import check, problem_at
from bpcli.spec.documents import read_document
from bpcli.spec.inheritance import inherited, lineage
from bpcli.spec.overrides import override, place_of
from bpcli.spec.problems import Problem
from bpcli.spec.schema import Spec
from bpcli.spec.tree import MappingNode, Node, Place, ScalarNode, SequenceNode
from bpcli.spec.yaml_reader import NotReadable


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

    Raises ConfigError with one line for each problem, in the order of their places: those of the config, of what it
    extends, of the overrides.
    """
    try:
        document = read_document(path)
    except NotReadable as error:
        raise ConfigError(str(error.problem)) from None
    chain = lineage(document)
    tree, parents = inherited(chain)
    problems = [problem for one in chain for problem in one.problems]
    problems += [problem for text in overrides for problem in override(tree, text)]
    return _checked(tree, document.folder, parents, problems, [*parents, *(place_of(text).file for text in overrides)])


def config_from_mapping(mapping: Mapping[str, Any], folder: Path, shown: str, overrides: Sequence[str] = ()) -> Config:
    """Reads what `resolved.to_mapping` made, with overrides put in; relative paths in it start from `folder`.

    Raises ConfigError as `read_config` does, with `shown` for a place.
    """
    tree = _mapping_node(mapping, Place(shown))
    problems = [problem for text in overrides for problem in override(tree, text)]
    return _checked(tree, folder, {}, problems, [place_of(text).file for text in overrides])


def _checked(
    tree: MappingNode, home: Path, parents: Mapping[str, Path], problems: list[Problem], others: list[str]
) -> Config:
    """Checks a config that lies in `home`; its `relative_to` becomes absolute, whether it was given or not.

    `parents` are the configs that it extends, `others` these and the overrides in the order of messages.
    """
    given = tree.get("relative_to", ScalarNode("", True, tree.place))
    folder = home
    if isinstance(given, ScalarNode) and (given.text or given.is_null) and "\0" not in given.text:
        folder = (Path() if given.place.override else home) / ("" if given.is_null else given.text)
        absolute = ScalarNode(os.path.abspath(folder), False, given.place)
        tree.put("relative_to", absolute, tree.key_places.get("relative_to", tree.place))
    spec, found = check(tree, folder, parents)

    def order(problem: Problem) -> tuple[int, object]:
        file = problem.place.file
        return others.index(file) + 1 if file in others else 0, problem.order

    if problems := sorted(problems + found, key=order):
        raise ConfigError.of(problems)
    return Config(spec, tree)


def _mapping_node(mapping: Mapping[str, Any], place: Place) -> MappingNode:
    node = MappingNode(place)
    for key, value in mapping.items():
        text = str(key)
        if text.encode(errors="replace").decode() != text:  # which JSON can hold, and YAML as it is read here cannot
            raise ConfigError(f"{place.file}: the key {text!a} has half of a character in it")
        node.put(text, _node(value, place), place)
    return node


def _node(value: Any, place: Place) -> Node:
    """The tree that YAML of the same meaning would give."""
    if isinstance(value, Mapping):
        return _mapping_node(value, place)
    if isinstance(value, list | tuple):
        return SequenceNode.at(place, [_node(inner, place) for inner in value])
    if isinstance(value, str):
        return ScalarNode(value, False, place)
    return ScalarNode("" if value is None else str(value).lower(), True, place)
