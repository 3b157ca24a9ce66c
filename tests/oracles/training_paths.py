"""One training done twice, step by step: by our trainer, and by PyTorch with the words of torch_descent.py."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
from random_networks import Case, random_parameters
from torch_descent import STEPPERS, Length, Make, Rates
from torch_network import leaves, torch, torch_cost

from bpcli.core.activations import ACTIVATIONS
from bpcli.core.batch import Batch
from bpcli.core.costs import COSTS
from bpcli.core.descent import Descent
from bpcli.core.network import Network
from bpcli.core.optimizers import OPTIMIZERS
from bpcli.core.outputs import OUTPUTS
from bpcli.core.penalties import Penalty
from bpcli.core.schedules import Constant, Schedule
from bpcli.data.batches import Batches
from bpcli.data.loading import Examples
from bpcli.streams import stream
from bpcli.training.evaluate import Evaluator
from bpcli.training.events import EpochEnded, Progressed
from bpcli.training.stopping import Watch
from bpcli.training.trainer import Trainer

STEPS = 20
ROWS, SIZE = 23, 5  # five batches an epoch, the last of three rows
ETA = 0.07
SEED = 5

Path = list[dict[str, np.ndarray]]  # all blocks after each step


@dataclass(frozen=True)
class Training:
    """What both sides are to do; our optimizer and schedule keep their memory in themselves, and are used once."""

    case: Case
    descent: Descent
    schedule: Schedule
    schedule_name: str
    size: int = SIZE

    @property
    def length(self) -> Length:
        steps = -(-ROWS // self.size)
        return Length(STEPS // steps, steps, ROWS)

    @property
    def batches(self) -> Batches:
        return Batches(ROWS, self.size, seed=SEED)


def make_training(
    optimizer: str, form: dict[str, Any], schedule: Schedule | None = None, name: str = "constant", **held: Any
) -> Training:
    """The network, point and rows that every path begins with, and how it goes on."""
    rng, n = np.random.default_rng(7), (6, 7, 5, 4)
    names, output, cost = ("tanh", "softplus"), "softmax", "cross_entropy"
    penalty = Penalty(held.pop("l1", 0.0), held.pop("l2", 0.0))
    hidden = tuple(ACTIVATIONS.get(name)() for name in names)
    network = Network(n, hidden, OUTPUTS.get(output)(), COSTS.get(cost)[output](), penalty)
    x, y = rng.standard_normal((ROWS, n[0])), np.eye(n[-1])[rng.integers(0, n[-1], ROWS)]
    batch = Batch(x, y, rng.uniform(0.5, 2.0, ROWS), held.pop("dropout", ()))
    case = Case(names, output, cost, network, random_parameters(n, rng), batch)
    rule = OPTIMIZERS.get(optimizer)(**form)
    size = ROWS if rule.whole_batch else SIZE
    return Training(case, Descent(network, rule, **held), schedule or Constant(), name, size)


def trainer_of(training: Training) -> Trainer:
    batch = training.case.batch
    return Trainer(
        training.descent,
        theta=training.case.theta.copy(),
        schedule=training.schedule,
        eta=ETA,
        epochs=training.length.epochs,
        batches=training.batches,
        train=Examples(batch.x, batch.y, batch.w, np.arange(ROWS)),
        validation=None,
        test=None,
        evaluator=Evaluator(training.case.network, "classes", np.dtype(np.float64)),
        watch=Watch("running.cost"),
        dropout=batch.dropout,
        seed=SEED,
        clock=map(float, itertools.count()).__next__,  # a second at each look, so that it reports each step
    )


def our_path(training: Training) -> tuple[Path, list[EpochEnded]]:
    """What the trainer does, and what it says of each epoch."""
    trainer = trainer_of(training)
    path: Path = []
    epochs = []
    for event in trainer.run():
        if isinstance(event, Progressed):
            path.append({name: block.copy() for name, block in trainer.theta.blocks()})
        elif isinstance(event, EpochEnded):
            epochs.append(event)
    return path, epochs


@dataclass
class TorchPath:
    """What PyTorch does, the η of each epoch's last step, its running cost, and the smallest entry of any gradient."""

    path: Path
    rates: list[float]
    costs: list[float]
    smallest: float


def torch_path(training: Training, make: Make | None = None) -> TorchPath:
    """The same training with PyTorch's autograd, and the optimizer that `make` makes or that stands in STEPPERS."""
    case, how = training.case, training.descent
    params = leaves(case.theta)
    weights = [param for key, param in params.items() if key.startswith("W")]
    biases = [param for key, param in params.items() if key.startswith("b")]
    groups = [{"params": weights}, *([{"params": biases}] if how.train_biases else [])]
    optimizer_name = next(name for name in OPTIMIZERS if OPTIMIZERS.get(name) is type(how.optimizer))
    optimizer = (make or STEPPERS[optimizer_name].make)(how.optimizer, groups, ETA)
    rates = Rates(training.schedule, training.schedule_name, optimizer, training.length)
    found = TorchPath([], [], [], np.inf)
    for epoch in range(training.length.epochs):
        masks, costs = stream(SEED, "dropout", epoch), []
        orders = list(training.batches.of(epoch))
        for rows in orders:
            optimizer.zero_grad()
            batch = Batch(case.batch.x[rows], case.batch.y[rows], case.batch.w[rows])
            C = torch_cost(case, params, batch, draw_masks(training, masks, len(rows)))
            C.backward()
            costs.append(C.item())
            found.smallest = min(found.smallest, *(param.grad.abs().min().item() for param in params.values()))
            hold_back(how, [param for group in groups for param in group["params"]])
            found.rates[epoch:] = [rates.eta]
            optimizer.step()
            limit(how, weights)
            found.path.append({key: param.detach().numpy().copy() for key, param in params.items()})
            rates.end_step()
        found.costs.append(float(np.average(costs, weights=[len(rows) for rows in orders])))
        rates.end_epoch(found.costs[-1])
    return found


def draw_masks(training: Training, rng: np.random.Generator, m: int) -> list[np.ndarray | None]:
    """1 / (1 − p) where a unit stays and 0 where it is dropped, layer by layer."""
    n, dropout = training.case.network.n, training.case.batch.dropout
    return [(rng.random((m, n[l])) >= p) / (1 - p) if p else None for l, p in enumerate(dropout)] or [None] * len(n)


def hold_back(how: Descent, trained: list[Any]) -> None:
    """Clips the gradient: each entry, then its length, written out because PyTorch adds 1e-6 to the length."""
    grads = [param.grad for param in trained]
    if how.clip_value:
        torch.nn.utils.clip_grad_value_(trained, how.clip_value)
    if how.clip_norm:
        length = torch.sqrt(sum((g**2).sum() for g in grads))
        for g in grads:
            g *= min(1.0, how.clip_norm / length.item())


def limit(how: Descent, weights: list[Any]) -> None:
    """Shortens the weights into each unit, written out because torch.renorm adds 1e-7 to the length."""
    for W in weights if how.max_norm else []:
        length = W.detach().norm(dim=1, keepdim=True)
        W.data *= torch.clamp(how.max_norm / length, max=1.0)
