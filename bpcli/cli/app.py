"""The command line as a whole: its commands in their order.

They are declared in `commands`; what one does stands in a file of its own beside this one. Nothing heavy is imported
before a command runs, so that help and completion answer at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from bpcli import __version__
from bpcli.cli.commands import configs, proofs, training, weights
from bpcli.errors import ExitStatus

app = typer.Typer(
    name="bpcli",
    help="Train feed-forward networks by backpropagation, out of a config file.",
    add_completion=True,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


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


PANELS: dict[str, dict[str, Callable[..., ExitStatus]]] = {
    "Train and use": {"train": training.train, "eval": training.evaluate, "predict": training.predict},
    "Weights": {"inspect": weights.inspect, "diff": weights.diff, "reproduce": weights.reproduce},
    "Configs": {"init": configs.init, "check": configs.check, "schema": configs.schema, "help": configs.help_},
    "Proof": {"gradcheck": proofs.gradcheck},
}

for panel, commands in PANELS.items():
    for name, command in commands.items():
        app.command(name, rich_help_panel=panel)(command)
