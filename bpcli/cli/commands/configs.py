"""The commands about configs: what they may say, and whether one is right."""

from __future__ import annotations

from typing import Annotated

import typer

from bpcli.cli.options import Json, Overrides, Quiet, name
from bpcli.errors import ExitStatus


def check(
    config: Annotated[
        str, typer.Argument(metavar="CONFIG", parser=name, help="The config file; - reads it from stdin.")
    ],
    resolved: Annotated[
        bool, typer.Option("--resolved", help="Print the config with every default filled in, as YAML that trains.")
    ] = False,
    set_: Overrides = None,
    json: Json = False,
    quiet: Quiet = False,
) -> ExitStatus:
    """Check a config and its data, say what training would do and take, and warn of what would go wrong.

    Example: bpcli check configs/digits.yaml --set batch_size=64
    """
    from bpcli.cli.check import check as run

    return run(config, resolved, set_ or [], json, quiet)


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


def init(
    data: Annotated[
        str, typer.Argument(metavar="DATA", parser=name, help="The data file; of a pair, the one with the inputs.")
    ],
    target: Annotated[
        list[str] | None,
        typer.Option("--target", metavar="COLUMN", help="The column to predict; guessed from the names if not given."),
    ] = None,
    labels: Annotated[
        str | None,
        typer.Option(
            "--labels", metavar="PATH", parser=name, help="The labels of an IDX or .npy pair; looked for if not given."
        ),
    ] = None,
    output: Annotated[
        str,
        typer.Option(
            "--output", "-o", metavar="FILE", parser=name, help="The config to write, a new file; - is stdout."
        ),
    ] = "-",
    quiet: Quiet = False,
) -> ExitStatus:
    """Look at a data file and write a config for it, with a comment on every value, that trains as it stands.

    Example: bpcli init datasets/iris.csv --output iris.yaml
    """
    from bpcli.cli.init import init as run

    return run(data, target or [], labels, output, quiet)
