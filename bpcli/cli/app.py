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
from bpcli.cli.usage import Command, Group
from bpcli.errors import ExitStatus

app = typer.Typer(
    name="bpcli",
    cls=Group,
    add_completion=False,  # ours knows keys and names as well, and what bash cuts apart
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"bpcli {__version__}")
        raise typer.Exit


def _install_completion(wanted: bool) -> None:
    if wanted:
        from bpcli.cli.completion.installation import install

        typer.echo(install())
        raise typer.Exit


def _show_completion(wanted: bool) -> None:
    if wanted:
        from bpcli.cli.completion.installation import script

        typer.echo(script(), nl=False)
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
    install_completion: Annotated[
        bool,
        typer.Option(
            "--install-completion",
            callback=_install_completion,
            is_eager=True,
            help="Let the Tab key complete in the shell that this is typed in: bash, zsh or fish.",
        ),
    ] = False,
    show_completion: Annotated[
        bool,
        typer.Option(
            "--show-completion",
            callback=_show_completion,
            is_eager=True,
            help="Print what --install-completion would write.",
        ),
    ] = False,
) -> None:
    """Train feed-forward networks by backpropagation, out of a config file.

    Example: bpcli train configs/iris.yaml
    Example: bpcli help config learning_rate
    """


PANELS: dict[str, dict[str, Callable[..., ExitStatus]]] = {
    "Train and use": {"train": training.train, "eval": training.evaluate, "predict": training.predict},
    "Weights": {"inspect": weights.inspect, "diff": weights.diff, "reproduce": weights.reproduce},
    "Configs": {"init": configs.init, "check": configs.check, "schema": configs.schema, "help": configs.help_},
    "Proof": {"gradcheck": proofs.gradcheck},
}

COMMANDS = {name: command for commands in PANELS.values() for name, command in commands.items()}

for panel, commands in PANELS.items():
    for name, command in commands.items():
        app.command(name, cls=Command, rich_help_panel=panel)(command)
