"""Reads YAML into a tree with places, and takes nothing that a config has no use for.

PyYAML's events are used, not its loader: that one reads 1e-3 as text and 010 as 8, lets the last of two equal keys win
without a word, and takes a minute over 428 bytes of merge keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

import yaml
from yaml import events

from bpcli.spec.problems import Problem, printable
from bpcli.spec.tree import MappingNode, Node, Place, ScalarNode, SequenceNode

MOST_BYTES = 1 << 18
MOST_DEPTH = 32
MOST_NODES = 10_000

_IN_QUOTES = "put a text that starts with {} in quotes"
_TEXT_BLOCK = "put a text that starts with '>' or '|' in quotes, such as the condition '>= 0.95'"
_DIRECTIVE = "a line that starts with '%' (directives are not allowed; a text goes in quotes)"
_TAG = "tags (!name) are not allowed: the key decides the type"
_NOT_IN_LINE = "does not line up with the lines above"

_SENTENCES = {
    "mapping values are not allowed here": "a ':' too many, none in the line above, or too far to the right "
    "(quote a text that holds ': ')",
    "mapping keys are not allowed here": _IN_QUOTES.format("'?'"),
    "sequence entries are not allowed here": "a list item '- …' cannot start here (put it in a line of its own)",
    "could not find expected ':'": "expected 'key: value' (is a ':' missing here or in the line above?)",
    "found unexpected end of stream": "the quote that starts here is not closed",
    "found unexpected document separator": "the quote that starts here is not closed",
    "found unknown escape character": "an unknown escape in double quotes (single quotes take '\\' as it stands)",
    "expected escape sequence of": "an escape in double quotes lacks digits (single quotes take '\\' as it stands)",
    "expected ',' or ']', but got": "the list that starts here is not closed, or a ',' is missing",
    "expected ',' or '}', but got": "the mapping that starts here is not closed, or a ',' is missing",
    "expected the node content, but found '<stream end>'": "a list or mapping is not closed",
    "expected the node content, but found '-'": "a list in brackets has its items without '-'",
    "expected the node content, but found ':'": _IN_QUOTES.format("':'"),
    "expected the node content, but found": "a value is missing here",
    "expected <block end>, but found '<scalar>'": "a text that belongs to nothing (in '…' a quote is written as '')",
    "expected <block end>, but found '-'": "a list item '- …' where a key should stand",
    "expected <block end>, but found ':'": "a ':' without a key before it",
    "expected <block end>, but found ','": "a ',' that belongs to nothing",
    "expected <block end>, but found ']'": "a ']' too many",
    "expected <block end>, but found '}'": "a '}' too many",
    "expected <block end>, but found": _NOT_IN_LINE,
    "expected '<document start>', but found '<block mapping start>'": f"{_NOT_IN_LINE}, or follows a '...'",
    "expected '<document start>', but found": "the config has ended before this",
    "expected chomping or indentation indicators, but found": _TEXT_BLOCK,
    "expected indentation indicator": _TEXT_BLOCK,
    "expected a comment or a line break, but found": _TEXT_BLOCK,
    "expected alphabetic or numeric character, but found": _IN_QUOTES.format("'&' or '*'"),
    "found character '\\t' that cannot start any token": "a tab (use spaces)",
    "found character '%' that cannot start any token": _IN_QUOTES.format("'%'"),
    "found character '@' that cannot start any token": _IN_QUOTES.format("'@'"),
    "found character '`' that cannot start any token": _IN_QUOTES.format("'`'"),
    "found character '>' that cannot start any token": _TEXT_BLOCK,
    "found character '|' that cannot start any token": _TEXT_BLOCK,
}
"""What PyYAML says, by its beginning, and what is said instead; the first that fits is taken."""

_IN_TAG = ("while scanning a tag", "while parsing a tag")
_OPENED = (  # what was opened is shown, not where it was missed
    "while scanning a quoted scalar",
    "while parsing a flow sequence",
    "while parsing a flow mapping",
    *_IN_TAG,
)


class _Mark(Protocol):
    """A position of PyYAML's, counted from 0."""

    @property
    def line(self) -> int: ...

    @property
    def column(self) -> int: ...


class NotReadable(Exception):
    """Raised for text that is no config at all; `problem` says where and why."""

    def __init__(self, place: Place, message: str) -> None:
        self.problem = Problem(place, "", message)
        super().__init__(str(self.problem))


