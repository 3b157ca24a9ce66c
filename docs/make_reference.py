"""Writes reference.md, beside this script, out of the program itself: commands, config keys, names, exit codes.

python docs/make_reference.py
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any, get_args, get_type_hints

from bpcli.cli.app import app
from bpcli.core.activations import ACTIVATIONS
from bpcli.core.costs import COSTS, legal_costs
from bpcli.core.derivatives import METHODS, Method
from bpcli.core.initializers import INITIALIZERS, Normal, Scaled
from bpcli.core.optimizers import OPTIMIZERS
from bpcli.core.outputs import OUTPUTS
from bpcli.core.schedules import SCHEDULES
from bpcli.data.readers import READERS
from bpcli.errors import MEANINGS, ExitStatus
from bpcli.explain.mistakes import MISTAKES, Mistake
from bpcli.registry import Registry
from bpcli.runs.predictions import WRITERS
from bpcli.spec.conditions import Metric, Monitor
from bpcli.spec.keys import sections

REGISTRIES: list[tuple[str, Registry[Any]]] = [
    ("Activations: `activation`", ACTIVATIONS),
    ("Outputs: `output`", OUTPUTS),
    ("Costs: `cost`", COSTS),
    ("Optimizers: `optimizer`", OPTIMIZERS),
    ("Schedules: `schedule`", SCHEDULES),
    ("Initial weights and biases: `init`", INITIALIZERS),
    ("Formats of data: `data.format`", READERS),
    ("Files of predictions: `predict --output`", WRITERS),
    ("Derivatives: `gradcheck --method`", METHODS),
    ("Mistakes: `gradcheck --self-test`", MISTAKES),
]

METRICS = {
    "cost": "average cost of an example, without penalties; `running.cost` is with them",
    "accuracy": "share of examples (of labels, where there are several) that are right",
    "balanced_accuracy": "average of the recall of the classes that have examples",
    "macro_f1": "average of the F1 of the classes that have examples or were chosen",
    "log_loss": "−log of the probability given to the right class, averaged, with p kept within ε … 1 − ε of its type",
    "roc_auc": "area under the ROC curve: of the second of two classes, else averaged over each class against the rest",
    "average_precision": "Σ (R_i − R_(i−1)) P_i over falling thresholds, averaged as `roc_auc` is",
    "top_2": "share of examples whose class is among the two with the largest outputs; so `top_3` and `top_5`",
    "mae": "mean absolute error, in the units of the target",
    "rmse": "root of the mean squared error, in the units of the target, averaged over the targets",
    "r2": "R², 1 − Σ(a − y)² / Σ(y − ȳ)², averaged over the targets",
    "explained_variance": "1 − Var(y − a) / Var(y), averaged over the targets",
    "epochs": "epochs that were trained",
}

NOT_DEFINED = """\
All are scikit-learn's. Where one is not defined, it is `null` (a dash on the screen): `log_loss` where the outputs are
no probabilities of the classes (`identity`, `tanh`, several `sigmoid` outputs for one class), `roc_auc` and
`average_precision` of a class that no example has, or `roc_auc` of one that every example has (averages are over the
rest), `r2` and `explained_variance` of targets that are all the same, as those of a single row are. For independent
labels figures are averages over the labels. Example weights count in `cost` alone."""

RESUMING = """\
`train --resume RUN` goes on from the newest checkpoint of a run directory, or from the checkpoint that RUN is, and ends
in the same bytes of `weights.npz`, and the same figures in `metrics.jsonl`, as a run that was never stopped. A run goes
on as it began: `expect`, `checkpoint`, `early_stopping` (but not what it monitors) and `epochs` (unless `cosine`,
`linear` or `one_cycle` is laid out over them) may change, by `--set` or in a CONFIG that is named again. Anything else,
and data of another SHA-256, is refused by name with the old value and the new one. Other versions of NumPy, SciPy or
BLAS, or another CPU, may change the last bits, which is said.

