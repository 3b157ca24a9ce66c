"""The translator: from the config's English to the book's letters. No other module speaks both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpcli.core.activations import ACTIVATIONS
from bpcli.core.costs import COSTS
from bpcli.core.descent import Descent
from bpcli.core.initializers import INITIALIZERS, draw
from bpcli.core.network import Network
from bpcli.core.optimizers import OPTIMIZERS, Optimizer
from bpcli.core.outputs import OUTPUTS
from bpcli.core.parameters import Parameters
from bpcli.core.penalties import Penalty
from bpcli.core.schedules import SCHEDULES, Schedule, WarmedUp
from bpcli.data.batches import Batches
from bpcli.data.loading import Prepared
from bpcli.data.orders import read_orders
from bpcli.jit.compiled import open_numba
from bpcli.jit.descent import CompiledDescent
from bpcli.spec.agreement import training_rows
from bpcli.spec.memory import batch_too_large, parameters_too_large
from bpcli.spec.reading import Config
from bpcli.spec.schema import OrderSpec, Spec
from bpcli.spec.sources import shown
from bpcli.training.evaluate import Evaluator
from bpcli.training.stopping import Watch
from bpcli.training.trainer import Trainer


def network(spec: Spec) -> Network:
    """The network of a complete spec."""
    assert spec.output is not None
    assert spec.cost is not None
    return Network(
        n=tuple(int(size) for size in spec.layers),
        hidden=tuple(ACTIVATIONS.get(named.name)(**named.parameters) for named in spec.activations),
        output=OUTPUTS.get(spec.output.name)(**spec.output.parameters),
        cost=COSTS.get(spec.cost.name)[spec.output.name](**spec.cost.parameters),
        penalty=Penalty(spec.l1, spec.l2),
    )


def optimizer(spec: Spec) -> Optimizer:
    """The rule of descent that the config names."""
    return OPTIMIZERS.get(spec.optimizer.name)(**spec.optimizer.parameters)


def descent(spec: Spec, net: Network) -> Descent:
    """How the network moves down the gradient: optimizer, clipping, limits; compiled where the config asks for it.

    Raises UsageError when it does, and numba is not installed.
    """
    if spec.engine == "jit":
        open_numba()
    kind = CompiledDescent if spec.engine == "jit" else Descent
    return kind(net, optimizer(spec), spec.train_biases, spec.clip_norm, spec.clip_value, spec.max_norm)


def schedule(spec: Spec) -> Schedule:
    """The course of the learning rate that the config names."""
    parameters = {**spec.schedule.parameters}
    warmup = parameters.pop("warmup")
    after = SCHEDULES.get(spec.schedule.name)(**parameters)
    return WarmedUp(after, warmup) if warmup else after


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
        with np.errstate(over="ignore"):
            block[:] = given[name]
        if not np.isfinite(block).all():
            raise config.error("init.from", f"'{spec.init.file}' has numbers in {name} that {spec.dtype} cannot hold")
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
    """What is followed from epoch to epoch: the figure of early stopping, else the cost, of validation if there is."""
    stop = spec.early_stopping
    if stop is None:
        return Watch("running.cost" if spec.data.validation is None else "validation.cost")
    return Watch(stop.monitor, stop.patience, stop.min_delta)


def trainer(config: Config, prepared: Prepared, given: Mapping[str, NDArray[Any]] | None) -> Trainer:
    """Everything put together, for a config whose spec is complete; raises ConfigError where memory cannot hold it."""
    spec = config.spec
    net = network(spec)
    cut = batches(spec, len(prepared.train))
    for key, message in (("layers", parameters_too_large(spec)), ("batch_size", batch_too_large(spec, cut.size))):
        if message:
            raise config.error(key, message)
    return Trainer(
        descent=descent(spec, net),
        theta=first_parameters(config, net, given),
        schedule=schedule(spec),
        eta=spec.learning_rate,
        epochs=spec.epochs,
        batches=cut,
        train=training_rows(config, prepared.train, prepared.preparation),
        validation=prepared.validation,
        test=prepared.test,
        evaluator=Evaluator(net, prepared.preparation.task, np.dtype(spec.dtype)),
        watch=watch(spec),
        dropout=spec.dropouts,
        seed=spec.seed,
        measured_train=prepared.train if spec.evaluate_train else None,
        report_steps=spec.checkpoint.steps,
    )
