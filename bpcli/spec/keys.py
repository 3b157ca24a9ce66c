"""Every key of the config as the schema declares it: path, values with their range, default, meaning."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pydantic.fields import FieldInfo

from bpcli.spec.forms import Form, ListOf, MappingOf, Name, Nothing, Pattern, Scalar, Section, Words, forms
from bpcli.spec.meanings import meaning
from bpcli.spec.named import Named
from bpcli.spec.parts import Part
from bpcli.spec.scalars import plain
from bpcli.spec.schema import Spec

SIGNS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}
SCALARS = {float: "number", int: "whole number", bool: "`true` or `false`", str: "text", "path": "path"}
LARGEST_SEED = 2**63 - 1


@dataclass(frozen=True)
class Key:
    """One key, ready to be printed."""

    path: str
    values: str
    default: str
    meaning: str
    names: tuple[tuple[str, str], ...]  # that may stand there, each with its meaning

    @property
    def allowed(self) -> str:
        """Values and default in plain words: `number > 0, 0.1 if not given`."""
        default = {"–": "", "required": ", required"}.get(self.default, f", {self.default} if not given")
        return f"{self.values}{default}".replace("`", "").replace("[name](#names)", "name")


GROUPS = {
    "Network": ("layers", "activation", "output", "cost", "init", "train_biases", "dtype"),
    "Data": ("data", "batch_size", "shuffle", "drop_last", "class_weight"),
    "Training": ("epochs", "learning_rate", "optimizer", "schedule", "early_stopping", "seed", "threads", "engine"),
    "Against overfitting": ("l1", "l2", "dropout", "input_dropout", "max_norm"),
    "Against too long steps": ("clip_norm", "clip_value"),
    "Measuring": ("evaluate_train", "expect"),
}
"""The keys at the top by what they are for; what is named in none of these stands at the end."""


def grouped(keys: Iterable[Key]) -> list[tuple[str, list[Key]]]:
    """Keys of the config itself, in the groups that have some of them."""
    by_path = {key.path: key for key in keys}
    found = [(title, [by_path.pop(path) for path in paths if path in by_path]) for title, paths in GROUPS.items()]
    return [(title, group) for title, group in [*found, ("Files", list(by_path.values()))] if group]


def sections(model: type[Part] = Spec, path: str = "", title: str = "") -> Iterator[tuple[str, str, list[Key]]]:
    """Each mapping of the config: where it stands, what it is, its keys. A mapping comes before those in it."""
    prefix = f"{path}." if path else ""
    fields = {prefix + (field.alias or name): field for name, field in model.model_fields.items()}
    yield title or path, inspect.getdoc(model) or "", [key(name, field) for name, field in fields.items()]
    seen = set()
    for name, field in fields.items():
        for inner, inner_title in _parts(forms(field), name):
            if inner not in seen:  # validation and test are written like train
                seen.add(inner)
                yield from sections(inner, name, inner_title)


def key(path: str, field: FieldInfo) -> Key:
    """One key of a part, under the path where it stands."""
    allowed = forms(field)
    description = (field.description or "").replace("|", "\\|")
    return Key(path, _in_words(allowed), _default(field), description, tuple(dict(_names(allowed)).items()))


def _names(allowed: tuple[Form, ...]) -> Iterator[tuple[str, str]]:
    for form in allowed:
        match form:
            case Name(registry=registry):
                yield from ((name, meaning(registry.get(name))) for name in registry)
            case ListOf(items=items):
                yield from _names(items)
            case Section(model=model) if model.shorthand:
                yield from _names(forms(model.model_fields[model.shorthand]))


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    match field.default:
        case None | Part():
            return "–"
        case Named(name=name):
            return f"`{name}`"
        case bool() as flag:
            return f"`{str(flag).lower()}`"
        case int() | float() as number:
            return f"`{plain(number)}`"
        case {}:
            return "`{}`"
        case other:
            return f"`{other}`"


def _in_words(allowed: tuple[Form, ...]) -> str:
    """What a key takes: `whole number ≥ 1`, or `all`."""
    return " or ".join(dict.fromkeys(words for form in allowed for words in _words(form)))


def _words(form: Form) -> Iterator[str]:
    match form:
        case Nothing():  # it goes without saying
            pass
        case Scalar(type=kind, bounds=bounds):
            yield SCALARS[kind] + _bounds(bounds)
        case Words(words=words):
            yield from (f"`{word}`" for word in words)
        case Pattern(words=words):
            yield words
        case ListOf(items=items):
            yield f"list of {_in_words(items)}"
        case MappingOf(keys=keys, values=values):
            yield f"mapping from {'metric' if keys else 'class'} to {_in_words(values)}"
        case Name():
            yield "[name](#names)"
        case Section(model=model):
            if model.shorthand:
                yield from (words for form in forms(model.model_fields[model.shorthand]) for words in _words(form))
            yield "mapping"


def _bounds(bounds: Mapping[str, float]) -> str:
    numbers = {name: "2⁶³ − 1" if bound == LARGEST_SEED else plain(bound) for name, bound in bounds.items()}
    written = [f"{SIGNS[name]} {number}" for name, number in numbers.items()]
    return f" {' and '.join(written)}" if written else ""


def _parts(allowed: tuple[Form, ...], path: str) -> Iterator[tuple[type[Part], str]]:
    """The mappings that may stand under a key, and their titles; the parameters of a name are such mappings too."""
    for form in allowed:
        match form:
            case Name(parameters=parameters):
                for name, model in (parameters or {}).items():
                    yield model, f"{path}: {{name: {name}}}"
            case ListOf(items=items) | MappingOf(values=items):
                yield from _parts(items, path)
            case Section(model=model):
                yield model, path
