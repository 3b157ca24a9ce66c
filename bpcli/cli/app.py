"""The command line: every command with its options; what a command does stands in a file of its own.

Nothing heavy is imported before a command runs, so that help and completion answer at once.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bpcli import __version__
from bpcli.errors import ExitStatus

app = typer.Typer(
    name="bpcli",
    help="Train feed-forward networks by backpropagation, out of a config file.",
    add_completion=True,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Split(StrEnum):
    """The sets of rows that a config may name."""

    TEST = "test"
    VALIDATION = "validation"
    TRAIN = "train"


class Method(StrEnum):
    """The ways to differentiate the cost numerically."""

    COMPLEX = "complex"
    CENTRAL = "central"
    DIRECTIONAL = "directional"


class Topic(StrEnum):
    """What `bpcli help` can explain."""

    CONFIG = "config"
    PAIRS = "pairs"
    ERRORS = "errors"


Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON, for scripts.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
Overrides = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Set a key of the config, dotted, as in optimizer.momentum=0.9."),
]
Weights = Annotated[
    Path, typer.Argument(metavar="WEIGHTS", readable=False, help="A weights.npz that bpcli train wrote.")
]


def _folder(text: str) -> Path:
    if not text:  # a Path would take it for the current folder
        raise typer.BadParameter("an empty text is no folder")
    return Path(text)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"bpcli {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    pass


@app.command()
def train(
    config: Annotated[str, typer.Argument(metavar="CONFIG", help="The config file; - reads it from stdin.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", parser=_folder, help="Run directory; runs/<config>/<n> if not given."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Move a run that is in --out aside.")] = False,
    folds: Annotated[
        int | None,
        typer.Option(
            "--folds",
            metavar="K",
            min=2,
            help="Train K times, each time without another K-th of the training rows, and measure on that; "
            "what data.test names is left out: a fraction is not cut off, a file is not read.",
        ),
    ] = None,
    set_: Overrides = None,
    json: Json = False,
    quiet: Quiet = False,
) -> ExitStatus:
    """Train a network, and write its weights and the record of the run into a run directory.

    Example: bpcli train configs/digits.yaml --set learning_rate=0.2
    """
    if folds is not None:
        from bpcli.cli.folds import train_folds

        return train_folds(config, folds, out, force, set_ or [], json, quiet)
    from bpcli.cli.train import train as run

    return run(config, out, force, set_ or [], json, quiet)


@app.command("eval")
def evaluate(
    weights: Weights,
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="PATH", help="Measure on this file; with --split, on those rows of it."),
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option("--labels", metavar="PATH", help="The labels that go with --data, of an IDX or .npy pair."),
    ] = None,
    split: Annotated[
        Split | None, typer.Option("--split", help="The rows to measure on; the first that exists if not given.")
    ] = None,
    fail_under: Annotated[
        list[str] | None, typer.Option("--fail-under", metavar="METRIC=VALUE", help="Exit with 1 if a metric is below.")
    ] = None,
    fail_over: Annotated[
        list[str] | None, typer.Option("--fail-over", metavar="METRIC=VALUE", help="Exit with 1 if a metric is above.")
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> ExitStatus:
    """Measure a trained network on the held-out rows that its config names, or on other data.

    Example: bpcli eval runs/digits/latest/weights.npz --fail-under accuracy=0.95
    """
    from bpcli.cli.eval import evaluate as run

    return run(weights, data, labels, split and split.value, fail_under or [], fail_over or [], json, quiet)


@app.command()
def predict(
    weights: Weights,
    data: Annotated[str, typer.Argument(metavar="DATA", help="A file with the columns that training saw.")],
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="Where to write: .csv, .npz or .parquet; - is stdout.")
    ] = "-",
) -> ExitStatus:
    """Write the predictions for each row of a file: class and probabilities, or values.

    Example: bpcli predict runs/iris/latest/weights.npz datasets/iris.csv --output predictions.csv
    """
    from bpcli.cli.predict import predict as run

    return run(weights, data, output)


@app.command()
def gradcheck(
    subject: Annotated[
        str | None,
        typer.Argument(metavar="[CONFIG or WEIGHTS]", help="A network to check; all legal cases if not given."),
    ] = None,
    method: Annotated[Method, typer.Option("--method", help="How to differentiate numerically.")] = Method.COMPLEX,
    samples: Annotated[
        int | None,
        typer.Option("--samples", min=1, help="Entries to compare in each block; all, up to 1,000, if not given."),
    ] = None,
    rtol: Annotated[
        float | None, typer.Option("--rtol", min=0.0, help="Largest relative error; 1e-9, or 1e-5 for central.")
    ] = None,
    atol: Annotated[
        float | None,
        typer.Option("--atol", min=0.0, help="Absolute error that always passes; far below the block's largest."),
    ] = None,
    self_test: Annotated[
        bool, typer.Option("--self-test", help="Plant classic mistakes in the code, and see each caught.")
    ] = False,
    set_: Overrides = None,
    json: Json = False,
    quiet: Quiet = False,
) -> ExitStatus:
    """Hold backpropagation against numerical derivatives, and a step of the optimizer against its rule.

    Example: bpcli gradcheck configs/digits.yaml
    """
    from bpcli.cli.gradcheck import gradcheck as run

    return run(subject, method.value, samples, rtol, atol, self_test, set_ or [], json, quiet)


@app.command("help")
def help_(
    topic: Annotated[
        Topic | None, typer.Argument(metavar="TOPIC", help="config, pairs (of output and cost) or errors.")
    ] = None,
    key: Annotated[
        str | None, typer.Argument(metavar="[KEY]", help="With config: only the keys that begin like this.")
    ] = None,
) -> ExitStatus:
    """Explain the keys of a config, which costs go with which output, or the exit codes.

    Example: bpcli help config early_stopping
    """
    from bpcli.cli.help import explain

    return explain(topic and topic.value, key)
