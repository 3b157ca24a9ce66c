"""A training that diverged, explained: what was the first to be no finite number, where, and what helps."""

from __future__ import annotations

import math
from collections.abc import Iterator

from bpcli.runs.directory import RunDirectory, checkpoints_in
from bpcli.spec.schema import Spec
from bpcli.training.events import Cause, Ended

WORDS = {
    "z": "the weighted input z of layer {layer}",
    "cost": "the cost of an example",
    "sum of the costs": "the sum of the costs of the batch",
    "penalty": "the penalty l1·Σ|W| + ½·l2·ΣW²",
    "error": "the error δ of layer {layer}",
    "gradient": "the gradient of layer {layer}",
    "parameters": "a weight or bias of layer {layer}, after the step,",
}
FEW = 5  # rows that are named
LARGE = 100.0  # an input of this size asks to be scaled


def explanation(subject: str, ended: Ended, directory: RunDirectory, spec: Spec) -> list[str]:
    """The lines to print: where it diverged, the first cause, the sizes in each layer, what is left, what to try."""
    cause = ended.cause
    lines = [f"{subject}: diverged: {ended.detail}"]
    if cause is not None:
        lines.append(f"first cause: {in_words(cause, spec)}")
        lines += [f"layer {layer}: largest {figures}" for layer, figures in _sizes(cause)]
    lines += [f"last finite checkpoint: {path}" for path in list(checkpoints_in(directory.path).values())[:1]]
    return [*lines, f"try {'; or '.join(_advice(cause, spec))}"]


def in_words(cause: Cause, spec: Spec) -> str:
    """The first that was not finite, with step, rows and learning rate."""
    what = WORDS.get(cause.what, f"the {cause.what} of layer {{layer}}").format(layer=cause.layer)
    named = ", ".join(map(str, cause.rows[:FEW]))
    more = f" and {len(cause.rows) - FEW} more" if len(cause.rows) > FEW else ""
    rows = f"{'row' if len(cause.rows) == 1 else 'rows'} {named}{more}"
    part = spec.data.train if cause.split == "train" else spec.data.validation
    file = getattr(part, "inputs", spec.data.train.inputs)  # a fraction is of the training rows
    return (
        f"{what} in step {cause.step} (epoch {cause.epoch}, learning rate {cause.learning_rate:g}), "
        f"with {rows} of {file} (counted from 0; largest input {cause.inputs:.3g})"
    )


def _sizes(cause: Cause) -> Iterator[tuple[int, str]]:
    for layer in cause.layers:
        gradient = "" if layer.gradient is None else f", |gradient| {layer.gradient:.3g}"
        yield layer.layer, f"|z| {layer.z:.3g}{gradient}, |parameter| {layer.parameters:.3g}"


def _advice(cause: Cause | None, spec: Spec) -> Iterator[str]:
    """What usually helps, the likeliest first."""
    rate = f"a lower learning_rate than {spec.learning_rate:g}"
    if cause is not None and cause.inputs > LARGE:
        yield f"data.scale: standard, for inputs as large as {cause.inputs:.3g}"
    if cause is not None and cause.step == 1:
        yield "another init, for not one step had been made"
    else:
        yield rate
        if spec.clip_norm is None:
            yield "clip_norm: 1"
    if spec.dtype == "float32" and cause is not None and all(math.isfinite(one.z) for one in cause.layers):
        yield "dtype: float64"