class YamlReader:
    """Turns one text into a tree; keys that stand twice are collected in `problems`, and the first one counts."""

    def __init__(self, file: str, override: bool = False) -> None:
        self._file = file
        self._override = override
        self._nodes = 0
        self.problems: list[Problem] = []

    def read(self, content: bytes) -> Node:
        """The tree of a document; raises NotReadable for what is not YAML, too large, or more than plain data."""
        if len(content) > MOST_BYTES:
            raise NotReadable(self._at(0, 0), f"larger than {MOST_BYTES} bytes, which no config needs")
        text = self._decode(content)
        if directive := re.search("^%", text, re.MULTILINE):
            raise NotReadable(self._place_of(text, directive.start()), _DIRECTIVE)
        try:
            loader = yaml.SafeLoader(text)
            return self._document(iter(loader.get_event, None))
        except yaml.MarkedYAMLError as error:
            unclosed = (error.context or "").startswith(_OPENED)
            mark = error.context_mark if unclosed else error.problem_mark
            raise NotReadable(self._place(mark), self._sentence(error)) from None
        except yaml.reader.ReaderError as error:
            raise NotReadable(
                self._place_of(text, error.position), f"character {error.character:#x} is not allowed"
            ) from None
        except (ValueError, OverflowError):  # an escape such as \Uffffffff, which Python has no character for
            raise NotReadable(self._place(loader.get_mark()), "an escape that stands for no character") from None

    def _decode(self, content: bytes) -> str:
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            place = self._place_of(content[: error.start].decode("utf-8-sig"), error.start)
            raise NotReadable(place, f"not UTF-8 text: byte {content[error.start]:#04x}") from None

    def _document(self, stream: Iterator[events.Event]) -> Node:
        root: Node | None = None
        for event in stream:
            if isinstance(event, events.DocumentStartEvent):
                if root is not None:
                    raise NotReadable(self._place(event.start_mark), "a second document ('---'): a config is one")
                root = self._node(next(stream), stream, ())
        return ScalarNode("", True, self._at(0, 0)) if root is None else root

    def _node(self, event: events.Event, stream: Iterator[events.Event], path: tuple[str, ...]) -> Node:
        place = self._place(event.start_mark)
        self._refuse(event, place, len(path))
        if isinstance(event, events.ScalarEvent):
            if half := re.search("[\ud800-\udfff]", event.value):
                raise NotReadable(place, f"\\u{ord(half[0]):x} is half of a character")
            return ScalarNode(event.value, event.style is None, place)
        if isinstance(event, events.SequenceStartEvent):
            items = []
            while not isinstance(inner := next(stream), events.SequenceEndEvent):
                items.append(self._node(inner, stream, (*path, "")))
            return SequenceNode.at(place, items)
        return self._mapping(place, stream, path)

    def _mapping(self, place: Place, stream: Iterator[events.Event], path: tuple[str, ...]) -> MappingNode:
        mapping = MappingNode(place)
        while not isinstance(event := next(stream), events.MappingEndEvent):
            key = self._node(event, stream, (*path, ""))
            if not isinstance(key, ScalarNode):
                raise NotReadable(key.place, "a key must be one word")
            if key.text == "<<" and key.plain:
                raise NotReadable(key.place, "merge keys (<<) are not allowed: write the keys out")
            inner = (*path, printable(key.text))
            value = self._node(next(stream), stream, inner)
            if key.text in mapping:
                first = mapping.key_places[key.text].line
                again = f"a second time (first in line {first})" if first else "a second time"
                self.problems.append(Problem(key.place, ".".join(filter(None, inner)), f"stands here {again}"))
            else:
                mapping.put(key.text, value, key.place)
        return mapping

    def _refuse(self, event: events.Event, place: Place, depth: int) -> None:
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise NotReadable(place, f"more than {MOST_NODES} values, which no config needs")
        if depth > MOST_DEPTH:
            raise NotReadable(place, f"nested deeper than {MOST_DEPTH} levels, which no config needs")
        if isinstance(event, events.AliasEvent):
            raise NotReadable(place, "aliases (*name) are not allowed: write the value out")
        if isinstance(event, events.ScalarEvent | events.CollectionStartEvent):
            if event.anchor is not None:
                raise NotReadable(place, "anchors (&name) are not allowed: write the value out where it is needed")
            if event.tag is not None:
                raise NotReadable(place, _TAG)

    def _place(self, mark: _Mark | None) -> Place:
        return self._at(mark.line, mark.column) if mark else self._at(0, 0)

    def _place_of(self, text: str, position: int) -> Place:
        before = text[:position]
        return self._at(before.count("\n"), len(before) - before.rfind("\n") - 1)

    def _at(self, line: int, column: int) -> Place:
        """A place counted from 0; an override has one line, which needs no number."""
        return Place(self._file, override=True) if self._override else Place(self._file, line + 1, column + 1)

    def _sentence(self, error: yaml.MarkedYAMLError) -> str:
        found = error.problem or ""
        if (error.context or "").startswith(_IN_TAG) or found.startswith("found undefined tag handle"):
            return _TAG
        known = (sentence for start, sentence in _SENTENCES.items() if found.startswith(start))
        return "not valid YAML: " + next(known, found)
