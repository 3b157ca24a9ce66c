"""The config: every key with its type, default, range and meaning. What goes across keys stands in rules.py."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, Tag, model_serializer, model_validator

from bpcli.core.activations import ACTIVATIONS
from bpcli.core.costs import COSTS
from bpcli.core.initializers import INITIALIZERS
from bpcli.core.optimizers import OPTIMIZERS
from bpcli.core.outputs import OUTPUTS
from bpcli.core.schedules import SCHEDULES
from bpcli.spec import parameters
from bpcli.spec.conditions import ConditionText, Metric, Monitor
from bpcli.spec.data_schema import DataSpec
from bpcli.spec.named import WRITTEN, Named, named, with_defaults
from bpcli.spec.parts import IF_LIST, IF_NUMBER, IF_PARTS, Part
from bpcli.spec.scalars import AS_NUMBER, AS_TEXT, AS_WHOLE, OR_NONE, FilePath, Flag, Number, Whole, only, whole_or
from bpcli.training.threads import LEAST_WEIGHTS, useful_threads

Activation = Annotated[Named, named(ACTIVATIONS, **parameters.ACTIVATION), WRITTEN]
Output = Annotated[Named, named(OUTPUTS), WRITTEN]
Cost = Annotated[Named, named(COSTS, **parameters.COST), WRITTEN]
Optimizer = Annotated[Named, named(OPTIMIZERS, **parameters.OPTIMIZER), WRITTEN]
Schedule = Annotated[Named, named(SCHEDULES, **parameters.SCHEDULE), WRITTEN]
Initializer = Annotated[Named, named(INITIALIZERS), WRITTEN]

Share = Annotated[float, Field(ge=0, lt=1), AS_NUMBER]
Limit = Annotated[float, Field(gt=0), AS_NUMBER]
Count = Annotated[int, Field(ge=1), AS_WHOLE]

Size = Annotated[
    Annotated[int, Field(ge=1), Tag("<number>")] | Annotated[Literal["auto"], Tag("<word>")],
    IF_NUMBER,
    whole_or("auto"),
]
BatchSize = Annotated[
    Annotated[int, Field(ge=1), Tag("<number>")] | Annotated[Literal["all"], Tag("<word>")],
    IF_NUMBER,
    whole_or("all"),
]
ClassWeight = Annotated[
    Annotated[Literal["balanced"], only("balanced", "'balanced' or a mapping {class: weight}"), Tag("<one>")]
    | Annotated[dict[str, Limit], Field(min_length=1), Tag("<parts>")],
    IF_PARTS,
]


class OrderSpec(Part):
    """Row orders made beforehand."""

    order: FilePath = Field(description=".npy file with an (epochs, examples) integer array of row orders")


class InitSpec(Part):
    """Where the first weights and biases come from: rules to draw them by, or a file that holds them."""

    shorthand = "weights"
    in_short = "a rule"

    weights: Annotated[Initializer | None, OR_NONE] = Field(
        default=None,
        description="rule for the weights; by activation if not given: He for ReLU's kin, Glorot otherwise",
    )
    biases: Annotated[Initializer | None, OR_NONE] = Field(
        default=None, description="rule for the biases; that of the weights if not given"
    )
    file: Annotated[FilePath | None, OR_NONE] = Field(
        default=None, alias="from", description=".npz file holding W1, b1, W2, …; takes the place of the rules"
    )

    @model_validator(mode="before")
    @classmethod
    def _name_with_parameters(cls, node: Any) -> Any:
        return {"weights": node} if isinstance(node, dict) and "name" in node else node

    @model_serializer(mode="plain")
    def _rules_or_file_only(self) -> dict[str, Any]:
        if self.file is not None:
            return {"from": self.file}
        rules = {"weights": self.weights, "biases": self.biases}
        return {key: rule and rule.written() for key, rule in rules.items()}


class EarlyStoppingSpec(Part):
    """When to stop before the last epoch."""

    monitor: Annotated[Monitor, AS_TEXT] = Field(default="validation.cost", description="the figure to watch")
    patience: Whole = Field(default=10, ge=1, description="epochs in a row without progress before training stops")
    min_delta: Number = Field(default=0.0, ge=0, description="progress smaller than this counts as none")


class CheckpointSpec(Part):
    """When training is saved so that it can go on from there; it always is at its start and at its end."""

    epochs: Annotated[Count | None, OR_NONE] = Field(default=None, description="after every so many epochs")
    steps: Annotated[Count | None, OR_NONE] = Field(default=None, description="after every so many steps")
    seconds: Annotated[Limit | None, OR_NONE] = Field(
        default=10.0, description="when so many seconds have gone by since the last time"
    )


class Spec(Part):
    """A whole config, checked."""

    is_whole = True

    layers: Annotated[tuple[Size, ...], Field(min_length=2)] = Field(
        description="sizes: inputs, hidden layers, outputs, as in [64, 32, 10]; the first and last may be 'auto'"
    )
    activation: Annotated[
        Annotated[Activation, Tag("<one>")] | Annotated[tuple[Activation, ...], Tag("<list>")], IF_LIST
    ] = Field(default=Named("relu"), description="of the hidden layers: one name, or a list with one for each")
    output: Annotated[Output | None, OR_NONE] = Field(
        default=None, description="of the last layer; softmax for classes, identity for numbers if not given"
    )
    cost: Annotated[Cost | None, OR_NONE] = Field(
        default=None, description="what training lowers; cross_entropy for classes, quadratic for numbers if not given"
    )
    learning_rate: Number = Field(default=0.1, gt=0, description="size of a step down the gradient")
    batch_size: BatchSize = Field(default=32, description="examples to a step, or 'all'")
    epochs: Whole = Field(default=30, ge=1, description="passes over the training rows")
    seed: Whole = Field(default=1, ge=0, le=2**63 - 1, description="decides everything that is drawn at random")
    data: DataSpec = Field(description="the data: a file, or a mapping with train, validation, test, target, …")
    dtype: Annotated[Literal["float32", "float64"], AS_TEXT] = Field(
        default="float32", description="precision of all arithmetic"
    )
    threads: Whole = Field(
        default=1,
        ge=1,
        le=1024,
        description=f"BLAS threads, of use from a layer of {LEAST_WEIGHTS:,} weights on and one where all are smaller; "
        "another count gives other last bits",
    )
    engine: Annotated[Literal["numpy", "jit"], AS_TEXT] = Field(
        default="numpy", description="what does the arithmetic: numpy, or jit, compiled for small networks by numba"
    )
    optimizer: Optimizer = Field(
        default=with_defaults("sgd", parameters.OPTIMIZER), description="rule that turns gradients into steps"
    )
    schedule: Schedule = Field(
        default=with_defaults("constant", parameters.SCHEDULE),
        description="how the learning rate goes on from learning_rate",
    )
    l1: Number = Field(default=0.0, ge=0, description="l1·Σ|W| is added to the cost")
    l2: Number = Field(default=0.0, ge=0, description="weight decay: ½·l2·ΣW² is added to the cost")
    dropout: Annotated[Annotated[Share, Tag("<one>")] | Annotated[tuple[Share, ...], Tag("<list>")], IF_LIST] = Field(
        default=0.0, description="part of the hidden units that each step leaves out: one number, or one a layer"
    )
    input_dropout: Share = Field(default=0.0, description="part of the inputs that each step leaves out")
    clip_norm: Annotated[Limit | None, OR_NONE] = Field(
        default=None, description="length that the gradient is cut down to, all parameters together"
    )
    clip_value: Annotated[Limit | None, OR_NONE] = Field(
        default=None, description="size that each entry of the gradient is cut down to, before clip_norm"
    )
    max_norm: Annotated[Limit | None, OR_NONE] = Field(
        default=None, description="length that the weights into a unit are cut down to, after each step"
    )
    class_weight: Annotated[ClassWeight | None, OR_NONE] = Field(
        default=None, description="weights of the training examples by class: balanced, or {class: weight} (others 1)"
    )
    init: InitSpec = Field(
        default=InitSpec(), description="first weights and biases: a rule, a mapping, or {from: file}"
    )
    train_biases: Flag = Field(default=True, description="whether biases move")
    shuffle: Annotated[Annotated[Flag, Tag("<one>")] | Annotated[OrderSpec, Tag("<parts>")], IF_PARTS] = Field(
        default=True, description="whether rows are drawn in a new order each epoch; or {order: file.npy}"
    )
    drop_last: Flag = Field(default=False, description="whether a last batch that is not full is left out")
    early_stopping: Annotated[EarlyStoppingSpec | None, OR_NONE] = Field(
        default=None, description="{monitor, patience, min_delta}: stop when the monitored figure no longer gets better"
    )
    evaluate_train: Flag = Field(
        default=False, description="adds a full measuring pass over the training rows each epoch"
    )
    checkpoint: CheckpointSpec = Field(
        default=CheckpointSpec(),
        description="{epochs, steps, seconds}: when training is saved on the way; changes no bit of the weights",
    )
    expect: dict[Metric, ConditionText] = Field(
        default={}, description="conditions to meet after training, as in {test.accuracy: '>= 0.95'}"
    )
    extends: Annotated[FilePath | None, OR_NONE] = Field(
        default=None, description="another config that holds where this one says nothing"
    )
    relative_to: Annotated[FilePath | None, OR_NONE] = Field(
        default=None, description="the folder that relative paths start from; the config's own if not given"
    )

    @property
    def activations(self) -> tuple[Named, ...]:
        """One for each hidden layer."""
        if isinstance(self.activation, Named):
            return (self.activation,) * (len(self.layers) - 2)
        return self.activation

    @property
    def dropouts(self) -> tuple[float, ...]:
        """The part to drop of each layer from the input to the last hidden one; empty when nothing is dropped."""
        hidden = self.dropout if isinstance(self.dropout, tuple) else (self.dropout,) * (len(self.layers) - 2)
        return (self.input_dropout, *hidden) if self.input_dropout or any(hidden) else ()

    @property
    def blas_threads(self) -> int:
        """The threads that matrix products take, once the sizes are known: those asked for, or one if all are small."""
        return useful_threads(self.threads, [0 if size == "auto" else size for size in self.layers])

    @property
    def folder(self) -> Path:
        """Where relative paths start."""
        return Path(self.relative_to or ".")
