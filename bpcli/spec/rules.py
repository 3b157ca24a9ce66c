"""What has to hold across keys. Each rule is looked at when the keys it goes by are right in themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bpcli.core.activations import ACTIVATIONS
from bpcli.core.costs import COSTS, legal_costs
from bpcli.core.optimizers import OPTIMIZERS
from bpcli.core.outputs import OUTPUTS
from bpcli.jit.entries import can_be_compiled, compiled_names
from bpcli.spec.memory import parameters_too_large
from bpcli.spec.scalars import plain
from bpcli.spec.schema import Spec
from bpcli.spec.sources import FOR_CLASSES

Check = Callable[[Spec], str | None]

NOT_COMPILED = ("input_dropout", "clip_norm", "clip_value", "max_norm")  # and dropout


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


@rule("layers", "dtype")
def parameters_fit_into_memory(spec: Spec) -> str | None:
    return parameters_too_large(spec)


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
    for key, named in (("output", spec.output), ("cost", spec.cost)):
        if named is not None and named.name in FOR_CLASSES:
            return f"'numbers' does not go with {key} '{named.name}', which is for classes"
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


@rule("batch_size", "optimizer")
def whole_batch_where_needed(spec: Spec) -> str | None:
    if OPTIMIZERS.get(spec.optimizer.name).whole_batch and spec.batch_size != "all":
        return f"'{spec.optimizer.name}' goes by the sign of the whole gradient: write batch_size: all"
    return None


@rule("schedule", "optimizer")
def rprop_has_step_sizes_of_its_own(spec: Spec) -> str | None:
    steady = spec.schedule.name == "constant" and not spec.schedule.parameters["warmup"]
    if spec.optimizer.name != "rprop" or steady:
        return None
    return "has nothing to change under 'rprop', whose step sizes are its own: leave it out, or take another optimizer"


@rule("clip_norm", "optimizer")
def rprop_asks_for_no_norm(spec: Spec) -> str | None:
    return _of_no_use_to_rprop(spec, spec.clip_norm)


@rule("clip_value", "optimizer")
def rprop_asks_for_no_values(spec: Spec) -> str | None:
    return _of_no_use_to_rprop(spec, spec.clip_value)


def _of_no_use_to_rprop(spec: Spec, limit: float | None) -> str | None:
    if spec.optimizer.name != "rprop" or limit is None:
        return None
    return "changes nothing under 'rprop', which goes by the signs of the gradient: leave it out"


@rule("optimizer.smallest", "optimizer.largest")
def step_sizes_are_in_order(spec: Spec) -> str | None:
    sizes = spec.optimizer.parameters
    if "smallest" in sizes and sizes["smallest"] > sizes["largest"]:
        return f"must be at most largest ({plain(sizes['largest'])}), not {plain(sizes['smallest'])}"
    return None


@rule("learning_rate", "optimizer")
def first_step_size_is_allowed(spec: Spec) -> str | None:
    if spec.optimizer.name != "rprop":
        return None
    low, high = spec.optimizer.parameters["smallest"], spec.optimizer.parameters["largest"]
    if low <= spec.learning_rate <= high or low > high:
        return None
    return (
        f"'rprop' starts with steps of learning_rate ({plain(spec.learning_rate)}), which must lie between "
        f"smallest ({plain(low)}) and largest ({plain(high)})"
    )


@rule("schedule", "epochs")
def one_cycle_knows_its_end(spec: Spec) -> str | None:
    if spec.schedule.name == "one_cycle" and "epochs" not in spec.model_fields_set:
        return "'one_cycle' is laid out over all epochs: write epochs too"
    return None


@rule("schedule.warmup", "epochs")
def warmup_leaves_epochs(spec: Spec) -> str | None:
    if (warmup := spec.schedule.parameters["warmup"]) and warmup >= spec.epochs:
        return f"must be below epochs ({spec.epochs}), so that some are left to the schedule, not {warmup}"
    return None


@rule("dropout", "layers")
def one_dropout_for_each_hidden_layer(spec: Spec) -> str | None:
    hidden = len(spec.layers) - 2
    if isinstance(spec.dropout, tuple) and len(spec.dropout) != hidden:
        layers = "layer" if hidden == 1 else "layers"
        return f"{len(spec.dropout)} for {hidden} hidden {layers} (one number, or one for each)"
    if spec.dropout and not hidden:
        return "there is no hidden layer to drop units of (inputs: input_dropout)"
    return None


@rule("engine", "activation", "output", "cost", "optimizer")
def names_can_be_compiled(spec: Spec) -> str | None:
    if spec.engine != "jit":
        return None
    for key, named, names in (
        *(("activation", activation, compiled_names(ACTIVATIONS)) for activation in spec.activations),
        ("output", spec.output, compiled_names(OUTPUTS)),
        ("cost", spec.cost, [name for name in COSTS if all(map(can_be_compiled, COSTS.get(name).values()))]),
        ("optimizer", spec.optimizer, compiled_names(OPTIMIZERS)),
    ):
        if named is not None and named.name not in names:  # what the data decides can be
            return f"'jit' does not compile {key} '{named.name}' (it does: {', '.join(names)}); 'numpy' takes all"
    return None


@rule("engine", "dropout", "input_dropout", "clip_norm", "clip_value", "max_norm")
def steps_can_be_compiled(spec: Spec) -> str | None:
    dropout = any(spec.dropout) if isinstance(spec.dropout, tuple) else spec.dropout
    asked = {"dropout": dropout, **{key: getattr(spec, key) for key in NOT_COMPILED}}
    keys = [key for key, value in asked.items() if value]
    if spec.engine != "jit" or not keys:
        return None
    return f"'jit' does without {' and '.join(keys)}: leave out what is not needed, or take 'numpy'"


@rule("class_weight", "data.task")
def class_weight_has_classes(spec: Spec) -> str | None:
    if spec.class_weight is not None and spec.data.task == "numbers":
        return "goes with classes, and data.task is 'numbers' (numbers: a column of weights, data.weight)"
    return None


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
    if spec.early_stopping is None or spec.data.validation is not None:
        return None
    if not (monitor := spec.early_stopping.monitor).startswith("validation."):
        return None
    return f"'{monitor}' needs validation rows (data.validation), or take 'running.cost'"


@rule("early_stopping.monitor", "evaluate_train")
def monitored_training_rows_are_measured(spec: Spec) -> str | None:
    if spec.early_stopping is None or spec.evaluate_train or not spec.early_stopping.monitor.startswith("train."):
        return None
    return f"'{spec.early_stopping.monitor}' is measured only with evaluate_train: true"


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