A checkpoint is an `.npz` like the weights file, and as strictly read. It holds flat vectors: `parameters`, `kept` (the
best so far) and what the optimizer remembers, as `optimizer.v`; its `meta` holds the place in the epoch, the running
sums, the state of schedule, early stopping and dropout, config, digests and versions."""

FOLDS = """\
`train --folds K` makes a run of its own for each fold, in `fold-1` and so on, which differs from an ordinary one in
`data.test: {fold: 1/K}` alone: what `data.test` says otherwise does not count, its file is not read. A fraction for
validation is of the rows that the fold leaves to train on, and scaling is fitted on what is left then. All folds start
from the same weights, those of the seed. `folds.json` beside them holds the results, their mean and their sample
deviation (the sum of squares divided by K − 1). `expect` is judged on the mean."""

SCALARS = """\
Scalars are read as YAML 1.2 has them: `1e-3` is a number, `on` is text, a quoted number is not a number. Wherever a
name stands, a mapping may give its parameters: `{name: sgd, momentum: 0.9}`. Paths start from the config's folder; in
`--set`, and in a config from stdin, from the current folder."""

SCALE = """\
Without `data.scale`, tables are standardised column by column, IDX bytes are divided by 255, and arrays out of `.npz`
and `.npy` are taken as they are."""

OBJECTS = """\
`train --json` prints one object a line, each with `event`; `metrics.jsonl` holds those of the epochs. A figure that is
not finite is `null`.

- `start`: `layers`, `parameters`, `examples` (rows of each split), `epochs`, `steps_per_epoch`, `step` (updates that
  an earlier part of the run has made)
- `epoch`: `epoch` (from 1), `step`, `learning_rate`, `seconds`, `running` (its `cost`), `best`; `train` and
  `validation` where measured
- `end`: `reason` (`epochs`, `early_stopping`, `interrupted`, `diverged`), `epochs`, `seconds`, `best_epoch`, `weights`
  and `checkpoint` (paths), `expect` (each with `metric`, `condition`, `value`, `met`); `test` where there are test rows
  (after an interruption only if measuring takes no more than a second); when diverged `detail`, and `cause`, what was
  the first to be no finite number: `what`, `layer`, `epoch`, `step`, `learning_rate`, `split`, `rows` (from 0),
  `inputs` (the largest of them), `layers` (the largest `z`, `gradient` and `parameters` of each `layer`), `growth`
  (the `step` in which the largest parameter grew most: `before`, `after`, and the `row` with the largest `input`)

`train`, `validation` and `test` hold `cost`, and `accuracy` or `mae`, `rmse`, `r2`.

`train --folds K --json` prints one object for each fold, and one at the end:

- `fold`: `fold` (from 1), `folds`, `examples`, `reason`, `epochs`, `best_epoch`, `test` (the figures of `eval` that are
  one number), `weights`, `seconds`
- `end`: `run` (path), `folds`, `mean` and `deviation` (of each figure), `expect`

`eval --json` prints one object: `weights`, `split` (`data` for `--data`), `examples`, and `cost`, `accuracy`,
`balanced_accuracy`, `macro_f1`, `log_loss`, `roc_auc`, `average_precision`, `top_2`, `top_3` and `top_5` (where there
are more classes than that), `per_class` (each with `class`, `precision`, `recall`, `f1`, `roc_auc`,
`average_precision`, `examples`), `classes`, `confusion` (true classes down, predicted ones across), or `cost`, `mae`,
`rmse`, `r2`, `explained_variance`; with gates also `gates` (each with `metric`, `condition`, `value`, `met`). For
independent labels there is no `balanced_accuracy`, no `top_2` and the like, and no `confusion`.

`gradcheck --json` prints one object: `passed`, `method`, `cases` (each with `activation`, `output`, `cost`, `blocks`,
`passed`) and `step`. A block has `name`, `shape`, `checked` (entries compared), `max_relative_error`,
`max_absolute_error`, `worst_index` (null for a direction), `analytic` and `numeric` (both values there), `kinks` (what
lies where there is no derivative; such rows are left out), `left_out` (entries on a kink, or with one within the step
of a central difference), `agrees` (with the derivatives), `repeatable` (the same bits twice), `passed`. A part of
`step` has `name` (the optimizer), `block`, `max_relative_error` (in parts of the block's largest entry, or of 1,000
times its change where that is less), `passed`.

