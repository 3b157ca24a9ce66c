"""The commands that train a network and use it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bpcli.cli.options import Json, Junit, Overrides, Quiet, Weights, name, path
from bpcli.errors import ExitStatus, UsageError


class Split(StrEnum):
    """The sets of rows that a config may name."""

    TEST = "test"
    VALIDATION = "validation"
    TRAIN = "train"


def train(
    config: Annotated[
        str | None, typer.Argument(metavar="CONFIG", parser=name, help="The config file; - reads it from stdin.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", parser=path, help="Run directory; runs/<config>/<n> if not given."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Move a run that is in --out aside.")] = False,
    resume: Annotated[
        Path | None,
        typer.Option(
            "--resume",
            metavar="RUN",
            parser=path,
            help="Go on with a run directory from its newest checkpoint, or from the checkpoint named; no CONFIG is "
            "needed, and --set takes epochs, expect, checkpoint and early_stopping.",
        ),
    ] = None,
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
    junit: Junit = None,
    set_: Overrides = None,
    json: Json = False,
    quiet: Quiet = False,
) -> ExitStatus:
    """Train a network, and write its weights and the record of the run into a run directory.

    Example: bpcli train configs/iris.yaml
    Example: bpcli train configs/digits.yaml --set learning_rate=0.2 --set 'layers=[64, 50, 10]'
    """
    if folds is not None:
        from bpcli.cli.folds import train_folds

        if config is None or resume is not None:
            raise UsageError("bpcli train: --folds takes a CONFIG, and does not go with --resume")

        return train_folds(config, folds, out, force, junit, set_ or [], json, quiet)
    from bpcli.cli.train import train as run

    return run(config, out, force, resume, junit, set_ or [], json, quiet)


def evaluate(
    weights: Weights,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", metavar="PATH", parser=path, help="Measure on this file; with --split, on those rows of it."
        ),
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option(
            "--labels", metavar="PATH", parser=path, help="The labels that go with --data, of an IDX or .npy pair."
        ),
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
    junit: Junit = None,
    json: Json = False,
    quiet: Quiet = False,
) -> ExitStatus:
    """Measure a trained network on the held-out rows that its config names, or on other data.

    Example: bpcli eval runs/iris/latest/weights.npz --split validation
    Example: bpcli eval runs/digits/latest/weights.npz --fail-under accuracy=0.95
    """
    from bpcli.cli.eval import evaluate as run

    return run(weights, data, labels, split and split.value, fail_under or [], fail_over or [], junit, json, quiet)


def predict(
    weights: Weights,
    data: Annotated[
        str, typer.Argument(metavar="DATA", parser=name, help="A file with the columns that training saw.")
    ],
    output: Annotated[
        str,
        typer.Option(
            "--output", "-o", metavar="FILE", parser=name, help="Where to write: .csv, .npz or .parquet; - is stdout."
        ),
    ] = "-",
    quiet: Quiet = False,
) -> ExitStatus:
    """Write the predictions for each row of a file: class and probabilities, or values.

    Example: bpcli predict runs/iris/latest/weights.npz datasets/iris.csv
    Example: bpcli predict runs/iris/latest/weights.npz datasets/iris.csv --output predictions.csv
    """
    from bpcli.cli.predict import predict as run

    return run(weights, data, output, quiet)
