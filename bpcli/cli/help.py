"""`bpcli help`: what the config may say, what goes together, what the exit codes mean."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from bpcli.cli.topics import TOPICS
from bpcli.errors import ExitStatus, UsageError
from bpcli.registry import nearest
from bpcli.spec.foreign import key_meant_by
from bpcli.spec.keys import Key, grouped, sections
from bpcli.ui import help as screens
from bpcli.ui.console import open_console, room, write

Sections = Sequence[tuple[str, Sequence[Key]]]
"""Keys under the titles of what they are in."""


def explain(topic: str | None, key: str | None) -> ExitStatus:
    """Prints one topic, a key of the config, or a name in it; raises UsageError for what there is not."""
    if key is not None and topic != "config":
        raise UsageError(f"bpcli help {topic} takes no key")
    console = open_console(sys.stdout)
    width = room(console)
    everything = _all()
    match topic:
        case None:
            lines = screens.topics(TOPICS, width)
        case "config" if key is None:
            lines = screens.config(everything, width)
        case "names":
            lines = screens.names([one for _, keys in everything for one in keys], width)
        case "pairs":
            lines = screens.pairs(width)
        case "metrics":
            lines = screens.metrics(width)
        case "errors":
            lines = screens.errors(width)
        case _:
            word = key or topic
            if found := _about(word, everything):
                lines = screens.one_key(found, word, width)
            elif key is None and (of_word := screens.one_name(everything, word, width)):
                lines = of_word
            else:
                raise UsageError(_no_such_key(word, everything) if key else _no_such_topic(word, everything))
    write(console, lines)
    return ExitStatus.OK


def _all() -> Sections:
    """All keys: those at the top by what they are for, then mapping by mapping."""
    (_, _, top), *inner = sections()
    return [*grouped(top), *((title, keys) for title, _, keys in inner)]


def _about(word: str, everything: Sections) -> Sections:
    """The key that a word means, here or in another program, with the keys in it; empty when there is none."""
    every = [key.path for _, keys in everything for key in keys]
    within, _, last = word.rpartition(".")
    beside = [path.rpartition(".")[2] for path in every if path.rpartition(".")[0] == within]
    wanted = [path for path in every if path == word or path.endswith(f".{word}")]
    if word in every:
        wanted = [word]
    elif not wanted and (meant := key_meant_by(last, beside)):
        wanted = [meant if not within or meant not in beside else f"{within}.{meant}"]
    found = [(title, [key for key in keys if _is_within(key.path, wanted)]) for title, keys in everything]
    return [(title, keys) for title, keys in found if keys]


def _is_within(path: str, paths: Sequence[str]) -> bool:
    return any(path == one or path.startswith(f"{one}.") for one in paths)


def _no_such_key(word: str, everything: Sections) -> str:
    keys = [key for _, section in everything for key in section]
    if key := next((key for key in keys if word in dict(key.names)), None):
        return f"bpcli help: '{word}' is no key but a name for {key.path} (see: bpcli help config {key.path})"
    near = nearest(word, [key.path for key in keys])
    meant = f"did you mean '{near}'?" if near else "see: bpcli help config"
    return f"bpcli help: no key of the config is called '{word}' ({meant})"


def _no_such_topic(word: str, everything: Sections) -> str:
    keys = [key for _, section in everything for key in section]
    near = nearest(word, [*TOPICS, *(key.path for key in keys), *(name for key in keys for name, _ in key.names)])
    meant = f"did you mean '{near}'? " if near else ""
    return f"bpcli help: no topic, command, key or name is called '{word}' ({meant}topics: {', '.join(TOPICS)})"
