"""The commands about configs: what they may say, and whether one is right."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from bpcli.cli.options import Json, Overrides, Quiet
from bpcli.errors import ExitStatus


class Topic(StrEnum):
    """What `bpcli help` can explain."""

    CONFIG = "config"
    PAIRS = "pairs"
    ERRORS = "errors"


def check(
    config: Annotated[str, typer.Argument(metavar="CONFIG", help="The config file; - reads it from stdin.")],
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
