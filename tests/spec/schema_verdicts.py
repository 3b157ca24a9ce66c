"""What bpcli's own reader and an independent validator make of a value under a key, each from the same text.

The validator is jsonschema, and its YAML 1.2 comes from ruamel.yaml: neither shares a line with bpcli.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args

from jsonschema import Draft7Validator
from pydantic import ValidationError
from ruamel.yaml import YAML

from bpcli.spec import parameters
from bpcli.spec.conditions import Metric
from bpcli.spec.scalars import Folders
from bpcli.spec.schema import Spec
from bpcli.spec.yaml_reader import YamlReader

FILE = Path(__file__).parents[2] / "bpcli" / "config.schema.json"

NAMED = {
    "activation": parameters.ACTIVATION,
    "cost": parameters.COST,
    "optimizer": parameters.OPTIMIZER,
    "schedule": parameters.SCHEDULE,
}


def kept_schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return schema


def parsed(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(io.StringIO(text))


@cache
def validator() -> Draft7Validator:
    return Draft7Validator(kept_schema())


def the_schema_takes(around: str, value: str) -> bool:
    """Whether it takes a config in which VALUE is this value."""
    return validator().is_valid(_replaced(_parsed_once(around), _parsed_once(f"value: {value}")["value"]))


_parsed_once = cache(parsed)


def _replaced(tree: Any, value: Any) -> Any:
    if isinstance(tree, dict):
        return {key: _replaced(inner, value) for key, inner in tree.items()}
    if isinstance(tree, list):
        return [_replaced(inner, value) for inner in tree]
    return value if tree == "VALUE" else tree


def bpcli_takes(around: str, value: str) -> bool:
    """By the models alone: rules across keys are not asked."""
    text = around.replace("VALUE", value)
    reader = YamlReader("c.yaml")
    tree = reader.read(text.encode())
    assert not reader.problems
    try:
        Spec.model_validate(tree, context=Folders(Path()))
    except ValidationError:
        return False
    return True


def config(key: str, value: str) -> str:
    """A config that is right but for what stands under one key of the first level."""
    given = {"layers": "[4, 3]", "data": "x.csv"} | {key: value}
    return "".join(f"{name}: {text}\n" for name, text in given.items())


def places() -> Iterator[tuple[str, str]]:
    """Every place where a value may stand, and the config around it, with VALUE for the value."""
    for key in Spec.model_fields:
        yield key, config(key, "VALUE")
    for key in ("validation", "test", "target", "features", "weight", "task", "scale", "missing", "categorical"):
        yield f"data.{key}", config("data", f"{{train: x.csv, {key}: VALUE}}")
    for key in ("stratify", "format"):
        yield f"data.{key}", config("data", f"{{train: x.csv, {key}: VALUE}}")
    yield "data.train", config("data", "{train: VALUE}")
    yield "data.scale.divide", config("data", "{train: x.csv, scale: {divide: VALUE}}")
    for key in ("train", "validation", "test"):
        around = f"{{train: x.csv, {key}: {{%s}}}}" if key != "train" else "{train: {%s}}"
        yield f"data.{key}.path", config("data", around % "path: VALUE")
        yield f"data.{key}.rows", config("data", around % "path: x, rows: VALUE")
        yield f"data.{key}.images", config("data", around % "images: VALUE, labels: y")
        yield f"data.{key}.labels", config("data", around % "images: x, labels: VALUE")
    for key in ("validation", "test"):
        yield f"data.{key}.fold", config("data", f"{{train: x.csv, {key}: {{fold: VALUE}}}}")
    for key in ("monitor", "patience", "min_delta"):
        yield f"early_stopping.{key}", config("early_stopping", f"{{{key}: VALUE}}")
    for key in ("epochs", "steps", "seconds"):
        yield f"checkpoint.{key}", config("checkpoint", f"{{{key}: VALUE}}")
    for key in ("weights", "biases", "from", "name"):
        yield f"init.{key}", config("init", f"{{{key}: VALUE}}")
    yield "shuffle.order", config("shuffle", "{order: VALUE}")
    yield "class_weight.a", config("class_weight", "{a: VALUE}")
    for metric in get_args(Metric):
        yield f"expect.{metric}", config("expect", f"{{{metric}: VALUE}}")
    for key, first in (("layers", "4"), ("activation", "tanh"), ("dropout", "0.5")):
        yield f"{key}[1]", config(key, f"[{first}, VALUE]")
    for key in ("data.target", "data.features"):
        yield f"{key}[1]", config("data", f"{{train: x.csv, {key[5:]}: [a, VALUE]}}")
    for key, models in NAMED.items():
        yield f"{key}.name", config(key, "{name: VALUE}")
        for name, model in models.items():
            for parameter in model.model_fields:
                yield f"{key}.{name}.{parameter}", config(key, f"{{name: {name}, {parameter}: VALUE}}")