`gradcheck --self-test --json` prints one object: `passed`, `method`, `mistakes` (each with `name`, `about`, `caught`,
`findings`: each with `check`, `case`, `blocks`) and `false_alarms`."""


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(head)]
    lines += [["---"] * len(lines[0]), *(list(row) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def first_sentence(thing: Any) -> str:
    """The first paragraph of a docstring on one line."""
    text = inspect.getdoc(thing) or ""
    return " ".join(text.split("\n\n")[0].split())


def commands() -> Iterator[str]:
    for command in app.registered_commands:
        function = command.callback
        assert function is not None
        summary, _, example = (inspect.getdoc(function) or "").partition("\n\nExample: ")
        hints = get_type_hints(function, include_extras=True)
        rows = [_parameter(hints[name], one.default) for name, one in inspect.signature(function).parameters.items()]
        yield f"### bpcli {command.name or function.__name__}\n\n{summary}\n\n    {example}"
        yield table(["argument or option", "meaning"], rows)


def _parameter(annotation: Any, default: Any) -> tuple[str, str]:
    kind, info = get_args(annotation)
    written = [one for one in (info.default, *(info.param_decls or ())) if isinstance(one, str)]
    names = written or [info.metavar]  # an argument has no name but this
    value = "" if kind is bool or not written else f" {info.metavar or _choices(kind)}"
    meaning = info.help
    if isinstance(default, str):
        meaning += f" Default: `{default}`."
    if "list" in str(kind):
        meaning += " May be given again."
    return ", ".join(f"`{name}{value}`" for name in names), _escaped(meaning)


def _escaped(text: str) -> str:
    """As it may stand in a cell of a table."""
    return text.replace("|", "\\|").replace("<", "\\<")


def _choices(kind: Any) -> str:
    """What follows an option: its choices, or what it is."""
    for one in get_args(kind) or (kind,):
        if inspect.isclass(one) and issubclass(one, StrEnum):
            return "/".join(one)
    return "N" if int in (kind, *get_args(kind)) else "X"


def config() -> Iterator[str]:
    for path, meaning, keys in sections():
        if path:
            yield f"### `{path}`\n\n{meaning}"
        yield table(
            ["key", "values", "default", "meaning"], [(f"`{k.path}`", k.values, k.default, k.meaning) for k in keys]
        )


def names() -> Iterator[str]:
    for title, registry in REGISTRIES:
        rows = [(f"`{name}`", _meaning(name, registry.get(name))) for name in registry]
        yield f"### {title}\n\n" + table(["name", "what it is"], rows)


def _meaning(name: str, entry: Any) -> str:
    match entry:
        case dict():  # a cost: a class for each output that it goes with
            outputs: dict[str, list[str]] = {}
            for output, cost in entry.items():
                outputs.setdefault(first_sentence(cost), []).append(output)
            text = " ".join(f"With {', '.join(where)}: {formula}" for formula, where in outputs.items())
        case Scaled(gain=gain, of_both=of_both, uniform=uniform):
            fan = "((fan_in + fan_out) / 2)" if of_both else "fan_in"
            text = f"{'Uniform' if uniform else 'Normal'} weights of mean 0 and variance {gain} / {fan}; biases 0."
        case Normal(scaled=scaled):
            text = f"Weights N(0, {'1/fan_in' if scaled else '1'}), biases N(0, 1)."
        case Mistake(about=about):
            text = about
        case Method(derivative=derivative, rtol=rtol, directional=directional):
            along = "along five directions of each block; " if directional else ""
            text = f"{along}{first_sentence(derivative).rstrip('.')}; rtol is {rtol:g} if not given."
        case partial(func=function):
            text = first_sentence(function)
        case _:
            text = first_sentence(entry)
    return text.replace("|", "\\|")


def legal_pairs() -> str:
    return table(
        ["output", "costs"], [(f"`{one}`", ", ".join(f"`{cost}`" for cost in legal_costs(one))) for one in OUTPUTS]
    )


def exit_codes() -> str:
    return table(["code", "meaning"], [(str(int(code)), MEANINGS[code]) for code in ExitStatus])


def metrics() -> str:
    """Where each figure can be asked for."""
    asked: dict[str, list[str]] = {name: [] for name in METRICS}
    for metric in get_args(Metric):
        asked[metric.rpartition(".")[2]].append(f"`{metric}`")
    rows = [(f"`{name}`", METRICS[name], ", ".join(where) or "–") for name, where in asked.items()]
    monitors = ", ".join(f"`{name}`" for name in get_args(Monitor))
    return (
        table(["metric", "meaning", "in `expect`"], rows)
        + f"\n\n{NOT_DEFINED}\n\n`early_stopping.monitor` takes {monitors}. `--fail-under` and `--fail-over` take"
        " every figure of `eval` that is one number."
    )


def reference() -> str:
    parts = [
        "# Reference",
        "Written by `python docs/make_reference.py` out of the program; change it there.",
        "## Commands",
        "`bpcli --version` prints the version; `--help` (`-h`) explains each command; `--install-completion` and"
        " `--show-completion` are for the shell.",
        *commands(),
        "## Exit codes",
        exit_codes(),
        "## The config",
        SCALARS,
        SCALE,
        *config(),
        "## Names",
        *names(),
        "## Legal pairs of output and cost",
        legal_pairs(),
        "## Metrics",
        metrics(),
        "## Resuming",
        RESUMING,
        "## Folds",
        FOLDS,
        "## JSON objects",
        OBJECTS,
    ]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    (Path(__file__).parent / "reference.md").write_text(reference(), encoding="utf-8")
