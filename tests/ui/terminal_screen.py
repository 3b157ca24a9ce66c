"""What stands on a terminal after all that was written there."""

from __future__ import annotations

import re

CODES = re.compile(r"\x1b\[(\??)(\d*)([A-Za-z])|(\r)|(\n)|([^\x1b\r\n])")


def screen(written: str) -> list[str]:
    """What a terminal of endless height shows after `written`."""
    rows: list[list[str]] = [[]]
    row = column = 0
    for _, count, code, home, feed, letter in CODES.findall(re.sub(r"\x1b\[[\d;]*m", "", written)):
        if home:
            column = 0
        elif feed:
            row += 1
            rows += [[] for _ in range(row + 1 - len(rows))]
        elif code == "A":
            row -= int(count or 1)
            assert row >= 0
        elif code == "K":
            rows[row] = []
        elif letter:
            rows[row][column : column + 1] = [letter]
            column += 1
    return "\n".join("".join(cells) for cells in rows).rstrip("\n").split("\n")
