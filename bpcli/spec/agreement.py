"""Where the config and the data have to agree, and what the config leaves to the data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bpcli.core.costs import COSTS, legal_costs
from bpcli.core.metrics import choose
from bpcli.data.cells import counted
from bpcli.data.loading import Examples, Prepared
from bpcli.data.preparation import Preparation
from bpcli.spec.data_schema import DivideSpec
from bpcli.spec.named import Named, with_defaults
from bpcli.spec.parameters import COST
from bpcli.spec.problems import choice, quoted
from bpcli.spec.reading import Config
from bpcli.spec.schema import Spec

DEFAULTS = {  # output and cost, by what the targets are
    "classes": ("softmax", "cross_entropy"),
    "labels": ("sigmoid", "cross_entropy"),
    "numbers": ("identity", "quadratic"),
}

FIGURES = {  # what is measured, by what the targets are
    "classes": ("cost", "accuracy"),
    "labels": ("cost", "accuracy"),
    "numbers": ("cost", "mae", "rmse", "r2"),
}


def complete(config: Config, prepared: Prepared) -> Spec:
    """The spec with everything filled in that the data decides. Raises ConfigError where it does not fit the data."""
    spec, preparation = config.spec, prepared.preparation
    task = preparation.task
    layers = _layers(config, preparation)
    output, cost = _output_and_cost(config, preparation)
    monitors = [spec.early_stopping.monitor] if spec.early_stopping else []
    for key, metric in [
        *(("early_stopping.monitor", metric) for metric in monitors),
        *((f"expect.{metric}", metric) for metric in spec.expect if metric != "epochs"),
    ]:
        if metric.rpartition(".")[2] not in (figures := FIGURES[task]):
            raise config.error(key, f"'{metric}' is not measured of {task} (what is: {', '.join(figures)})")
    scale = prepared.scale if isinstance(prepared.scale, str) else DivideSpec.model_construct(divide=prepared.scale[1])
    found = {"task": "numbers" if task == "numbers" else "classes", "scale": scale}
    data = spec.data.model_copy(update=found)
    return spec.model_copy(update={"layers": layers, "output": output, "cost": cost, "data": data})


def _layers(config: Config, preparation: Preparation) -> tuple[int | str, ...]:
    """The sizes, with the data's own at both ends."""
    layers = config.spec.layers
    inputs, outputs = len(preparation.input_names), len(preparation.output_names)
    wrong = []
    if layers[0] not in (inputs, "auto"):
        wrong.append(f"the first is {layers[0]}, and the data has {counted(inputs, 'input')}")
    if layers[-1] not in (outputs, "auto"):
        what = f"{len(preparation.classes)} classes" if preparation.classes else counted(outputs, "target column")
        wrong.append(f"the last is {layers[-1]}, and the data has {what}")
    if wrong:
        raise config.error("layers", f"{'; '.join(wrong)} ('auto' takes it from the data)")
    return (inputs, *layers[1:-1], outputs)


def _output_and_cost(config: Config, preparation: Preparation) -> tuple[Named, Named]:
    """Those of the config, or what suits the targets."""
    spec, task = config.spec, preparation.task
    default_output, default_cost = DEFAULTS[task]
    if spec.cost is not None and spec.cost.name == "poisson":
        default_output = "exponential"  # the only one that it goes with
    output = spec.output or Named("sigmoid" if preparation.one_output else default_output)
    cost = spec.cost or with_defaults(default_cost, COST)
    if cost.name in (legal := legal_costs(output.name)):
        return output, cost
    if spec.output is None:
        raise config.error(
            "cost",
            f"'{cost.name}' does not go with output '{output.name}', which {task} have when none is given "
            f"(outputs that do: {', '.join(sorted(COSTS.get(cost.name)))})",
        )
    raise config.error(
        "output",
        f"'{output.name}' does not go with cost '{cost.name}', which {task} have when none is given "
        f"(costs that do: {', '.join(sorted(legal))})",
    )


def training_rows(config: Config, train: Examples, preparation: Preparation) -> Examples:
    """The rows to train on, each weighted by its class where the config asks for it.

    Raises ConfigError where the cost or the classes do not suit the targets.
    """
    cost = config.spec.cost
    if cost is not None and cost.name == "poisson" and (least := float(train.y.min())) < 0:
        raise config.error("cost", f"'poisson' is for counts from 0 up, and the targets go down to {least:g}")
    if config.spec.class_weight is None:
        return train
    of_row = np.asarray(choose(train.y))
    weights = _class_weights(config, preparation, of_row)
    own = 1.0 if train.weight is None else train.weight
    return replace(train, weight=(own * weights[of_row]).astype(train.x.dtype))


def _class_weights(config: Config, preparation: Preparation, of_row: NDArray[np.intp]) -> NDArray[np.float64]:
    """One weight for each class; balanced is n / (k · n_c), so that all k classes weigh alike and the mean is 1."""
    wanted, classes = config.spec.class_weight, preparation.classes
    if preparation.task != "classes":
        raise config.error("class_weight", f"goes with one column of classes, and the target holds {preparation.task}")
    if wanted is None or isinstance(wanted, str):
        counts = np.bincount(of_row, minlength=len(classes))
        return len(of_row) / (len(classes) * np.maximum(counts, 1))
    for name in wanted:
        if name not in classes:
            raise config.error(f"class_weight.{name}", f"there is no class {quoted(name)} ({choice(name, classes)})")
    return np.array([wanted.get(name, 1.0) for name in classes])
