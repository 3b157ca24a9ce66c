"""The translator: from the config's English to the book's letters. No other module speaks both."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpcli.core.activations import ACTIVATIONS
from bpcli.core.costs import COSTS, legal_costs
from bpcli.core.initializers import INITIALIZERS, draw
from bpcli.core.network import Network
from bpcli.core.optimizers import OPTIMIZERS, Optimizer
from bpcli.core.outputs import OUTPUTS
from bpcli.core.parameters import Parameters
from bpcli.core.schedules import SCHEDULES, Schedule
from bpcli.data.batches import Batches
from bpcli.data.loading import HeldOut, Prepared, load
from bpcli.data.orders import read_orders
from bpcli.data.preparation import Preparation
from bpcli.data.preprocessing import Recipe
from bpcli.data.source import Source
from bpcli.spec.data_schema import DivideSpec, SourceSpec
from bpcli.spec.named import Named
from bpcli.spec.reading import Config
from bpcli.spec.schema import OrderSpec, Spec
from bpcli.training.evaluate import Evaluator
from bpcli.training.stopping import Watch
from bpcli.training.trainer import Trainer

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


@dataclass(frozen=True)
class Sources:
    """The data files of a spec, found from the folder that its paths start from."""

    train: Source
    validation: HeldOut
    test: HeldOut


def sources(spec: Spec, folder: Path) -> Sources:
    """Where the rows of each split come from."""

    def held_out(part: SourceSpec | float | None) -> HeldOut:
        return source(part, folder, spec.data.format) if isinstance(part, SourceSpec) else part

    train = source(spec.data.train, folder, spec.data.format)
    return Sources(train, held_out(spec.data.validation), held_out(spec.data.test))


def source(part: SourceSpec, folder: Path, form: str | None) -> Source:
    """One file, or pair of files, shown in messages as it is reached from the current folder."""
    return Source(
        path=folder / part.inputs,
        shown=shown(folder, part.inputs),
        labels=None if part.labels is None else folder / part.labels,
        labels_shown=None if part.labels is None else shown(folder, part.labels),
        rows=part.rows,
        format=form,
    )


def shown(folder: Path, name: str) -> str:
    """A path of the config as it is reached from the current folder, for messages."""
    return os.path.relpath(folder / name)


def file_parts(spec: Spec) -> list[SourceSpec]:
    """The parts of the data that are files, rather than fractions of the training rows."""
    splits = (spec.data.train, spec.data.validation, spec.data.test)
    return [part for part in splits if isinstance(part, SourceSpec)]


def recipe(spec: Spec) -> Recipe:
    """What the config says of columns, and what its output and cost let conclude about the target."""
    data = spec.data
    named = {part.name for part in (spec.output, spec.cost) if part is not None}
    return Recipe(
        target=data.target,
        features=data.features,
        weight=data.weight,
        task=data.task,
        scale=("divide", data.scale.divide) if isinstance(data.scale, DivideSpec) else data.scale,
        missing=data.missing,
        stratify=data.stratify,
        classes_implied=bool(named & {"softmax", "cross_entropy"}),
        one_output=spec.layers[-1] == 1,
    )


def read_data(spec: Spec) -> Prepared:
    """All splits, ready for the network. Raises DataError."""
    where = sources(spec, spec.folder)
    return load(where.train, where.validation, where.test, recipe(spec), spec.seed, np.dtype(spec.dtype))


def complete(config: Config, preparation: Preparation) -> Spec:
    """The spec with everything filled in that the data decides. Raises ConfigError where it does not fit the data."""
    spec, task = config.spec, preparation.task
    found = (len(preparation.input_names), len(preparation.output_names))
    wanted = (spec.layers[0], spec.layers[-1])
    if wanted[0] not in (found[0], "auto"):
        raise config.error("layers", f"the first is {wanted[0]}, and the data has {_count(found[0], 'input')}{AUTO}")
    if wanted[1] not in (found[1], "auto"):
        what = f"{len(preparation.classes)} classes" if preparation.classes else _count(found[1], "target column")
        raise config.error("layers", f"the last is {wanted[1]}, and the data has {what}{AUTO}")
    default_output, default_cost = DEFAULTS[task]
    output = spec.output or Named("sigmoid" if preparation.one_output else default_output)
    cost = spec.cost or Named(default_cost)
    if cost.name not in (legal := legal_costs(output.name)):
        raise config.error(
            "output" if spec.output else "cost",
            f"cost '{cost.name}' does not go with output '{output.name}' (costs that do: {', '.join(legal)})",
        )
    for key, metrics in (("early_stopping.monitor", [watch(spec).monitor]), ("expect", list(spec.expect))):
        for metric in metrics:
            if (name := metric.rpartition(".")[2]) not in (figures := (*FIGURES[task], "epochs")):
                raise config.error(key, f"'{name}' is not measured here (measured: {', '.join(figures)})")
    return spec.model_copy(
        update={
            "layers": (found[0], *spec.layers[1:-1], found[1]),
            "output": output,
            "cost": cost,
            "data": spec.data.model_copy(update={"task": "numbers" if task == "numbers" else "classes"}),
        }
    )


AUTO = " ('auto' takes it from the data)"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def network(spec: Spec) -> Network:
    """The network of a complete spec."""
    assert spec.output is not None
    assert spec.cost is not None
    return Network(
        n=tuple(int(size) for size in spec.layers),
        hidden=tuple(ACTIVATIONS.get(named.name)(**named.parameters) for named in spec.activations),
        output=OUTPUTS.get(spec.output.name)(**spec.output.parameters),
        cost=COSTS.get(spec.cost.name)[spec.output.name](**spec.cost.parameters),
        lmbda=spec.l2,
    )


def optimizer(spec: Spec) -> Optimizer:
    """The rule of descent that the config names."""
    return OPTIMIZERS.get(spec.optimizer.name)(**spec.optimizer.parameters)


def schedule(spec: Spec) -> Schedule:
    """The course of the learning rate that the config names."""
    return SCHEDULES.get(spec.schedule.name)(**spec.schedule.parameters)


def first_parameters(config: Config, net: Network, given: Mapping[str, NDArray[Any]] | None) -> Parameters:
    """The parameters that training starts from: drawn by rule, or `given` as W1, b1, … out of the file of `init`."""
    spec = config.spec
    theta = Parameters(net.n, np.dtype(spec.dtype))
    if given is None:
        fitting = [f.init for f in (*net.hidden, net.output)]
        weights = [INITIALIZERS.get(spec.init.weights.name if spec.init.weights else name) for name in fitting]
        biases = [INITIALIZERS.get(spec.init.biases.name)] * net.L if spec.init.biases else weights
        draw(theta, weights, biases, spec.seed)
        return theta
    for name, block in theta.blocks():
        if name not in given or given[name].shape != block.shape:
            has = f"has {name} {given[name].shape}" if name in given else f"has no {name}"
            raise config.error("init.from", f"'{spec.init.file}' {has}, and the layers want {name} {block.shape}")
        block[:] = given[name]
    if len(given) > 2 * net.L:
        raise config.error("init.from", f"'{spec.init.file}' has more layers than the config ({net.L})")
    return theta


def batches(spec: Spec, examples: int) -> Batches:
    """The order and size of the batches. Raises DataError when given orders do not fit."""
    size = examples if spec.batch_size == "all" else min(int(spec.batch_size), examples)
    orders = None
    if isinstance(spec.shuffle, OrderSpec):
        path = spec.folder / spec.shuffle.order
        orders = read_orders(path, shown(spec.folder, spec.shuffle.order), spec.epochs, examples)
    return Batches(examples, size, spec.shuffle is True, orders, spec.drop_last, spec.seed)


def watch(spec: Spec) -> Watch:
    """What is followed from epoch to epoch: the figure of early stopping, else the validation cost."""
    stop = spec.early_stopping
    if stop is None:
        return Watch("validation.cost")
    return Watch(stop.monitor, stop.patience, stop.min_delta)


def trainer(config: Config, prepared: Prepared, given: Mapping[str, NDArray[Any]] | None) -> Trainer:
    """Everything put together, for a config whose spec is complete."""
    spec = config.spec
    net = network(spec)
    return Trainer(
        network=net,
        theta=first_parameters(config, net, given),
        optimizer=optimizer(spec),
        schedule=schedule(spec),
        eta=spec.learning_rate,
        epochs=spec.epochs,
        batches=batches(spec, len(prepared.train)),
        train=prepared.train,
        validation=prepared.validation,
        test=prepared.test,
        evaluator=Evaluator(net, prepared.preparation.task, np.dtype(spec.dtype)),
        watch=watch(spec),
        train_biases=spec.train_biases,
        evaluate_train=spec.evaluate_train,
    )
