"""The tree that a text becomes, and one line for each text that is refused."""

from __future__ import annotations

import time

import pytest

from bpcli.spec.tree import MappingNode, Place, ScalarNode, SequenceNode
from bpcli.spec.yaml_reader import MOST_BYTES, NotReadable, YamlReader


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


REFUSED = [
    ("a: &x 1", "1:4: anchors (&name) are not allowed: write the value out where it is needed"),
    ("a: *x", "1:4: aliases (*name) are not allowed: write the value out"),
    ("a: !!python/name:os.system", "1:4: tags (!name) are not allowed: the key decides the type"),
    ("<<: {a: 1}", "1:1: merge keys (<<) are not allowed: write the keys out"),
    ("a: 1\n---\nb: 2", "2:1: a second document ('---'): a config is one"),
    ("%YAML 1.1\n---\na: 1", "1:1: directives (%…) are not allowed"),
    ("[a, b]: 1", "1:1: a key must be one word"),
    ("a:\n\tb: 1", "2:1: not valid YAML: a tab (use spaces)"),
    ("a:\t1", "1:3: not valid YAML: a tab (use spaces)"),
    ("a:\n  b: 1\n c: 2", "3:2: not valid YAML: does not line up with the lines above"),
    ("a: 1\nb: [1, 2\nc: 3", "2:4: not valid YAML: the list that starts here is not closed, or a ',' is missing"),
    ("a: {b: 1\nc: 3", "1:4: not valid YAML: the mapping that starts here is not closed, or a ',' is missing"),
    ('a: "b\nc: 3\n', "1:4: not valid YAML: the quote that starts here is not closed"),
    (
        "a: b: c",
        "1:5: not valid YAML: a ':' too many, or none in the line above (quote a text that holds ': ')",
    ),
    ("expect:\n  epochs: >= 3", "2:12: not valid YAML: put a condition such as '>= 0.95' in quotes"),
    ("expect: {epochs: >= 3}", "1:18: not valid YAML: put a condition such as '>= 0.95' in quotes"),
    ("a: \0", "1:4: character 0x0 is not allowed"),
    ('a: "\\ud800.csv"', "1:4: \\ud800 is half of a character"),
    ('"\\udfff": 1', "1:1: \\udfff is half of a character"),
    (b"a: 1\nb: \xff", "2:4: not UTF-8 text: byte 0xff"),
    ("a: 1".encode("utf-16"), "1:1: not UTF-8 text: byte 0xff"),
]


@pytest.mark.parametrize(("text", "line"), REFUSED)
def test_refused(text: str | bytes, line: str) -> None:
    with pytest.raises(NotReadable) as caught:
        read(text)
    assert str(caught.value) == f"c.yaml:{line}"


TOO_MUCH = [
    (b"[" * 500_000, "1:34: nested deeper than 32 levels, which no config needs"),
    (b"- " * 500_000, "1:67: nested deeper than 32 levels, which no config needs"),
    (b"{a: " * 200_000, "1:130: nested deeper than 32 levels, which no config needs"),
    (b"a: [" + b"1," * 500_000 + b"]", "1:19999: more than 10000 values, which no config needs"),
    (b"#" * (MOST_BYTES + 1), "1:1: larger than 1048576 bytes, which no config needs"),
]


@pytest.mark.parametrize(("text", "line"), TOO_MUCH, ids=[line for _, line in TOO_MUCH])
def test_too_much_is_refused_at_once(text: bytes, line: str) -> None:
    start = time.perf_counter()
    with pytest.raises(NotReadable) as caught:
        read(text)
    assert str(caught.value) == f"c.yaml:{line}"
    assert time.perf_counter() - start < 2
