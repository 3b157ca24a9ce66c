"""A config to start from, with a comment on every value: what a first look at the data suggests, written out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt

from bpcli.data.cells import counted, listed
from bpcli.data.survey import Survey
from bpcli.spec.commented import Line, comment, laid_out, one_or_list
from bpcli.spec.problems import printable
from bpcli.spec.resolved import inline

FEW_ROWS = 30  # too few to set some aside
FAR = 20.0  # how many deviations from 0 number targets lie before it is said that they are hard to reach
UNEVEN = 4.0  # how many times the rows of the smallest class the largest has before weights are suggested


@dataclass(frozen=True)
class Plan:
    """The figures of a starter."""

    hidden: int
    learning_rate: float
    batch_size: int | str
    epochs: int
    l2: float
    held_out: float  # part of the rows for validation, and as much for test; 0 for neither


def plan(found: Survey) -> Plan:
    """Sizes and rates for what was found.

    The targets are not scaled, so weights have to grow with them: with ReLU by their root in each of two layers, which
    is how the learning rate is chosen; the penalty goes by the same reckoning.
    """
    few = found.rows < FEW_ROWS
    large = found.rows >= 10_000
    numbers = found.task == "numbers"
    tiny = numbers and found.magnitude < 0.1  # beside the outputs of the first weights, which have to shrink
    rate = 0.04 if tiny else 0.02 * sqrt(max(found.magnitude, 1)) if numbers else 0.01
    epochs = 500 if few else 100 if found.rows < 1_000 else 50 if found.rows < 10_000 else 20
    hidden = 8 if few else 32 if numbers else 16
    while hidden < min(found.inputs, 128) or (large and hidden < 64):
        hidden *= 2
    return Plan(
        hidden=hidden,
        learning_rate=_round(rate * (5 if few else 0.3 if large else 1)),
        batch_size="all" if few else 16 if found.rows < 300 else 32 if found.rows < 10_000 else 128,
        epochs=3 * epochs if tiny else epochs,
        l2=0.0 if few else _round(0.03 * found.spread) if numbers else 0.001,
        held_out=0.0 if few else 0.1 if large else 0.2,
    )


def _round(value: float) -> float:
    """To one digit."""
    return float(f"{value:.0e}")


def starter(found: Survey, shown: str, train: str | dict[str, str], name: str) -> str:
    """The text of a config.

    `shown` is the data file as the user called it, `train` what the config says of it, `name` the file that the config
    is meant for.
    """
    chosen = plan(found)
    parts = [
        _head(found, shown, name),
        laid_out(_network(found, chosen)),
        ["data:", *laid_out(_data(found, chosen, train), "  ")],
        laid_out(_training(found, chosen)),
        laid_out(_suggestions(found, chosen)),
    ]
    return "\n\n".join("\n".join(lines) for lines in parts) + "\n"


def _head(found: Survey, shown: str, name: str) -> Iterator[str]:
    what = ", ".join(printable(column) for column in found.target)
    yield from comment(
        f"{printable(shown)}: {found.rows:,} rows, {counted(found.inputs, 'input')}, to predict {what}. Written by "
        "`bpcli init` as a start: it trains as it stands, and every value may be changed."
    )
    yield "#"
    yield f"#     bpcli train {printable(name)}"
    yield "#"
    yield from comment(
        "All keys: `bpcli help config`. Editors complete and check them once `bpcli schema > config.schema.json` has "
        "put their description beside this file and its first line is"
    )
    yield "#     # yaml-language-server: $schema=config.schema.json"


def _network(found: Survey, chosen: Plan) -> Iterator[Line]:
    yield Line(
        f"layers: [auto, {chosen.hidden}, auto]",
        f"inputs and {found.task} as the data has them ({found.inputs} and {len(found.classes) or len(found.target)}), "
        f"{chosen.hidden} hidden units between ({max(chosen.hidden // 4, 2)} to {chosen.hidden * 4})",
    )
    yield Line("activation: relu", "of the hidden units; tanh, sigmoid, gelu and others too")
    output, cost, meaning = {
        "classes": ("softmax", "cross_entropy", "one probability for each class, together 1"),
        "labels": ("sigmoid", "cross_entropy", "one probability for each label"),
        "numbers": ("identity", "quadratic", "any number"),
    }[found.task]
    yield Line(f"output: {output}", f"what {found.task} get without this line: {meaning}")
    others = "; huber and absolute heed far-off targets less" if found.task == "numbers" else ""
    yield Line(f"cost: {cost}", f"what {found.task} get without this line{others}")


def _data(found: Survey, chosen: Plan, train: str | dict[str, str]) -> Iterator[Line]:
    if isinstance(train, dict):
        yield Line("train:", "inputs and targets in two files, row by row")
        for key, path in train.items():
            yield Line(f"  {key}: {inline(path)}")
    else:
        yield Line(f"train: {inline(train)}", "paths start from the folder of this file")
    yield Line(f"target: {one_or_list(found.target)}", _on_target(found))
    if found.features is not None:
        reasons = listed(f"{printable(name)} {reason}" for name, reason in found.left_out.items())
        yield Line(f"features: {one_or_list(found.features)}", f"what to predict from. Left out: {reasons}")
    yield Line(f"task: {'numbers' if found.task == 'numbers' else 'classes'}", _on_task(found))
    if chosen.held_out:
        yield Line(f"validation: {chosen.held_out}", "part of the rows that chooses the best epoch (0.1 to 0.3)")
        yield Line(f"test: {chosen.held_out}", "part of the rows that is looked at once, when training is over")
        if found.classes and min(found.classes.values()) < 3:
            yield Line("stratify: false", "a class has too few rows to have some in every part")
    if isinstance(found.scale, str):
        unchanging = f"; {found.constant} never change, without harm" if found.constant else ""
        yield Line(f"scale: {found.scale}", f"inputs to mean 0, deviation 1; or minmax, none{unchanging}")
    else:
        yield Line("scale: {divide: 255}", "bytes to 0..1; blank pixels stay 0")
    if found.missing == "mean":
        yield Line(
            "missing: mean", f"{counted(found.incomplete, 'row')} with gaps: filled with means; drop leaves them out"
        )
    elif found.missing == "drop":
        yield Line("missing: drop", f"leaves out {counted(found.incomplete, 'row')} with gaps, some in the target")


def _on_target(found: Survey) -> str:
    guessed = f"guessed: {found.why_target}; if wrong, name another column" if found.why_target else ""
    return guessed or ("the column to predict" if len(found.target) == 1 else "the columns to predict")


def _on_task(found: Survey) -> str:
    match found.task:
        case "classes":
            shares = [f"{printable(name)} ({count:,})" for name, count in list(found.classes.items())[:6]]
            more = ", …" if len(found.classes) > 6 else ""
            return f"{len(found.classes)} classes: {', '.join(shares)}{more}"
        case "labels":
            return "each column a label of its own, 0 or 1"
        case _:
            hint = f"; {hard}" if (hard := hard_to_reach(found)) else ""
            sizes = f"their mean square is {found.magnitude:.3g}², their deviation {found.spread:.3g}"
            return f"{sizes}{hint}; classes would be the numbers of kinds"


def hard_to_reach(found: Survey) -> str:
    """What to say of number targets that are far from 0 beside their spread, or tiny; empty for others."""
    if found.task != "numbers" or (found.magnitude <= FAR * found.spread and found.spread >= 1 / FAR):
        return ""
    return "less their mean, over their deviation, they would be learnt better"


def _training(found: Survey, chosen: Plan) -> Iterator[Line]:
    yield Line("optimizer: adam", "a step size for each weight; sgd is the textbook's, and wants another rate")
    low, high = _round(chosen.learning_rate * 0.2), _round(chosen.learning_rate * 4)
    grows = ", the larger the targets the larger" if found.task == "numbers" else ""
    yield Line(f"learning_rate: {inline(chosen.learning_rate)}", f"{low:g} to {high:g}{grows}")
    yield Line("schedule: cosine", "takes the rate down to 0 over all epochs; constant leaves it as it is")
    yield Line(f"batch_size: {chosen.batch_size}", "examples to a step, 8 to 256 or all; small ones make noisy steps")
    yield Line(
        f"epochs: {chosen.epochs}", f"passes over the training rows, {chosen.epochs // 4} to {chosen.epochs * 4}"
    )
    if chosen.l2:
        yield Line(
            f"l2: {inline(chosen.l2)}", f"pulls weights towards 0, against overfitting: 0 to {_round(chosen.l2 * 10):g}"
        )
    yield Line("seed: 1", "initial weights, split and order come from it: the same seed, the same weights file")
    if not chosen.held_out:
        yield Line("evaluate_train: true", "no rows to spare for validation, so the training rows are measured")


def _suggestions(found: Survey, chosen: Plan) -> Iterator[Line]:
    """What some will want, as comments."""
    yield Line(
        "dropout: 0.2", "leaves out a fifth of the hidden units at each step, against overfitting", suggested=True
    )
    if chosen.held_out:
        yield Line(
            "early_stopping: {monitor: validation.cost, patience: 20}",
            "goes with schedule: constant, and more epochs",
            suggested=True,
        )
    counts = sorted(found.classes.values())
    if counts and counts[-1] >= UNEVEN * counts[0]:
        yield Line(
            "class_weight: balanced",
            f"the classes are uneven ({counts[0]:,} to {counts[-1]:,} rows): makes all count alike",
            suggested=True,
        )
    split = "test" if chosen.held_out else "train"
    if found.task == "numbers":
        gate, known = f'expect: {{{split}.r2: ">= 0.5"}}', "always saying the mean reaches 0"
    elif counts:
        share = counts[-1] / sum(counts)
        gate, known = f'expect: {{{split}.accuracy: ">= 0.9"}}', f"always saying the largest class reaches {share:.2f}"
    else:
        gate, known = f'expect: {{{split}.accuracy: ">= 0.9"}}', "the share of right labels"
    yield Line(gate, f"exit code 1 when it is missed; {known}", suggested=True)
