"""What has to hold across keys. Each rule is looked at when the keys it goes by are right in themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bpcli.core.costs import legal_costs
from bpcli.spec.schema import Spec

Check = Callable[[Spec], str | None]


@dataclass(frozen=True)
class Rule:
    """A check that gives a message when it fails; `keys` are those it reads, the first is the one to change."""

    keys: tuple[str, ...]
    check: Check


RULES: list[Rule] = []


def rule(*keys: str) -> Callable[[Check], Check]:
    """Decorator that enters a rule."""

    def enter(check: Check) -> Check:
        RULES.append(Rule(keys, check))
        return check

    return enter


@rule("layers")
def only_ends_are_auto(spec: Spec) -> str | None:
    if "auto" in spec.layers[1:-1]:
        return "only the first and the last can be 'auto', since the data tells those alone"
    return None


@rule("activation", "layers")
def one_activation_for_each_hidden_layer(spec: Spec) -> str | None:
    given, hidden = len(spec.activations), len(spec.layers) - 2
    if given == hidden:
        return None
    return f"{given} for {hidden} hidden {'layer' if hidden == 1 else 'layers'} (one name, or one for each)"


@rule("cost", "output")
def cost_suits_output(spec: Spec) -> str | None:
    if spec.output is None or spec.cost is None or spec.cost.name in (legal := legal_costs(spec.output.name)):
        return None
    return (
        f"'{spec.cost.name}' does not go with output '{spec.output.name}' (costs that do: {', '.join(sorted(legal))})"
    )


@rule("output", "layers")
def softmax_has_something_to_share(spec: Spec) -> str | None:
    if spec.output is not None and spec.output.name == "softmax" and spec.layers[-1] == 1:
        return "softmax over one output is always 1 (two classes on one output: sigmoid)"
    return None


@rule("data.task", "output", "cost")
def numbers_are_not_shares(spec: Spec) -> str | None:
    if spec.data.task != "numbers":
        return None
    for key, named, name in (("output", spec.output, "softmax"), ("cost", spec.cost, "cross_entropy")):
        if named is not None and named.name == name:
            return f"'numbers' does not go with {key} '{name}', which is for classes"
    return None


@rule("optimizer.nesterov", "optimizer.momentum")
def nesterov_has_momentum(spec: Spec) -> str | None:
    parameters = spec.optimizer.parameters
    if parameters.get("nesterov") and not parameters.get("momentum"):
        return "needs momentum above 0"
    return None


@rule("init.from", "init.weights", "init.biases")
def file_or_rules(spec: Spec) -> str | None:
    rules = [name for name in ("weights", "biases") if getattr(spec.init, name) is not None]
    if spec.init.file is not None and rules:
        return f"takes the place of {' and '.join(rules)}: give one or the other"
    return None


@rule("data.validation", "data.test")
def fractions_leave_rows(spec: Spec) -> str | None:
    taken = sum(part for part in (spec.data.validation, spec.data.test) if isinstance(part, float))
    return f"with test it takes {taken:g} of the training rows, and none are left to train on" if taken >= 1 else None


@rule("data.features", "data.target")
def no_column_predicts_itself(spec: Spec) -> str | None:
    both = set(spec.data.features or ()) & set(spec.data.target or ())
    return f"{_columns(both)} cannot be both feature and target" if both else None


@rule("data.weight", "data.features", "data.target")
def weight_is_neither(spec: Spec) -> str | None:
    taken = spec.data.weight in (*(spec.data.features or ()), *(spec.data.target or ()))
    return f"{_columns({spec.data.weight or ''})} cannot be a feature or target as well" if taken else None


@rule("early_stopping.monitor", "data.validation")
def monitored_rows_exist(spec: Spec) -> str | None:
    if spec.early_stopping is None or spec.early_stopping.monitor == "running.cost" or spec.data.validation is not None:
        return None
    return f"'{spec.early_stopping.monitor}' needs validation rows (data.validation), or take 'running.cost'"


@rule("expect", "data.validation", "data.test")
def expected_rows_exist(spec: Spec) -> str | None:
    lacking = {
        split
        for metric in spec.expect
        for split, rows in (("validation", spec.data.validation), ("test", spec.data.test))
        if metric.startswith(f"{split}.") and rows is None
    }
    return f"needs {' and '.join(f'{s} rows (data.{s})' for s in sorted(lacking))}" if lacking else None


def _columns(names: set[str]) -> str:
    return ("column " if len(names) == 1 else "columns ") + ", ".join(f"'{name}'" for name in sorted(names))
