"""Writes reference.md, beside this script, out of the program itself: commands, config keys, names, exit codes.

python docs/make_reference.py
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, get_args

from about_weights import REPRODUCE, WEIGHTS_OBJECTS

from bpcli.cli.app import COMMANDS
from bpcli.cli.declared import HELP, Parameter, declared
from bpcli.core.activations import ACTIVATIONS
from bpcli.core.costs import COSTS, legal_costs
from bpcli.core.derivatives import METHODS, Method
from bpcli.core.initializers import INITIALIZERS
from bpcli.core.optimizers import OPTIMIZERS
from bpcli.core.outputs import OUTPUTS
from bpcli.core.schedules import SCHEDULES
from bpcli.data.readers import READERS
from bpcli.errors import MEANINGS, ExitStatus
from bpcli.explain.hazards import HAZARDS
from bpcli.explain.mistakes import MISTAKES, Mistake
from bpcli.registry import Registry
from bpcli.runs.predictions import WRITERS
from bpcli.spec import meanings
from bpcli.spec.conditions import Metric, Monitor
from bpcli.spec.figures import FIGURES
from bpcli.spec.keys import sections
from bpcli.spec.meanings import first_sentence

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
    ("Hazards: `check`", HAZARDS),
]

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
BLAS, or another CPU, may change the last bits, which is said. Of a run that is complete, `expect` is judged again. To
go on from the older checkpoint removes the newer one.

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

EXTENDS = """\
A config may say `extends: other.yaml` and give only what differs. Its keys override those of the other one: a mapping
goes into the mapping that is there, key by key, unless it has another `name`; everything else takes the whole place;
`{}` and `~` take out what is there. Of `path`, of `images` and `labels`, and of a fold, and of `init`'s rules and its
file, the one that is given counts. The other config may extend a third one, up to eight in a row; its path starts from
the folder of the config that names it. Paths start from the file that wrote them."""

SCALE = """\
Without `data.scale`, tables are standardised column by column, IDX bytes are divided by 255, and arrays out of `.npz`
and `.npy` are taken as they are."""

REPORTS = """\
`--junit FILE` (its folder is made if need be) holds one `testsuite`, called as the command is, its `time` the seconds
of the work. Each `testcase` is a gate, `name` being metric and condition and `classname` the config or the weights
file; of `gradcheck` a case, a block of an optimizer's step, or a planted mistake. A missed gate has a `failure` with
what was wanted, what was found and how far off that is; a gate that was not judged, because the run was interrupted,
killed, or diverged, has an `error`. Without gates there are no test cases, and a warning. A file that is not XML is
never replaced.

`train` and `eval` append Markdown to the file that `GITHUB_STEP_SUMMARY` names; one that cannot be written is a
warning. With `GITHUB_ACTIONS=true` each line of an error and each warning is followed on stderr by a workflow command
(`::error file=…,line=…,col=…,title=…::message`), its path starting from `GITHUB_WORKSPACE`. GitHub shows the first ten
of a step."""

OBJECTS = """\
`train --json` prints one object a line, each with `event`; `metrics.jsonl` holds those of the epochs. A figure that is
not finite is `null`.

- `start`: `layers`, `parameters`, `examples` (rows of each split), `epochs`, `steps_per_epoch`, `step` (updates that
  an earlier part of the run has made)
- `epoch`: `epoch` (from 1), `step`, `learning_rate`, `seconds`, `running` (its `cost`), `best`; `train` and
  `validation` where measured
- `end`: `reason` (`epochs`, `early_stopping`, `interrupted`, `diverged`), `epochs`, `seconds`, `best_epoch`, `weights`
  and `checkpoint` (paths), `expect` (each with `metric`, `condition`, `value` and `met`, both null where an interrupted
  training has not measured it); `test` where there are test rows (after an interruption only if measuring takes no more
  than a second); when diverged `detail`, and `cause`, what was the first to be no finite number: `what`, `layer`,
  `epoch`, `step`, `learning_rate`, `split`, `rows` (from 0), `inputs` (the largest of them), `layers` (the largest
  `z`, `gradient` and `parameters` of each `layer`), `growth` (the `step` in which the largest parameter grew most:
  `before`, `after`, and the `row` with the largest `input`)

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

