"""The parameters of what is called by a name, with their bounds; the formulas stand with the things themselves."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from bpcli.spec.parts import Part
from bpcli.spec.scalars import AS_TEXT, Flag, Number, Whole


class LeakyReluParameters(Part):
    """ReLU with a slope below 0."""

    slope: Number = Field(default=0.01, gt=0, lt=1, description="slope where z is below 0")


class GeluParameters(Part):
    """GELU in one of its forms."""

    form: Annotated[Literal["exact", "tanh"], AS_TEXT] = Field(
        default="exact", description="by the normal distribution itself, or by its approximation with tanh"
    )


class CrossEntropyParameters(Part):
    """Cross-entropy."""

    label_smoothing: Number = Field(
        default=0.0, ge=0, lt=1, description="part of each target that is shared out evenly over all classes"
    )


class HuberParameters(Part):
    """Huber's cost."""

    delta: Number = Field(default=1.0, gt=0, description="error at which the square goes over into a line")


class SgdParameters(Part):
    """Stochastic gradient descent."""

    momentum: Number = Field(default=0.0, ge=0, lt=1, description="share of the last step that the next one keeps")
    nesterov: Flag = Field(default=False, description="Nesterov's momentum: the gradient is taken a step ahead")


class AdamParameters(Part):
    """Adam."""

    beta1: Number = Field(default=0.9, ge=0, lt=1, description="decay of the mean of gradients")
    beta2: Number = Field(default=0.999, ge=0, lt=1, description="decay of the mean of squared gradients")
    epsilon: Number = Field(default=1e-8, gt=0, description="added to the root of the mean square")


class AdamWParameters(AdamParameters):
    """Adam with decay apart from the gradient."""

    weight_decay: Number = Field(default=0.01, ge=0, description="share of the weights taken off per unit of η")


class RmsPropParameters(Part):
    """RMSprop."""

    rho: Number = Field(default=0.9, ge=0, lt=1, description="decay of the mean of squared gradients")
    epsilon: Number = Field(default=1e-8, gt=0, description="added to the root of the mean square")
    momentum: Number = Field(default=0.0, ge=0, lt=1, description="share of the last step that the next one keeps")


class AdagradParameters(Part):
    """Adagrad."""

    epsilon: Number = Field(default=1e-10, gt=0, description="added to the root of the sum of squares")


class RpropParameters(Part):
    """Resilient propagation; learning_rate is the first step size."""

    grow: Number = Field(default=1.2, ge=1, description="factor on the step size while the sign of the slope stays")
    shrink: Number = Field(default=0.5, gt=0, lt=1, description="factor on the step size when the sign turns")
    smallest: Number = Field(default=1e-6, gt=0, description="least step size")
    largest: Number = Field(default=50.0, gt=0, description="greatest step size")


class ScheduleParameters(Part):
    """A schedule without parameters of its own."""

    warmup: Whole = Field(default=0, ge=0, description="epochs at the start in which the rate rises, step by step")


class StepParameters(ScheduleParameters):
    """A fall every so many epochs."""

    every: Whole = Field(default=10, ge=1, description="epochs from one fall to the next")
    gamma: Number = Field(default=0.1, gt=0, lt=1, description="factor on the rate at each fall")


class ExponentialParameters(ScheduleParameters):
    """A fall each epoch."""

    gamma: Number = Field(default=0.95, gt=0, lt=1, description="factor on the rate each epoch")


class InverseScalingParameters(ScheduleParameters):
    """A fall by the examples seen."""

    power: Number = Field(default=0.5, gt=0, description="exponent of the examples seen")


class FinalParameters(ScheduleParameters):
    """A fall over all epochs."""

    final: Number = Field(default=0.0, ge=0, le=1, description="part of the rate that it falls to")


class PlateauParameters(FinalParameters):
    """A fall when nothing gets better."""

    gamma: Number = Field(default=0.1, gt=0, lt=1, description="factor on the rate at each fall")
    patience: Whole = Field(default=10, ge=0, description="epochs in a row without progress that are put up with")
    min_delta: Number = Field(default=1e-4, ge=0, description="progress smaller than this counts as none")


class OneCycleParameters(ScheduleParameters):
    """One rise and one fall over all steps."""

    rise: Number = Field(default=0.3, gt=0, lt=1, description="part of all steps in which the rate rises")
    start: Number = Field(default=25.0, ge=1, description="the rate begins at learning_rate / start")
    end: Number = Field(default=1e4, ge=1, description="and ends at learning_rate / start / end")


ACTIVATION: dict[str, type[Part]] = {"leaky_relu": LeakyReluParameters, "gelu": GeluParameters}
COST: dict[str, type[Part]] = {"cross_entropy": CrossEntropyParameters, "huber": HuberParameters}
OPTIMIZER: dict[str, type[Part]] = {
    "sgd": SgdParameters,
    "adam": AdamParameters,
    "adamw": AdamWParameters,
    "rmsprop": RmsPropParameters,
    "adagrad": AdagradParameters,
    "rprop": RpropParameters,
}
SCHEDULE: dict[str, type[Part]] = {
    "constant": ScheduleParameters,
    "step": StepParameters,
    "exponential": ExponentialParameters,
    "inverse_scaling": InverseScalingParameters,
    "cosine": FinalParameters,
    "linear": FinalParameters,
    "plateau": PlateauParameters,
    "one_cycle": OneCycleParameters,
}
