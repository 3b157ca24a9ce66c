"""The tree that a text becomes, and one line for each text that is refused."""

from __future__ import annotations

from bpcli.spec.tree import MappingNode, Place, ScalarNode, SequenceNode
from bpcli.spec.yaml_reader import YamlReader


def read(text: str | bytes) -> MappingNode:
    tree = YamlReader("c.yaml").read(text if isinstance(text, bytes) else text.encode())
    assert isinstance(tree, MappingNode)
    return tree


def test_places_count_from_one() -> None:
    tree = read("# a comment\nlayers: [4, 'x']\ndata:\n  train: a.csv\n")
    layers, data = tree["layers"], tree["data"]
    assert isinstance(layers, SequenceNode)
    assert isinstance(data, MappingNode)
    assert layers == (
        ScalarNode("4", True, Place("c.yaml", 2, 10)),
        ScalarNode("x", False, Place("c.yaml", 2, 13)),
    )
    assert tree.key_places == {"layers": Place("c.yaml", 2, 1), "data": Place("c.yaml", 3, 1)}
    assert data.key_places["train"] == Place("c.yaml", 4, 3)


def test_a_byte_order_mark_and_crlf_do_not_matter() -> None:
    tree = read(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    assert tree["b"] == ScalarNode("2", True, Place("c.yaml", 2, 4))


def test_an_empty_text_is_null() -> None:
    assert YamlReader("c.yaml").read(b"# nothing but this\n") == ScalarNode("", True, Place("c.yaml", 1, 1))


def test_keys_that_stand_twice_are_all_told_and_the_first_counts() -> None:
    reader = YamlReader("c.yaml")
    tree = reader.read(b"a: 1\nb: {c: 1, c: 2}\na: 3\n")
    assert [str(problem) for problem in reader.problems] == [
        "c.yaml:2:11: b.c: stands here a second time (first in line 2)",
        "c.yaml:3:1: a: stands here a second time (first in line 1)",
    ]
    assert isinstance(tree, MappingNode)
    assert tree["a"] == ScalarNode("1", True, Place("c.yaml", 1, 4))
