"""One line for a command line that cannot be read: what is wrong with it, and what was probably meant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from bpcli.cli.declared import Declaration
from bpcli.registry import hint, nearest
from bpcli.spec.foreign import key_meant_by
from bpcli.spec.vocabulary import entries, keys_within

OVERRIDE = "--set"


def no_such_command(word: str, known: Sequence[str]) -> str:
    """For a word that stands where a command should."""
    is_config = word.endswith((".yaml", ".yml"))
    meant = f"to train it: bpcli train {word}" if is_config else hint(word, sorted(known))
    return f"bpcli: no command '{word}' ({meant})"


def unreadable(command: str, declaration: Declaration, error: Any, given: Sequence[str]) -> str:
    """For an error of Typer's in reading the words `given` to a command."""
    wrong = getattr(error, "option_name", None)
    message = " ".join(error.format_message().split()).rstrip(".")
    if wrong and hasattr(error, "possibilities"):
        message = _no_such_option(declaration, wrong, given)
    elif "extra argument" in message and (settings := _settings_without_option(given)):
        message = f"{message}: to set a key of the config, write {settings}"
    elif choice := _wrong_choice(declaration, error):
        message = choice
    return f"{command}: {message} (see: {command} --help)"


def _no_such_option(declaration: Declaration, wrong: str, given: Sequence[str]) -> str:
    message = f"no option {wrong}"
    if near := nearest(wrong, [name for option in declaration.options for name in option.names if len(name) > 2]):
        likely = f"{message}; did you mean {near}?"
    else:
        likely = message
    key = _key(wrong.lstrip("-"))
    if key is None or declaration.option(OVERRIDE) is None:
        return likely
    return f"{message}; the config has it: {OVERRIDE} {key}={_value_after(wrong, given)}"


def _key(word: str) -> str | None:
    """The key of the config that a word stands for: itself, its name in other programs, or the nearest."""
    name = word.replace("-", "_").lower()
    if name in entries():
        return name
    known = [entry.path for entry in keys_within("")]
    return key_meant_by(name, known) or nearest(name, known)


def _value_after(option: str, given: Sequence[str]) -> str:
    """The value that was meant for an option that there is not."""
    for at, word in enumerate(given):
        if word.startswith(f"{option}="):
            return word.partition("=")[2]
        if word == option and at + 1 < len(given) and not given[at + 1].startswith("--"):
            return given[at + 1]
    return "VALUE"


def _settings_without_option(given: Sequence[str]) -> str:
    """What looks like settings of keys but lacks --set, or its equals sign, as it has to be written."""
    found = []
    for at, word in enumerate(given):
        key, equals, value = word.partition("=")
        before = given[at - 1] if at else ""
        if before == OVERRIDE and not equals and at + 1 < len(given):
            found.append(f"{OVERRIDE} {word}={given[at + 1]}")
        elif before != OVERRIDE and equals and not word.startswith("-") and (meant := _key(key)):
            found.append(f"{OVERRIDE} {meant}={value}")
    return " ".join(found)


def _wrong_choice(declaration: Declaration, error: Any) -> str | None:
    """For a word that is none of the few that an option takes."""
    spellings = getattr(getattr(error, "param", None), "opts", [])
    option = next((one for name in spellings if (one := declaration.option(name))), None)
    quoted = re.search("'([^']*)'", getattr(error, "message", ""))
    if option is None or not option.choices or quoted is None:
        return None
    return f"{option.names[0]}: unknown '{quoted[1]}' ({hint(quoted[1], sorted(option.choices))})"
