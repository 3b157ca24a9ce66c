"""From a tree to a Spec, with every problem found on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bpcli.spec.problems import Problem, printable
from bpcli.spec.rules import RULES
from bpcli.spec.scalars import Folders
from bpcli.spec.schema import Spec
from bpcli.spec.tree import KeyPath, MappingNode, Node, Place, ScalarNode, SequenceNode, key_path

_STAND_INS: dict[str, Node] = {
    "layers": SequenceNode.at(Place(""), [ScalarNode("auto", True, Place(""))] * 2),
    "data": ScalarNode("data", True, Place("")),
}
"""For the required keys, so that the rest can be looked at without them."""


@dataclass(frozen=True)
class Spot:
    """Where an error lies in a tree: the keys that lead there, the places of the last one and of its value."""

    keys: KeyPath
    key_place: Place
    place: Place
    present: bool  # whether the value is there


def check(tree: MappingNode, folder: Path, parents: Mapping[str, Path] | None = None) -> tuple[Spec, list[Problem]]:
    """The Spec that a tree says, and all problems; with problems, a default or a stand-in is where a wrong value was.

    Wrong values are cut out until the rest holds, so that the rules across keys can be looked at in the same pass.
    `folder` is where the config's relative paths start, `parents` where those of the configs that it extends do.
    """
    problems: list[Problem] = []
    wrong: set[KeyPath] = set()
    rest = _copy(tree)
    folders = Folders(folder, parents or {})
    while True:
        try:
            spec = Spec.model_validate(rest, context=folders)
            break
        except ValidationError as error:
            details = error.errors(include_url=False)
        if not problems:
            wrong = {meant for detail in details if (meant := _meant(tree, detail))}
            problems = [problem for detail in details if (problem := _problem(tree, detail, wrong))]
        found = {_locate(rest, detail["loc"]).keys for detail in details}
        wrong |= found
        for keys in found:
            _cut(rest, keys)
    return spec, problems + list(_broken_rules(spec, tree, wrong))


def problem_at(tree: MappingNode, keys: Sequence[str], message: str) -> Problem:
    """A problem of the first of these dotted keys that the config gives, or of the first where it gives none."""
    paths = [key_path(key) for key in keys]
    spots = [_locate(tree, path) for path in paths]
    spot = next((spot for spot, path in zip(spots, paths) if spot.present and spot.keys == path), spots[0])
    return Problem(spot.place, _shown(spot.keys), message)


def _broken_rules(spec: Spec, tree: MappingNode, wrong: set[KeyPath]) -> Iterator[Problem]:
    for rule in RULES:
        paths = [key_path(key) for key in rule.keys]
        if any(_overlap(path, keys) for path in paths for keys in wrong):
            continue
        if message := rule.check(spec):
            yield problem_at(tree, rule.keys, message)


def _overlap(a: KeyPath, b: KeyPath) -> bool:
    shorter = min(len(a), len(b))
    return a[:shorter] == b[:shorter]


def _problem(tree: MappingNode, detail: ErrorDetails, meant: set[KeyPath]) -> Problem | None:
    spot = _locate(tree, detail["loc"])
    if not spot.present and (spot.keys in meant or (len(spot.keys) == 1 and ("extends",) in meant)):
        return None  # it, or the config that has it, was given under a wrong name, and that is said
    place = spot.place if detail["ctx"]["meant"] is None else spot.key_place
    return Problem(place, _shown(spot.keys), detail["ctx"]["message"])


def _shown(keys: KeyPath) -> str:
    return ".".join(printable(key) or "''" for key in keys)


def _meant(tree: MappingNode, detail: ErrorDetails) -> KeyPath | None:
    """The key that an unknown one stands for, when there is one."""
    meant: str | None = detail["ctx"]["meant"]
    if not meant:
        return None
    siblings = () if "." in meant else _locate(tree, detail["loc"]).keys[:-1]
    return (*siblings, *key_path(meant))


def _locate(tree: MappingNode, loc: tuple[int | str, ...]) -> Spot:
    """Follows what pydantic calls `loc`.

    A part of it that the tree lacks is a key left out when it is the last; before that it tells the form of a value,
    or it is the key that a scalar stands for.
    """
    node: Node = tree
    spot = Spot((), tree.place, tree.place, True)
    for index, part in enumerate(loc):
        if isinstance(node, MappingNode) and part in node:
            key_place, node = node.key_places[str(part)], node[str(part)]
            spot = Spot((*spot.keys, str(part)), key_place, node.place, True)
        elif isinstance(node, MappingNode) and index == len(loc) - 1 and not str(part).startswith("<"):
            return Spot((*spot.keys, str(part)), spot.key_place, spot.place, False)
        elif isinstance(node, SequenceNode) and isinstance(part, int):
            node = node[part]
            spot = replace(spot, place=node.place)
    return spot


def _copy(tree: MappingNode) -> MappingNode:
    """A tree of the same values that can be cut; nothing is ever cut out of a list."""
    copy = MappingNode(tree.place)
    for key, value in tree.items():
        copy.put(key, _copy(value) if isinstance(value, MappingNode) else value, tree.key_places[key])
    return copy


def _cut(tree: MappingNode, keys: KeyPath) -> None:
    """Takes a value out, or the nearest mapping around it that there is; a required key gets a stand-in."""
    for end in range(len(keys), 0, -1):
        parent: Node | None = tree
        for key in keys[: end - 1]:
            parent = parent.get(key) if isinstance(parent, MappingNode) else None
        if isinstance(parent, MappingNode) and parent.pop(keys[end - 1], None) is not None:
            return
    if keys[0] in _STAND_INS:
        tree[keys[0]] = _STAND_INS[keys[0]]
