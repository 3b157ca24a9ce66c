"""`extends: other.yaml`: a config that says only what differs from another one."""

from __future__ import annotations

import os
from pathlib import Path

from bpcli.errors import ConfigError
from bpcli.spec.documents import STDIN, Document, read_document
from bpcli.spec.overrides import opened
from bpcli.spec.problems import Problem, quoted
from bpcli.spec.scalars import described
from bpcli.spec.tree import KeyPath, MappingNode, Node, ScalarNode
from bpcli.spec.yaml_reader import NotReadable

MOST_CONFIGS = 8

_EITHER_OR = ({"path"}, {"images", "labels"}), ({"from"}, {"weights", "biases"})
"""Keys of `data` and `init` that stand for each other: those of one set take the place of those of the other."""


def lineage(child: Document) -> list[Document]:
    """The config, the one that it extends, the one which that extends, and so on; `extends` is taken out of all.

    Raises ConfigError for one that cannot be read, a circle, and more than MOST_CONFIGS of them.
    """
    chain = [child]
    while (given := chain[-1].tree.pop("extends", None)) is not None:
        if not isinstance(given, ScalarNode):
            raise _refused(given, f"expected a path, not {described(given)}")
        if given.is_null:
            break
        path = os.path.normpath(chain[-1].folder / given.text)
        if not given.text or path == "-":
            raise _refused(given, f"expected the path of a config file, not {quoted(given.text)}")
        shown = [one.shown for one in chain]
        if any(one.shown != STDIN and _same(one.shown, path) for one in chain):
            raise _refused(given, f"goes round in a circle: {' → '.join([*shown, path])}")
        if len(chain) == MOST_CONFIGS:
            raise _refused(given, f"is one config too many: {MOST_CONFIGS} in a row are the most")
        try:
            chain.append(read_document(path))
        except NotReadable as error:
            if error.problem.place.line:  # it is there, and its text is wrong
                raise ConfigError(str(error.problem)) from None
            raise _refused(given, str(error.problem)) from None
    return chain


def _refused(given: Node, message: str) -> ConfigError:
    return ConfigError(str(Problem(given.place, "extends", message)))


def _same(path: str, other: str) -> bool:
    try:
        return os.path.samefile(path, other)
    except (OSError, ValueError):  # one of them is not there, which is told when it is read
        return False


def inherited(chain: list[Document]) -> tuple[MappingNode, dict[str, Path]]:
    """One tree, each config laid over the one that it extends, and where the paths of each of those start."""
    starts = {parent.shown: _start_of_paths(parent) for parent in chain[1:]}
    *over, tree = (document.tree for document in chain)
    for above in reversed(over):
        _lay_over(tree, above, ())
    return tree, starts


def _start_of_paths(document: Document) -> Path:
    """The folder that relative paths of an extended config start from; its `relative_to` is its own and taken out."""
    given = document.tree.pop("relative_to", None)
    if given is None or (isinstance(given, ScalarNode) and given.is_null):
        return document.folder
    if not isinstance(given, ScalarNode):
        raise ConfigError(str(Problem(given.place, "relative_to", f"expected a path, not {described(given)}")))
    return document.folder / given.text


def _lay_over(under: MappingNode, over: MappingNode, path: KeyPath) -> None:
    """Puts the keys of `over` into `under`: mappings go into each other, whatever else is there is replaced.

    A mapping of another name is another thing and replaces the first, and so does an empty one.
    """
    for key, node in over.items():
        inner = (*path, key)
        below = opened(under[key], inner, node.place) if key in under else None
        if isinstance(node, MappingNode) and node and below is not None and not _another_thing(below, node, inner):
            _make_way(below, node, inner)
            _lay_over(below, node, inner)
            node = below
        under.put(key, node, over.key_places[key])


def _another_thing(below: MappingNode, node: MappingNode, path: KeyPath) -> bool:
    """Whether two mappings under one key share no more than that: other names, or a fold where a file was."""
    names = [name.text for name in (below.get("name"), node.get("name")) if isinstance(name, ScalarNode)]
    return len(set(names)) == 2 or (path[0] == "data" and ("fold" in below) != ("fold" in node))


def _make_way(below: MappingNode, node: MappingNode, path: KeyPath) -> None:
    if path[0] in ("data", "init"):
        for one, other in _EITHER_OR:
            for given, lost in ((one, other), (other, one)):
                if given & node.keys():
                    for key in lost - node.keys():
                        below.pop(key, None)
