"""Arguments and options that mean the same in every command that has them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON, for scripts.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
Overrides = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Set a key of the config, dotted, as in optimizer.momentum=0.9."),
]


def name(text: str) -> str:
    """A file, or `-`; an empty text is refused, as a shell makes of a variable that is not set."""
    if not text:
        raise typer.BadParameter("an empty text names no file")
    return text


def path(text: str) -> Path:
    """A path; an empty text is refused, which a Path would take for the current folder."""
    return Path(name(text))


Weights = Annotated[Path, typer.Argument(metavar="WEIGHTS", parser=path, help="A weights.npz that bpcli train wrote.")]


def report_file(text: str) -> Path:
    """A path to write a report to; stdout has the result already."""
    if text in ("", "-"):
        raise typer.BadParameter("expected a file")
    return Path(text)


Junit = Annotated[
    Path | None,
    typer.Option(
        "--junit", metavar="FILE", parser=report_file, help="Write what was judged as JUnit XML, for CI systems."
    ),
]
