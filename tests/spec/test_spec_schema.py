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
from bpcli.spec.data_schema import DataSpec, DivideSpec, SourceSpec
from bpcli.spec.foreign import KEYS, NAMES
from bpcli.spec.parts import Part
from bpcli.spec.schema import (
    EarlyStoppingSpec,
    InitSpec,
    InverseScalingParameters,
    OrderSpec,
    SgdParameters,
    Spec,
)

PARTS: list[type[Part]] = [
    Spec,
    DataSpec,
    SourceSpec,
    DivideSpec,
    OrderSpec,
    InitSpec,
    EarlyStoppingSpec,
    SgdParameters,
    InverseScalingParameters,
]
INNER: dict[str, list[type[Part]]] = {
    "data": [DataSpec],
    "early_stopping": [EarlyStoppingSpec],
    "optimizer": [SgdParameters],
    "schedule": [InverseScalingParameters],
    "shuffle": [OrderSpec],
}


@pytest.mark.parametrize("part", PARTS)
def test_every_key_is_described(part: type[Part]) -> None:
    assert [name for name, field in part.model_fields.items() if not field.description] == []


@pytest.mark.parametrize(
    ("part", "entry"),
    [(SgdParameters, OPTIMIZERS.get("sgd")), (InverseScalingParameters, SCHEDULES.get("inverse_scaling"))],
)
def test_parameters_are_those_of_the_core_with_the_same_defaults(part: type[Part], entry: type) -> None:
    core = {field.name: field.default for field in dataclasses.fields(entry) if field.init}
    assert part().model_dump() == core


def test_what_declares_no_parameters_takes_none() -> None:
    declared = {"sgd", "inverse_scaling"}
    for registry in (ACTIVATIONS, OUTPUTS, OPTIMIZERS, SCHEDULES):
        for name in set(registry) - declared:
            entry: Any = registry.get(name)
            assert [field.name for field in dataclasses.fields(entry) if field.init] == [], name


@pytest.mark.parametrize(("foreign", "ours"), KEYS.items())
def test_hints_for_keys_lead_somewhere(foreign: str, ours: str) -> None:
    first, _, rest = ours.partition(".")
    assert first in Spec.key_names()
    assert not rest or any(rest in part.key_names() for part in INNER[first])
    assert foreign not in Spec.key_names()


def test_hints_for_names_lead_somewhere() -> None:
    words = set(re.findall(r"'const': '(\w+)'|'(\w+)'", str(Spec.model_json_schema())))
    known = {word for pair in words for word in pair}
    for registry in (ACTIVATIONS, OUTPUTS, COSTS, OPTIMIZERS, SCHEDULES, INITIALIZERS):
        known |= set(registry)
    assert set(NAMES.values()) <= known
    assert not set(NAMES) & {name for registry in (ACTIVATIONS, COSTS, INITIALIZERS) for name in registry}
