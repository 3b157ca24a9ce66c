"""The result of a command on stdout: as JSON, as a screen, or as the bytes of a file."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from bpcli.errors import printable
from bpcli.ui.console import Screen, open_console, room, write
from bpcli.ui.json_lines import json_line


def show(result: Mapping[str, Any], screen: Screen, json: bool, quiet: bool = False) -> None:
    """One JSON object for scripts, or its screen for people, or nothing at all."""
    if json:
        sys.stdout.write(json_line(result))
    elif not quiet:
        console = open_console(sys.stdout)
        write(console, screen(result, room(console)))


def print_bytes(content: bytes) -> None:
    """Writes text in UTF-8 to stdout as it would be in a file; only a terminal is not handed what it would obey."""
    sys.stdout.flush()
    sys.stdout.buffer.write(_harmless(content) if sys.stdout.isatty() else content)


def _harmless(content: bytes) -> bytes:
    return "".join(f"{printable(line)}\n" for line in content.decode().splitlines()).encode()
