"""The explanations of `bpcli help`, as lines of text: wrapped to `width` cells, or each in one line when it is None."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich.text import Text

from bpcli.core.costs import legal_costs
from bpcli.core.outputs import OUTPUTS
from bpcli.errors import MEANINGS
from bpcli.spec.figures import FIGURES
from bpcli.spec.keys import Key
from bpcli.ui.manual import definitions, prose, term_width


def topics(known: Mapping[str, str], width: int | None = None) -> list[Text]:
    """What can be explained."""
    rows = [(f"bpcli help {name}", meaning) for name, meaning in known.items()]
    rows[1:1] = [("bpcli help config KEY", "one key, with the names and the parameters that it takes")]
    rows += [
        ("bpcli help NAME", "one name, or one figure"),
        ("bpcli help COMMAND", "what a command does, and its options"),
    ]
    return [Text("To see", "bold"), *definitions(rows, width)]


def pairs(width: int | None = None) -> list[Text]:
    """Which costs go with which output."""
    rows = [(output, ", ".join(legal_costs(output))) for output in OUTPUTS]
    return [Text("Output, and the costs that go with it", "bold"), *definitions(rows, width)]


def metrics(width: int | None = None) -> list[Text]:
    """What the measured figures mean."""
    rows = [(name, _plain(meaning)) for name, meaning in FIGURES.items()]
    where = "expect: {test.accuracy: '>= 0.95'} in a config, --fail-under accuracy=0.95 on a command line"
    return [Text("Figure", "bold"), *definitions(rows, width), Text(), *prose(f"To demand one: {where}", width)]


def errors(width: int | None = None) -> list[Text]:
    """What each exit code means."""
    rows = [(str(int(code)), meaning) for code, meaning in MEANINGS.items()]
    return [Text("Exit code", "bold"), *definitions(rows, width)]


def names(keys: Iterable[Key], width: int | None = None) -> list[Text]:
    """All names, by the key that takes them."""
    lines: list[Text] = []
    seen = set()
    for key in keys:
        if key.names and key.names not in seen:  # init.weights takes those of init
            seen.add(key.names)
            lines += [*_gap(lines), Text(key.path, "bold"), *prose(_plain(key.meaning), width)]
            lines += definitions(key.names, width)
    return lines


def config(sections: Sequence[tuple[str, Sequence[Key]]], width: int | None = None) -> list[Text]:
    """Keys under their titles: the meaning, and below it values and default."""
    lines: list[Text] = []
    beside = term_width([(key.path, "") for _, keys in sections for key in keys], width)
    for title, keys in sections:
        rows = [(key.path, _plain(key.meaning), key.allowed) for key in keys]
        lines += [*_gap(lines), Text(title, "bold"), *definitions(rows, width, beside)]
    return lines


def one_key(sections: Sequence[tuple[str, Sequence[Key]]], called: str, width: int | None = None) -> list[Text]:
    """What a key of the config means that was `called` so: itself, how it is written, its names, the keys in it."""
    (title, keys), *inner = sections
    key, *_ = keys
    lines = config([(title, keys)], width)
    if called not in key.path.split(".") and called != key.path:
        lines = [Text.assemble((called, "bold"), " is here called ", (key.path, "bold")), Text(), *lines]
    if "." not in key.path and key.default.startswith("`") and key.default != "`{}`":
        value = _plain(key.default)
        rows = [("in a config", f"{key.path}: {value}"), ("for once", f"bpcli train CONFIG --set {key.path}={value}")]
        lines += [Text(), Text("Written", "bold"), *definitions(rows, width)]
    if key.names:
        lines += [Text(), Text("Names", "bold"), *definitions(key.names, width)]
    return [*lines, *([Text(), *config(inner, width)] if inner else [])]


def one_name(sections: Sequence[tuple[str, Sequence[Key]]], word: str, width: int | None = None) -> list[Text]:
    """What a name in a config, or a figure, means: for each key that takes it, with its parameters; or nothing."""
    lines = definitions([(word, _plain(FIGURES[word]))], width) if word in FIGURES else []
    seen = set()
    for key in (key for _, keys in sections for key in keys):
        if (meaning := dict(key.names).get(word)) and key.names not in seen:
            seen.add(key.names)
            lines += [*_gap(lines), Text(f"{key.path}: {word}", "bold"), *prose(meaning, width)]
            lines += config(
                [("Parameters", keys) for title, keys in sections if title == f"{key.path}: {{name: {word}}}"], width
            )
    return lines


def _gap(lines: Sequence[Text]) -> list[Text]:
    return [Text()] if lines else []


def _plain(words: str) -> str:
    """Without the marks of Markdown."""
    return words.replace("`", "").replace("\\|", "|")
