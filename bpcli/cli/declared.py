"""What a command takes, read off its declaration: for its help, the reference, completion, and hints in errors."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, get_args, get_type_hints


@dataclass(frozen=True)
class Parameter:
    """An argument or an option."""

    names: tuple[str, ...]  # the spellings of an option, the long one first; an argument has none
    value: str  # what has to be given, as CONFIG or KEY=VALUE; empty for a flag
    meaning: str
    choices: tuple[str, ...]  # the words that it takes, where they are few
    is_number: bool
    repeatable: bool

    @property
    def is_option(self) -> bool:
        return bool(self.names)


@dataclass(frozen=True)
class Declaration:
    """A command: what it does, how that looks, what it takes."""

    summary: str
    examples: tuple[str, ...]
    parameters: tuple[Parameter, ...]

    @property
    def options(self) -> tuple[Parameter, ...]:
        return tuple(one for one in self.parameters if one.is_option)

    @property
    def arguments(self) -> tuple[Parameter, ...]:
        return tuple(one for one in self.parameters if not one.is_option)

    def option(self, name: str) -> Parameter | None:
        """The option with this spelling."""
        return next((one for one in self.options if name in one.names), None)


HELP = Parameter(("--help", "-h"), "", "Show this message and exit.", (), is_number=False, repeatable=False)


def declared(function: Callable[..., Any]) -> Declaration:
    """Reads the function that declares a command; its docstring is a summary, and lines that begin with `Example: `."""
    text = inspect.getdoc(function) or ""
    summary = " ".join(text.partition("\n\nExample: ")[0].split())
    hints = get_type_hints(function, include_extras=True)
    parameters = [_parameter(hints[name], one.default) for name, one in inspect.signature(function).parameters.items()]
    return Declaration(summary, tuple(re.findall("^Example: (.*)$", text, re.MULTILINE)), (*parameters, HELP))


def _parameter(annotation: Any, default: Any) -> Parameter:
    kind, info = get_args(annotation)
    kinds = [one for one in (get_args(kind) or (kind,)) if inspect.isclass(one)]
    spellings = [one for one in (info.default, *(info.param_decls or ())) if isinstance(one, str)]
    names = tuple(sorted(spellings, key=len, reverse=True))
    choices = tuple(str(word.value) for one in kinds if issubclass(one, Enum) for word in one)
    is_number = bool({int, float} & set(kinds))
    value = "" if kind is bool else info.metavar or "|".join(choices) or ("N" if int in kinds else "X")
    meaning, repeatable = info.help, "list" in str(kind)
    if isinstance(default, str):
        meaning += f" Default: {default}."
    if repeatable:
        meaning += " May be given again."
    return Parameter(names, value, meaning, choices, is_number, repeatable)