`check --json` prints one object: `config`, `layers`, `activations` (one a layer, the output's last), `cost`, `target`,
`examples` (rows of each split), `parameters`, `task`, `classes`, `taken` (where `target`, `task`, `output`, `cost` and
`scale` come from: `config`, `data`, or `output and cost`), `sources` (of `train`, `validation`, `test`: `file` and
`rows`, or `fraction`, or `fold`), `scale`, `batch_size`, `steps_per_epoch`, `epochs`, `steps`, `optimizer`,
`learning_rate`, `schedule` (as a config writes them: `name` and parameters, `momentum`, `nesterov`, `warmup` and so
on), `early_stopping` (whether there is any), `memory` (bytes that training holds: `parameters`, `optimizer`,
`workspace`, `data`, `total`), `seconds` (estimated: `step`, `measuring` after each epoch, `closing` at the end,
`total`, from `steps_timed`), `looked_for` (names of hazards) and `hazards`. A hazard has `name`, `place` (in the
config), `where` (the key), `value` (measured; null when not finite), `condition` (which the value does not meet),
`meaning`, `advice`. `check --resolved --json` prints the config itself, with every key.

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


def commands() -> Iterator[str]:
    for name, function in COMMANDS.items():
        command = declared(function)
        examples = "\n".join(f"    {example}" for example in command.examples)
        yield f"### bpcli {name}\n\n{command.summary}\n\n{examples}"
        rows = [(_written(one), _escaped(one.meaning)) for one in command.parameters if one != HELP]
        if rows:
            yield table(["argument or option", "meaning"], rows)


def _written(one: Parameter) -> str:
    value = "/".join(one.choices) or one.value
    return ", ".join(f"`{name} {value}`" if value else f"`{name}`" for name in one.names) or f"`{value}`"


def _escaped(text: str) -> str:
    """As it may stand in a cell of a table."""
    return text.replace("|", "\\|").replace("<", "\\<")


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
        case Mistake(about=about):
            text = about
        case Method(derivative=derivative, rtol=rtol, directional=directional):
            along = "along five directions of each block; " if directional else ""
            text = f"{along}{first_sentence(derivative).rstrip('.')}; rtol is {rtol:g} if not given."
        case _:
            text = meanings.meaning(entry)
    return text.replace("|", "\\|")


def legal_pairs() -> str:
    return table(
        ["output", "costs"], [(f"`{one}`", ", ".join(f"`{cost}`" for cost in legal_costs(one))) for one in OUTPUTS]
    )


def exit_codes() -> str:
    return table(["code", "meaning"], [(str(int(code)), MEANINGS[code]) for code in ExitStatus])


def metrics() -> str:
    """Where each figure can be asked for."""
    asked: dict[str, list[str]] = {name: [] for name in [*FIGURES, "epochs"]}
    for metric in get_args(Metric):
        asked[metric.rpartition(".")[2]].append(f"`{metric}`")
    meanings = {**FIGURES, "epochs": "epochs that were trained"}
    rows = [(f"`{name}`", meanings[name], ", ".join(where) or "–") for name, where in asked.items()]
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
        "`bpcli --version` prints the version; `--help` (`-h`) explains each command; `--install-completion` lets the"
        " Tab key complete in bash, zsh or fish, and `--show-completion` prints the script that does it.",
        *commands(),
        "## Exit codes",
        exit_codes(),
        "## The config",
        SCALARS,
        EXTENDS,
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
        "## Reproducing",
        REPRODUCE,
        "## Reports for CI",
        REPORTS,
        "## JSON objects",
        OBJECTS,
        WEIGHTS_OBJECTS,
    ]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    (Path(__file__).parent / "reference.md").write_text(reference(), encoding="utf-8")
