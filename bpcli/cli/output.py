"""What a command writes to stdout that could as well be a file."""

from __future__ import annotations

import sys


def print_bytes(content: bytes) -> None:
    """Writes bytes to stdout as they would be in a file, whatever the terminal can show."""
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
