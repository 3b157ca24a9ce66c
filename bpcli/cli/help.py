"""`bpcli help`: what the config may say, what goes together, what the exit codes mean."""

from __future__ import annotations

import sys

from bpcli.errors import ExitStatus, UsageError
from bpcli.registry import nearest
from bpcli.spec.keys import Key, sections
from bpcli.ui import help as screens
from bpcli.ui.console import open_console, room, write


def explain(topic: str | None, key: str | None) -> ExitStatus:
    """Prints one topic; raises UsageError for a key that there is not."""
    if key is not None and topic != "config":
        raise UsageError(f"bpcli help {topic} takes no key")
    console = open_console(sys.stdout)
    match topic:
        case "config":
            write(console, screens.config(_keys(key)))
        case None:
            write(console, screens.topics(room(console)))
        case "pairs":
            write(console, screens.pairs(room(console)))
        case _:
            write(console, screens.errors(room(console)))
    return ExitStatus.OK


def _keys(beginning: str | None) -> list[Key]:
    """All keys of the config, or those that begin like this."""
    keys = [key for _, _, found in sections() for key in found]
    if beginning is None:
        return keys
    chosen = [key for key in keys if key.path == beginning or key.path.startswith(f"{beginning}.")]
    if not chosen:
        near = nearest(beginning, [key.path for key in keys])
        hint = f" (did you mean '{near}'?)" if near else ""
        raise UsageError(f"no key of the config is called '{beginning}'{hint}")
    return chosen
