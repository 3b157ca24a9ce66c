"""A training that diverged, explained: what was the first to be no finite number, where, and what helps."""

from __future__ import annotations

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
FAST = 10.0  # a step in which the largest parameter grows by this factor is worth a line


def explanation(subject: str, ended: Ended, directory: RunDirectory, spec: Spec) -> list[str]:
    """The lines to print: where it diverged, the first cause, the sizes in each layer, what is left, what to try."""
    cause = ended.cause
    lines = [f"{subject}: diverged: {ended.detail}"]
    if cause is not None:
        lines.append(f"first cause: {in_words(cause, spec)}")
        lines += [f"layer {layer}: largest {figures}" for layer, figures in _sizes(cause)]
        lines += _growth(cause, spec)
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


def _growth(cause: Cause, spec: Spec) -> Iterator[str]:
    """Where the parameters had grown out of all proportion before, if they had."""
    if (growth := cause.growth) is not None and growth.after > FAST * growth.before:
        yield (
            f"largest growth: |parameter| from {growth.before:.3g} to {growth.after:.3g} in step {growth.step}; its "
            f"largest input is {growth.input:.3g}, in row {growth.row} of {spec.data.train.inputs}"
        )


def _advice(cause: Cause | None, spec: Spec) -> Iterator[str]:
    """What usually helps, the likeliest first."""
    inputs = 0.0 if cause is None else max(cause.inputs, cause.growth.input if cause.growth else 0.0)
    if inputs > LARGE:
        yield f"data.scale: standard, for inputs as large as {inputs:.3g}"
    if cause is not None and cause.step == 1 and cause.what == "z":
        yield "another init, for not one step had been made"
        return
    yield f"a lower learning_rate than {spec.learning_rate:g}"
    if spec.clip_norm is None:
        yield "clip_norm: 1"
