"""The declarations themselves: complete, in step with the core, and true in their hints."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest

from bpcli.core.activations import ACTIVATIONS
from bpcli.core.costs import COSTS
from bpcli.core.initializers import INITIALIZERS
from bpcli.core.optimizers import OPTIMIZERS
from bpcli.core.outputs import OUTPUTS
from bpcli.core.schedules import SCHEDULES
from bpcli.spec import parameters
from bpcli.spec.data_schema import DataSpec, DivideSpec, SourceSpec
from bpcli.spec.foreign import KEYS, NAMES, PARAMETERS
from bpcli.spec.parts import Part
from bpcli.spec.schema import EarlyStoppingSpec, InitSpec, OrderSpec, Spec

NAMED: dict[str, dict[str, type[Part]]] = {
    "activation": parameters.ACTIVATION,
    "cost": parameters.COST,
    "optimizer": parameters.OPTIMIZER,
    "schedule": parameters.SCHEDULE,
}
INNER: dict[str, list[type[Part]]] = {
    "data": [DataSpec],
    "early_stopping": [EarlyStoppingSpec],
    "shuffle": [OrderSpec],
    **{key: list(models.values()) for key, models in NAMED.items()},
}
PARTS = [Spec, SourceSpec, DivideSpec, InitSpec, *(part for parts in INNER.values() for part in parts)]

CORE: list[tuple[str, str, Any]] = [
    *(("activation", name, ACTIVATIONS.get(name)) for name in ACTIVATIONS),
    *(("cost", name, entry) for name in COSTS for entry in COSTS.get(name).values()),
    *(("optimizer", name, OPTIMIZERS.get(name)) for name in OPTIMIZERS),
    *(("schedule", name, SCHEDULES.get(name)) for name in SCHEDULES),
    *(("output", name, OUTPUTS.get(name)) for name in OUTPUTS),
]


@pytest.mark.parametrize("part", PARTS)
def test_every_key_is_described(part: type[Part]) -> None:
    assert [name for name, field in part.model_fields.items() if not field.description] == []


@pytest.mark.parametrize(("key", "name", "entry"), CORE)
def test_parameters_are_those_of_the_core_with_the_same_defaults(key: str, name: str, entry: Any) -> None:
    core = {field.name: field.default for field in dataclasses.fields(entry) if field.init}
    model = NAMED.get(key, {}).get(name)
    declared = model().model_dump() if model else {}
    if key == "schedule":
        assert declared.pop("warmup") == 0  # every schedule may be preceded by a warm-up
    assert declared == core


def test_hints_for_names_lead_somewhere() -> None:
    words = set(re.findall(r"'const': '(\w+)'|'(\w+)'", str(Spec.model_json_schema())))
    known = {word for pair in words for word in pair}
    for registry in (ACTIVATIONS, OUTPUTS, COSTS, OPTIMIZERS, SCHEDULES, INITIALIZERS):
        known |= set(registry)
    assert set(NAMES.values()) <= known
    assert not set(NAMES) & {name for registry in (ACTIVATIONS, COSTS, INITIALIZERS) for name in registry}


def test_hints_for_keys_lead_somewhere() -> None:
    inner = {(key, name) for key, parts in INNER.items() for part in parts for name in part.key_names()}
    paths = [tuple(path.split(".")) for path in KEYS.values()]
    assert [path for path in paths if path[0] not in Spec.model_fields] == []
    assert [path for path in paths if len(path) > 1 and path not in inner] == []
    parameter_names = {name for key, name in inner if key in NAMED}
    assert {name for names in PARAMETERS.values() for name in names.split()} <= parameter_names
    assert not {foreign for foreign in KEYS if foreign in Spec.model_fields}
