"""One line for each thing that is wrong in a config: where it stands, which key it is, what is allowed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from bpcli import errors
from bpcli.registry import hint
from bpcli.spec.tree import Place

_LONGEST_QUOTE = 60

Message = str | Callable[[], str]
"""A message, or what makes it: to look for the nearest name takes its time, and not every problem is shown."""


@dataclass(frozen=True)
class Problem:
    """A line for the user."""

    place: Place
    key: str  # dotted path; empty for the file as a whole
    said: Message

    @property
    def message(self) -> str:
        return self.said if isinstance(self.said, str) else self.said()

    def __str__(self) -> str:
        named_already = self.place.override and self.place.file.endswith(f" {self.key}")
        parts = [str(self.place), "" if named_already else self.key, self.message]
        return ": ".join(part for part in parts if part)

    @property
    def order(self) -> tuple[bool, int, int]:
        """By place; overrides come last."""
        return self.place.override, self.place.line, self.place.column


def refusal(message: Message, *keys: str) -> ValidationError:
    """What to raise for a value, or for the one under `keys` within it; the message reaches the user as it stands."""
    return ValidationError.from_exception_data("config", [line_error(message, keys)])


def line_error(message: Message, keys: tuple[int | str, ...], meant: str | None = None) -> InitErrorDetails:
    """One error for pydantic to carry.

    `meant` is given when a key itself is wrong: the dotted path of the key it stands for, empty when there is none.
    """
    error = PydanticCustomError("problem", "wrong", {"message": message, "meant": meant})
    return {"type": error, "loc": keys, "input": None}


def quoted(text: str) -> str:
    """Text from the user, in quotes."""
    return f"'{printable(text)}'"


def printable(text: str) -> str:
    """Text from the user, fit for a part of one line."""
    short = text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + "…"
    return errors.printable(short)


def unknown(name: str, known: Iterable[str], meant: str | None = None) -> str:
    """Says that a name is not known, which one was probably meant, and which there are."""
    return f"unknown {quoted(name)} ({choice(name, known, meant)})"


def choice(name: str, known: Iterable[str], meant: str | None = None) -> str:
    """Which of the known names was probably meant, or what it is called here when that is certain, and all of them."""
    names = sorted(known)
    return f"here it is '{meant}'; known: {', '.join(names)}" if meant else hint(name, names)
