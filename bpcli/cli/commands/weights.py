"""The commands about weights files: what is in one, how two differ, whether one can be made again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bpcli.cli.options import Json, Overrides, Quiet, Weights, name, path
from bpcli.errors import ExitStatus


def inspect(weights: Weights, json: Json = False, quiet: Quiet = False) -> ExitStatus:
    """Show what is in a weights file: layers, figures of each block, config, metrics, versions, digests.

    Example: bpcli inspect runs/iris/latest/weights.npz
    """
    from bpcli.cli.inspect import inspect as run

    return run(weights, json, quiet)


def diff(
    a: Annotated[Path, typer.Argument(metavar="A", parser=path, help="A weights.npz, or the folder of its run.")],
    b: Annotated[Path, typer.Argument(metavar="B", parser=path, help="Another one.")],
    json: Json = False,
    quiet: Quiet = False,
) -> ExitStatus:
    """Show where two weights files differ: config, data, preparation, metrics, versions, weights; 0 is no difference.

    Example: bpcli diff runs/iris/1 runs/iris/2
    """
    from bpcli.cli.diff import diff as run

    return run(a, b, json, quiet)


def reproduce(
    subject: Annotated[
        str,
        typer.Argument(
            metavar="WEIGHTS or CONFIG", parser=name, help="A weights.npz; with --resume, a config file too."
        ),
    ],
    resume: Annotated[
        bool,
        typer.Option("--resume", help="Train twice, in one go and stopped half way, and compare these two instead."),
    ] = False,
    set_: Overrides = None,
    json: Json = False,
    quiet: Quiet = False,
) -> ExitStatus:
    """Train again as a weights file says it was trained, and compare the bytes; nothing is written.

    Example: bpcli reproduce runs/iris/latest/weights.npz
    Example: bpcli reproduce --resume configs/digits.yaml
    """
    from bpcli.cli.reproduce import reproduce as run

    return run(subject, resume, set_ or [], json, quiet)
