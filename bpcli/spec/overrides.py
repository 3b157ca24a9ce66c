"""`--set KEY=VALUE`: one value of the config, said on the command line."""

from __future__ import annotations

import os

from bpcli.spec.named import Named
from bpcli.spec.problems import Problem, printable
from bpcli.spec.scalars import described
from bpcli.spec.schema import Spec
from bpcli.spec.tree import MappingNode, Node, Place, ScalarNode, key_path
from bpcli.spec.yaml_reader import MOST_DEPTH, NotReadable, YamlReader

_SHORTHANDS = {
    ("data",): "train",
    ("data", "train"): "path",
    ("data", "validation"): "path",
    ("data", "test"): "path",
    ("init",): "weights",
}
"""Which key a scalar is the value of, when another key comes beside it; of all else it is the name."""


def place_of(text: str) -> Place:
    """Where KEY=VALUE stands, as messages call it."""
    return Place(f"--set {printable(text.partition('=')[0].strip())}", override=True)


def override(tree: MappingNode, text: str) -> list[Problem]:
    """Puts the value of KEY=VALUE into the tree, read as the config would read it; gives the problems."""
    key, equals, value = text.partition("=")
    key, place = key.strip(), place_of(text)
    if not equals or not key:
        return [Problem(place, "", "expected KEY=VALUE, such as learning_rate=0.5")]
    reader = YamlReader(place.file, override=True)
    try:
        key.encode()
        node = reader.read(os.fsencode(value))
    except UnicodeEncodeError:
        return [Problem(place, "", "not UTF-8 text")]
    except NotReadable as error:
        return [error.problem]
    path = key_path(key)
    if not all(path):
        return [Problem(place, "", "a dot with no key beside it")]
    if path[0] == "extends":
        return [Problem(place, "", "can only stand in a config file")]
    if len(path) > MOST_DEPTH:
        return [Problem(place, "", f"nested deeper than {MOST_DEPTH} levels, which no config needs")]
    parent = tree
    for depth in range(1, len(path)):
        outer = parent.get(path[depth - 1])
        inner = opened(outer, path[:depth], place)
        if inner is None:
            what = f"'{path[depth - 1]}' is {described(outer)}"
            return [Problem(place, "", f"{what}, which can only be set as a whole")]
        parent.put(path[depth - 1], inner, parent.key_places.get(path[depth - 1], place))
        parent = inner
    parent.put(path[-1], node, place)
    return reader.problems


def opened(node: Node | None, path: tuple[str, ...], place: Place) -> MappingNode | None:
    """A value as a mapping that can take a key more; None for what is no mapping and no part of one."""
    if isinstance(node, MappingNode):
        return node
    if node is None:
        node = _default(path, place)
    if not isinstance(node, ScalarNode) or (path == ("class_weight",) and not node.is_null):
        return None
    mapping = MappingNode(place)
    if not node.is_null:
        mapping.put(_SHORTHANDS.get(path, "name"), node, node.place)
    return mapping


def _default(path: tuple[str, ...], place: Place) -> ScalarNode:
    field = Spec.model_fields.get(path[0]) if len(path) == 1 else None
    named = field.default if field else None
    return ScalarNode(named.name if isinstance(named, Named) else "", True, place)
