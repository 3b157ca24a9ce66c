"""The vocabulary, read from the JSON Schema alone, is that of the config itself."""

from __future__ import annotations

from bpcli.core.activations import ACTIVATIONS
from bpcli.core.metrics import METRICS
from bpcli.core.optimizers import OPTIMIZERS
from bpcli.spec.figures import FIGURES
from bpcli.spec.keys import GROUPS, grouped, sections
from bpcli.spec.meanings import meaning
from bpcli.spec.schema import Spec
from bpcli.spec.vocabulary import entries, keys_within


def test_every_key_is_there_with_its_meaning():
    found = entries()
    for key in [key for _, _, keys in sections() for key in keys]:
        assert found[key.path].within == key.path.rpartition(".")[0]
        assert found[key.path].meaning


def test_nothing_else_is_there_but_names_metrics_and_what_repeats_elsewhere():
    known = {key.path for _, _, keys in sections() for key in keys}
    more = set(entries()) - known
    assert {path for path in more if not path.startswith(("expect.", "data.validation.", "data.test."))} == {
        f"{key}.name" for key in ("activation", "cost", "optimizer", "schedule", "output", "init", "init.weights")
    } | {"init.biases.name"}


def test_the_top_in_the_order_of_the_schema():
    assert [entry.path for entry in keys_within("")] == Spec.key_names()


def test_words_and_what_they_mean():
    assert entries()["activation"].words == {name: meaning(ACTIVATIONS.get(name)) for name in ACTIVATIONS}
    assert list(entries()["optimizer"].words) == list(OPTIMIZERS)
    assert set(entries()["optimizer.name"].words) == set(OPTIMIZERS)
    assert list(entries()["drop_last"].words) == ["true", "false"]
    assert entries()["learning_rate"].words == {}


def test_figures_are_those_that_are_measured():
    assert list(FIGURES) == list(METRICS)


def test_every_key_at_the_top_is_in_one_group():
    top = next(iter(sections()))[2]
    shown = [key.path for _, keys in grouped(top) for key in keys]
    assert sorted(shown) == sorted(Spec.key_names())
    assert set().union(*GROUPS.values()) <= set(Spec.key_names())
