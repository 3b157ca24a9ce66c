"""What a command writes to stdout that could as well be a file."""

from __future__ import annotations

import sys

from bpcli.errors import printable


def print_bytes(content: bytes) -> None:
    """Writes text in UTF-8 to stdout as it would be in a file; only a terminal is not handed what it would obey."""
    sys.stdout.flush()
    sys.stdout.buffer.write(_harmless(content) if sys.stdout.isatty() else content)


def _harmless(content: bytes) -> bytes:
    return "".join(f"{printable(line)}\n" for line in content.decode().splitlines()).encode()
