"""The JSON Schema: valid, in step, complete, and of one mind with bpcli's own reader."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

import pytest
from jsonschema import Draft7Validator
from pydantic import ValidationError
from schema_verdicts import bpcli_takes, config, kept_schema, parsed, places, the_schema_takes, validator

from bpcli.core.activations import ACTIVATIONS
from bpcli.core.costs import COSTS
from bpcli.core.initializers import INITIALIZERS
from bpcli.core.optimizers import OPTIMIZERS
from bpcli.core.outputs import OUTPUTS
from bpcli.core.schedules import SCHEDULES
from bpcli.data.readers import READERS
from bpcli.errors import ConfigError
from bpcli.spec.conditions import Metric
from bpcli.spec.json_schema import to_text
from bpcli.spec.reading import read_config
from bpcli.spec.resolved import to_mapping
from bpcli.spec.scalars import Folders
from bpcli.spec.schema import Spec
from bpcli.spec.yaml_reader import YamlReader

ROOT = Path(__file__).parents[2]
PLACES = dict(places())
CONFIGS = sorted((ROOT / "configs").rglob("*.yaml"))
REGISTRIES = (ACTIVATIONS, OUTPUTS, COSTS, OPTIMIZERS, SCHEDULES, INITIALIZERS, READERS)

NOT_A_NUMBER = ["", "~", "null", "true", "False", "text", "'0.5'", '"3"', "[]", "[1]", "{}", "{a: 1}", "[[1]]", "''"]
NUMBERS = ["0", "1", "-1", "2", "5", "1024", "1025", "0.5", "-0.5", "1.5", "1e-3", "1e-12", "0.999999", "1.000001"]
LARGE = ["9223372036854775807", "9223372036854775808", "1e300"]
NEAR = ["relou", "auto", "all", "Balanced", "balanced", "classe", "{name: relu, slop: 1}", "{name: x}", "{nam: relu}"]
PARTS = [
    "{path: x}",
    "{path: x, rows: '0:5'}",
    "{path: ''}",
    "{images: x}",
    "{labels: x}",
    "{images: x, labels: y}",
    "{images: x, labels: y, path: z}",
    "{path: x, labels: y}",
    "{path: x, images: y}",
    "{train: x}",
    "{train: x, extra: 1}",
    "{train: {images: x, labels: y}}",
    "{fold: 2/5}",
    "{fold: 2/5, path: x}",
    "{divide: 255}",
    "{divide: 0}",
    "{order: o.npy}",
    "{weights: he_normal, biases: zeros}",
    "{weights: ~, biases: ~, from: ~}",
    "{from: w.npz}",
    "{name: he_normal, biases: zeros}",
    "{monitor: running.cost}",
    "{patience: 0}",
    "{a: 1, b: 0.5}",
    "{a: 0}",
    "{a: ~}",
    "{test.accuracy: '>= 0.9', epochs: '< 5'}",
    "{test.accurcy: '>= 0.9'}",
]
CONDITIONS = ["'>= 0.95'", "'<1e-3'", "' > .5 '", "'= 1'", "'>= 010'", "'>='", "'=> 1'", "'>= 0.95 1'", "'>= .inf'"]
CONDITIONS += ["'0:50000'", "0:5", "'0-5'", "':5'", "2/5", "5/5", "0/5", "7/5", "1/1", "a/b", "'1/5 '", "'5:3'"]
LISTS = ["[4, 3]", "[4]", "[auto, 8, auto]", "[4, 0]", "[a, b]", "[a, a]", "[a, ~]", "[relu, tanh]", "[relu, relou]"]
LISTS += ["[0.1, 0.2]", "[0.1, 1]", "[{name: gelu, form: tanh}, relu]", "[{name: gelu, form: tan}]", "[2020, 2021]"]
NAMES = [name for registry in REGISTRIES for name in registry]
WORDS = [
    "float32",
    "float64",
    "jit",
    "standard",
    "minmax",
    "none",
    "error",
    "drop",
    "mean",
    "one_hot",
    "numbers",
    "labels",
]
WORDS += ["classes", "exact", *get_args(Metric)]
VALUES = [*NOT_A_NUMBER, *NUMBERS, *LARGE, *NEAR, *PARTS, *CONDITIONS, *LISTS, *WORDS, "tanh", "adam", "csv"]
TAKE_NAMES = re.compile(r"activation|output|cost|optimizer|schedule|init|data\.format")

# What json_schema.py says that JSON Schema cannot say, and where.
TEXTS = re.compile(
    r"data(\.(train|validation|test)(\.(path|images|labels))?)?|data\.(target|features)(\[1\])?|data\.weight"
    r"|extends|relative_to|init\.from|shuffle\.order"
)
WHOLES = re.compile(r"batch_size|epochs|layers\[1\]|.*\.(patience|warmup|every)|checkpoint\.(epochs|steps)")
DIFFERENT = [  # places, values, why
    (TEXTS, {"true", "False"}, "booleans are text in quotes alone"),
    (WHOLES, {"1e300"}, "a number without a fraction is whole"),
    (re.compile(r"data\.(validation|test)"), {"0:5", "2/5", "5/5", "0/5", "7/5", "1/1"}, "looks like a number"),
    (re.compile(r"data\.(validation|test)\.fold"), {"7/5"}, "the second of two numbers is the larger"),
    (re.compile(r"data\.\w+\.rows"), {"'5:3'"}, "the second of two numbers is the larger"),
    (re.compile(r"data\.\w+\.(path|images|labels)"), {"", "~", "null"}, "a key that is null counts as not given"),
]
CASES = [
    # config, whether the schema takes it, whether bpcli does
    ("epochs: 32.0", True, False),
    ("epochs: 1e3", True, False),
    ("learning_rate: .inf", True, False),
    ("learning_rate: 0x10", True, False),
    ("learning_rate: 010", True, False),
    ("learning_rate: 1_000", True, False),
    ("data: {train: x, validation: 10%}", True, False),
    ('data: "a\\0b"', True, False),
]


def test_it_is_a_draft_07_schema() -> None:
    Draft7Validator.check_schema(kept_schema())
    assert kept_schema()["$schema"] == Draft7Validator.META_SCHEMA["$schema"]


def test_it_is_in_step_and_a_part_of_the_package() -> None:
    """`bpcli schema > bpcli/config.schema.json` brings it into step."""
    assert (files("bpcli") / "config.schema.json").read_text(encoding="utf-8") == to_text()


@pytest.mark.parametrize("path", CONFIGS, ids=[path.stem for path in CONFIGS])
def test_every_config_names_it_and_is_valid(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    modeline = re.match(r"# yaml-language-server: \$schema=(\S+)\n", text)
    assert modeline
    assert (path.parent / modeline[1]).resolve() == ROOT / "bpcli" / "config.schema.json"
    assert [error.message for error in validator().iter_errors(parsed(text))] == []


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("layers: [4, 3]\ndata: x.csv", True),
        ("layers: [4, 3]", False),
        ("data: x.csv", False),
        ("layers: [4, 3]\ndata: x.csv\nlayer: 1", False),
        ("[]", False),
        ("text", False),
    ],
)
def test_a_whole_config(text: str, right: bool) -> None:
    assert (validator().is_valid(parsed(text)), bpcli_takes(text, "")) == (right, right)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("epochs: 5", True),
        ("optimizer: {momentum: 0.5}", True),
        ("data: {validation: 0.1, train: {rows: '0:9'}}", True),
        ("extend: b.yaml", False),
        ("optimizer: {momentum: 1.5}", False),
        ("optimizer: {momentun: 0.5}", False),
        ("data: {validation: 2}", False),
    ],
)
def test_a_config_that_extends_another_lists_what_differs(tmp_path: Path, text: str, right: bool) -> None:
    (tmp_path / "a.yaml").write_text("layers: [4, 3]\ndata: x.csv\noptimizer: sgd")
    (tmp_path / "c.yaml").write_text(f"extends: a.yaml\n{text}")
    assert validator().is_valid(parsed(f"extends: a.yaml\n{text}")) == right
    assert not validator().is_valid(parsed(f"extends: ~\n{text}"))
    assert not validator().is_valid(parsed(text))
    if right:
        read_config(str(tmp_path / "c.yaml"))
    else:
        with pytest.raises(ConfigError):
            read_config(str(tmp_path / "c.yaml"))


def test_no_mapping_takes_unknown_keys() -> None:
    def mappings(node: Any) -> Iterator[dict[str, Any]]:
        if isinstance(node, dict):
            if isinstance(node.get("properties"), dict):
                yield node
            node = [inner for key, inner in node.items() if key not in {"if", "then"}]
        if isinstance(node, list):
            for inner in node:
                yield from mappings(inner)

    found = list(mappings(kept_schema()))
    assert len(found) >= 25
    assert [one for one in found if one.get("additionalProperties") is not False or one["type"] != "object"] == []


def test_a_resolved_config_is_valid() -> None:
    for path in CONFIGS:
        assert validator().is_valid(to_mapping(read_config(str(path)).spec)), path


@pytest.mark.parametrize(("place", "around"), list(PLACES.items()), ids=list(PLACES))
def test_the_verdicts_are_the_same(place: str, around: str) -> None:
    names = NAMES if TAKE_NAMES.match(place) else []
    values = {*VALUES, *names, *(f"{{name: {name}}}" for name in names)}
    if place.endswith("]"):
        values.remove("")  # which is no item of a list
    verdicts = {value: (the_schema_takes(around, value), bpcli_takes(around, value)) for value in values}
    expected = {value for where, some, _ in DIFFERENT if where.fullmatch(place) for value in some}
    assert {value for value, both in verdicts.items() if both[0] != both[1]} == expected
    assert {takes for takes, _ in verdicts.values()} == {True, False}  # there were right values and wrong ones


@pytest.mark.parametrize(("text", "schema", "reader"), CASES, ids=[text for text, *_ in CASES])
def test_what_json_schema_cannot_say(text: str, schema: bool, reader: bool) -> None:
    key, value = text.split(": ", 1)
    around = config(key, "VALUE")
    assert (the_schema_takes(around, value), bpcli_takes(around, value)) == (schema, reader)


def _keys() -> dict[tuple[str, str], dict[str, Any]]:
    """Every key that the schema declares, by the title of its mapping."""
    schema = kept_schema()
    tops = (schema, *schema["definitions"].values())
    mappings = [one for top in tops for one in (top, *top.get("anyOf", []))]
    return {
        (one["title"], key): about
        for one in mappings
        for key, about in one.get("properties", {}).items()
        if key != "name"
    }


def _declared(place: str) -> tuple[str, str] | None:
    """The title and the key that a place belongs to; None where it is an item, an entry or a name."""
    *outer, key = place.split(".")
    match outer:
        case _ if place.startswith(("expect.", "class_weight.")) or place.endswith(("]", ".name")):
            return None
        case []:
            return "bpcli config", key
        case ["data"] | ["init"]:
            return outer[0], key
        case ["early_stopping"]:
            return "early stopping", key
        case ["shuffle"]:
            return "order", key
        case ["data", _]:
            return key if key in {"fold", "divide"} else "source", key
        case _:
            return outer[-1], key


def _read(text: str) -> Spec:
    return Spec.model_validate(YamlReader("c.yaml").read(text.encode()), context=Folders(Path()))


def test_every_key_is_tried() -> None:
    assert {declared for place in PLACES if (declared := _declared(place))} == set(_keys())


@pytest.mark.parametrize(("place", "around"), list(PLACES.items()), ids=list(PLACES))
def test_every_key_has_a_meaning_and_the_default_of_its_model(place: str, around: str) -> None:
    if (declared := _declared(place)) is None:
        return
    about = _keys()[declared]
    assert about["description"]
    assert about["markdownDescription"].startswith(about["description"] + "\n\n")
    without = re.sub(r"(, )?[\w.]+: VALUE\n?", "", around)
    if "default" in about and declared[0] != "source":  # a source needs one of its keys
        assert _read(around.replace("VALUE", json.dumps(about["default"]))) == _read(without)
    elif "default" not in about:
        with pytest.raises(ValidationError):
            _read(without)


def test_names_are_explained() -> None:
    """Editors show one text beside each name."""
    shown = {
        tuple(one["enum"]): one["enumDescriptions"]
        for top in kept_schema()["definitions"].values()
        for one in top.get("anyOf", [])
        if "enumDescriptions" in one
    }
    assert set(shown) == {tuple(registry) for registry in REGISTRIES if registry is not READERS}
    assert all(len(names) == len(texts) and all(texts) for names, texts in shown.items())
