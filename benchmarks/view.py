"""What the progress view costs: a training on a terminal beside the same one with --quiet, in processor seconds.

    python benchmarks/view.py [--rounds 9] [--epochs 200] [--lines 40] [--columns 120]

The terminal is a pseudo-terminal that takes everything at once. 784-30-10 on 6,000 rows of noise in batches of 10, with
1,000 to measure on; the two take turns, and the first pair is not counted. Start and end of the program are in both.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import statistics
import struct
import sys
import tempfile
import termios
from pathlib import Path

import numpy as np

CONFIG = """
layers: [784, 30, 10]
batch_size: 10
learning_rate: 0.01
data: {train: rows.npz, validation: held_out.npz, scale: {divide: 255}}
"""


def seconds(command: list[str], lines: int, columns: int) -> float:
    """Processor seconds, user's and system's, of a command on a pseudo-terminal."""
    child, terminal = pty.fork()
    if child == 0:
        os.environ |= {"TERM": "xterm-256color", "OPENBLAS_NUM_THREADS": "1"}
        os.execv(command[0], command)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    shown = b""
    try:
        while piece := os.read(terminal, 1 << 16):
            shown += piece
    except OSError:  # how Linux says that the other end is closed
        pass
    os.close(terminal)
    _, status, used = os.wait4(child, 0)
    if status:
        sys.exit(shown.decode(errors="replace"))
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Both in turn, and the median of what is between them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, usual in (("rounds", 9), ("epochs", 200), ("lines", 40), ("columns", 120)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    asked = parser.parse_args()
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        for file, count in (("rows.npz", 6_000), ("held_out.npz", 1_000)):
            np.savez(Path(folder) / file, X=rng.integers(0, 256, (count, 784), np.uint8), y=rng.integers(0, 10, count))
        config = Path(folder) / "config.yaml"
        config.write_text(f"{CONFIG}epochs: {asked.epochs}\n", encoding="utf-8")
        command = [sys.executable, "-m", "bpcli", "train", str(config), "--force", "--out", str(Path(folder) / "run")]
        pairs = []
        for _ in range(asked.rounds + 1):
            pairs.append([seconds([*command, *more], asked.lines, asked.columns) for more in ([], ["--quiet"])])
    shares = [100 * (shown / quiet - 1) for shown, quiet in pairs[1:]]
    shown, quiet = (statistics.median(column) for column in zip(*pairs[1:]))
    print(f"{shown:.2f} s with the view, {quiet:.2f} s without: {statistics.median(shares):.2f} % more", end="")
    print(f" ({min(shares):.2f} to {max(shares):.2f} in {asked.rounds} rounds)")


if __name__ == "__main__":
    main()
