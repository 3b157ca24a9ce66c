"""What all mappings of the config have in common: no unknown keys, no conversions, and problems in our own words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Discriminator, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_core import ErrorDetails, InitErrorDetails

from bpcli.errors import MOST_PROBLEMS
from bpcli.registry import nearest
from bpcli.spec.foreign import key_meant_by, meant_by
from bpcli.spec.problems import choice, line_error, printable, quoted, refusal, unknown
from bpcli.spec.scalars import described, plain
from bpcli.spec.tree import ScalarNode

# Which of two forms a value has. The names in <> tell pydantic and no one else.
IF_LIST = Discriminator(lambda value: "<list>" if isinstance(value, tuple) else "<one>")
IF_PARTS = Discriminator(lambda value: "<parts>" if isinstance(value, dict | Part) else "<one>")
IF_NUMBER = Discriminator(lambda value: "<number>" if isinstance(value, int) else "<word>")


class Part(BaseModel):
    """A mapping of the config; a scalar in its place, where that is allowed, is the value of the key `shorthand`."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)

    shorthand: ClassVar[str | None] = None
    is_whole: ClassVar[bool] = False
    """Whether it is the config itself, and no part of it."""
    in_short: ClassVar[str] = ""  # what that scalar is
    across_keys: ClassVar[dict[str, Any]] = {}
    """What goes across its keys and JSON Schema can say, in keywords that pass over what is no mapping."""

    @model_validator(mode="wrap")
    @classmethod
    def _in_our_words(cls, node: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if cls.shorthand and isinstance(node, ScalarNode) and not node.is_null:
            node = {cls.shorthand: node}
        if not isinstance(node, dict):
            alone = f"{cls.in_short} or " if cls.in_short else ""
            raise refusal(f"expected {alone}a mapping with {', '.join(cls.key_names())}, not {described(node)}")
        try:
            return handler(node)
        except ValidationError as error:
            details = _without_follow_ups(error.errors(include_url=False))
            unknown_keys = 0
            errors = []
            for detail in details:
                unknown_keys += _is_unknown_key(detail)
                errors.append(cls._line_error(detail, hinted=unknown_keys <= MOST_PROBLEMS))
            raise ValidationError.from_exception_data(cls.__name__, errors) from None

    @classmethod
    def key_names(cls) -> list[str]:
        """The keys as they are written."""
        return [field.alias or name for name, field in cls.model_fields.items()]

    @classmethod
    def _line_error(cls, error: ErrorDetails, hinted: bool) -> InitErrorDetails:
        """The error in our words; to look for the nearest key takes its time, so what is not shown has no hint."""
        loc, context = error["loc"], error.get("ctx", {})
        match error["type"]:
            case "problem":
                return line_error(context["message"], loc, context["meant"])
            case _ if _is_unknown_key(error) and not hinted:
                return line_error("unknown key", loc[:-1] if loc[-1] == "[key]" else loc, meant="")
            case "extra_forbidden":
                return cls._unknown_key(str(loc[-1]), loc)
            case "missing":
                return line_error(f"missing ({cls.model_fields[str(loc[-1])].description})", loc)
            case "literal_error" if loc[-1] == "[key]":
                return line_error(f"unknown key ({choice(error['input'], _words(context))})", loc[:-1], meant="")
            case kind:
                return line_error(_SENTENCES[kind](error["input"], context), loc)

    @classmethod
    def _unknown_key(cls, key: str, loc: tuple[int | str, ...]) -> InitErrorDetails:
        if not cls.model_fields:
            return line_error("unknown key (there are no parameters)", loc, meant="")
        first, _, rest = key.partition(".")
        if cls.is_whole and rest and first in cls.key_names():
            inside = f"{first}: {{{printable(rest)}: ...}}"
            return line_error(f"unknown key (in a config it is {inside}; dots are for --set)", loc, first)
        foreign = key_meant_by(key, cls.key_names())
        meant = foreign or nearest(key, sorted(cls.key_names())) or ""
        hint = choice(key, cls.key_names(), foreign)
        if foreign and not cls.is_whole and foreign not in cls.key_names():
            hint = hint.replace("here it is", "at the top level it is", 1)
        return line_error(f"unknown key ({hint})", loc, meant)


def _is_unknown_key(error: ErrorDetails) -> bool:
    return error["type"] == "extra_forbidden" or (error["type"] == "literal_error" and error["loc"][-1] == "[key]")


def _without_follow_ups(errors: list[ErrorDetails]) -> list[ErrorDetails]:
    """Drops complaints of a list too short for want of the items that are wrong, and of what unknown keys hold."""
    around = {error["loc"][:-1] for error in errors} | {error["loc"][:-2] for error in errors}
    unknown_keys = {error["loc"][:-1] for error in errors if error["loc"][-1] == "[key]"}
    return [
        error
        for error in errors
        if error["loc"] not in unknown_keys and (error["type"] != "too_short" or error["loc"] not in around)
    ]


def _words(context: dict[str, Any]) -> list[str]:
    """What a Literal allows."""
    return re.findall("'([^']*)'", context["expected"])


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"


def _in_brackets(value: Any) -> str:
    return f" (write [{printable(value.text)}])" if isinstance(value, ScalarNode) and "," in value.text else ""


def _unknown_word(value: Any, context: dict[str, Any]) -> str:
    return unknown(value, _words(context), meant_by(value, _words(context)))


_SENTENCES: dict[str, Callable[[Any, dict[str, Any]], str]] = {
    "greater_than": lambda value, bound: f"must be above {plain(bound['gt'])}, not {plain(value)}",
    "greater_than_equal": lambda value, bound: f"must be at least {plain(bound['ge'])}, not {plain(value)}",
    "less_than": lambda value, bound: f"must be below {plain(bound['lt'])}, not {plain(value)}",
    "less_than_equal": lambda value, bound: f"must be at most {plain(bound['le'])}, not {plain(value)}",
    "finite_number": lambda value, _: f"must be a finite number, not {value}",
    "too_short": lambda _, size: f"needs at least {_entries(size['min_length'])}, not {size['actual_length']}",
    "tuple_type": lambda value, _: f"expected a list, not {described(value)}{_in_brackets(value)}",
    "dict_type": lambda value, _: f"expected a mapping, not {described(value)}",
    "literal_error": _unknown_word,
    "string_unicode": lambda value, _: f"{quoted(value)} has half of a character in it",
}
