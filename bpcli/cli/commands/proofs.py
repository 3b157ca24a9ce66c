"""The commands that show that it is right."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from bpcli.cli.options import Json, Junit, Overrides, Quiet, name
from bpcli.errors import ExitStatus


class Method(StrEnum):
    """The ways to differentiate the cost numerically."""

    COMPLEX = "complex"
    CENTRAL = "central"
    DIRECTIONAL = "directional"


def gradcheck(
    subject: Annotated[
        str | None,
        typer.Argument(
            metavar="[CONFIG or WEIGHTS]", parser=name, help="A network to check; all legal cases if not given."
        ),
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
    junit: Junit = None,
    set_: Overrides = None,
    json: Json = False,
    quiet: Quiet = False,
) -> ExitStatus:
    """Hold backpropagation against numerical derivatives, and a step of the optimizer against its rule.

    Example: bpcli gradcheck configs/iris.yaml
    Example: bpcli gradcheck configs/digits.yaml --method central --samples 100
    """
    from bpcli.cli.gradcheck import gradcheck as run

    return run(subject, method.value, samples, rtol, atol, self_test, junit, set_ or [], json, quiet)
