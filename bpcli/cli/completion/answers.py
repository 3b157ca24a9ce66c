"""What may come next on a command line.

The scripts beside this file call `bpcli` with the words of the line as arguments, the one to complete last, and
_BPCLI_COMPLETE in the environment. They get a line for each answer, with its meaning behind a tab, or the line
`:files` where a path is wanted, which the shell knows best. Nothing heavy is imported here.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence

from bpcli.cli.app import COMMANDS, options
from bpcli.cli.declared import Declaration, Parameter, declared
from bpcli.cli.topics import TOPICS
from bpcli.spec.figures import FIGURES
from bpcli.spec.vocabulary import entries, keys_within

Answer = tuple[str, str]
"""A word, and what it means."""

FILES: Answer = (":files", "")
MAY_BE_FILES = {
    "data",
    "extends",
    "train",
    "validation",
    "test",
    "path",
    "images",
    "labels",
    "from",
    "order",
    "relative_to",
}
"""The keys of a config whose value may be a path."""


def write_answers(words: Sequence[str]) -> None:
    """Prints the answers for a line of these words, the program's name left out."""
    for word, meaning in answers(words or [""]):
        sys.stdout.write(f"{word}\t{' '.join(meaning.split())}\n" if meaning else f"{word}\n")


def answers(words: Sequence[str]) -> list[Answer]:
    """What the last of the words may become."""
    *before, current = words
    name = next((word for word in before if not word.startswith("-")), None)
    if name is None:
        return _beginning(current, _options(declared(options), before) if current.startswith("-") else _commands())
    if name not in COMMANDS:
        return []
    return list(_of_command(declared(COMMANDS[name]), before[before.index(name) + 1 :], current))


def _commands() -> list[Answer]:
    return [(name, declared(function).summary) for name, function in COMMANDS.items()]


def _of_command(declaration: Declaration, before: list[str], current: str) -> Iterator[Answer]:
    given: list[str] = []  # the arguments so far
    waiting: Parameter | None = None  # an option that has not had its value yet
    for word in before:
        if waiting is not None:
            waiting = None
        elif word.startswith("-") and word != "-":
            option = declaration.option(word)
            waiting = option if option is not None and option.value else None
        else:
            given.append(word)
    option_name, equals, value = current.partition("=")
    if waiting is not None:
        yield from _values(waiting, current, given)
    elif equals and (option := declaration.option(option_name)) and option.value:
        found = _values(option, value, given)
        yield from ((word if word == FILES[0] else f"{option_name}={word}", meaning) for word, meaning in found)
    elif current.startswith("-"):
        yield from _beginning(current, _options(declaration, before))
    elif len(given) < len(declaration.arguments):
        yield from _values(declaration.arguments[len(given)], current, given)


def _options(declaration: Declaration, before: Sequence[str]) -> Iterator[Answer]:
    """The options, without those that have been given and cannot be given again."""
    for option in declaration.options:
        if option.repeatable or not set(option.names) & set(before):
            yield option.names[0], option.meaning


def _values(parameter: Parameter, current: str, given: Sequence[str]) -> Iterable[Answer]:
    """What an argument or an option may be; what is neither a number nor a word of ours is a path."""
    match parameter.value:
        case "KEY=VALUE":
            return _settings(current)
        case "METRIC=VALUE":
            return _beginning(current, ((f"{name}=", meaning) for name, meaning in FIGURES.items()))
        case "[TOPIC]":
            return _beginning(current, [*TOPICS.items(), *_commands()])
        case "[KEY]":
            return _keys(current) if list(given) == ["config"] else []
    if parameter.choices:
        return _beginning(current, ((word, "") for word in parameter.choices))
    return [] if parameter.is_number else [FILES]


def _settings(current: str) -> Iterator[Answer]:
    """A key with the sign for its value, or the value itself once that is there."""
    path, equals, value = current.partition("=")
    if not equals:
        for key, meaning in _keys(path):
            yield f"{key}=", meaning
            if keys_within(key):
                yield f"{key}.", "its parts"
        return
    words = _beginning(value, _words(path).items())
    yield from ((f"{path}={word}", meaning) for word, meaning in words)
    if not words and path.rpartition(".")[2] in MAY_BE_FILES:
        yield FILES


def _words(path: str) -> dict[str, str]:
    """The words that a key takes; what a name means is told where the name stands alone."""
    if path not in entries():
        return {}
    alone = entries().get(path.removesuffix(".name"), entries()[path])
    return {word: meaning or alone.words.get(word, "") for word, meaning in entries()[path].words.items()}


def _keys(current: str) -> list[Answer]:
    """The keys of the mapping that the text so far leads into."""
    mappings = {entry.within for entry in entries().values()}
    within = max((path for path in mappings if current.startswith(f"{path}.")), key=len, default="")
    return _beginning(current, ((entry.path, entry.meaning) for entry in keys_within(within)))


def _beginning(current: str, found: Iterable[Answer]) -> list[Answer]:
    return [answer for answer in found if answer[0].startswith(current)]
