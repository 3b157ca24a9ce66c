"""The commands about configs: what they may say, and whether one is right."""

from __future__ import annotations

from typing import Annotated

import typer

from bpcli.errors import ExitStatus


def help_(
    topic: Annotated[
        str | None,
        typer.Argument(
            metavar="[TOPIC]", help="config, names, pairs (of output and cost), metrics, errors, or a command."
        ),
    ] = None,
    key: Annotated[
        str | None, typer.Argument(metavar="[KEY]", help="With config: this key, and the keys in it.")
    ] = None,
) -> ExitStatus:
    """Explain the keys and the names of a config, the figures that are measured, or the exit codes.

    Example: bpcli help config optimizer
    Example: bpcli help errors
    """
    from bpcli.cli.help import explain

    return explain(topic, key)


def schema() -> ExitStatus:
    """Print the JSON Schema of a config, by which editors complete and check while one writes.

    Example: bpcli schema > config.schema.json
    """
    from bpcli.cli.schema import schema as run

    return run()
