"""The commands about configs: what they may say, and whether one is right."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from bpcli.errors import ExitStatus


class Topic(StrEnum):
    """What `bpcli help` can explain."""

    CONFIG = "config"
    PAIRS = "pairs"
    ERRORS = "errors"


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


def schema() -> ExitStatus:
    """Print the JSON Schema of a config, by which editors complete and check while one writes.

    Example: bpcli schema > config.schema.json
    """
    from bpcli.cli.schema import schema as run

    return run()
