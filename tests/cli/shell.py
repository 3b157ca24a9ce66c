"""The installed program as a shell runs it: exit code, both streams, and a terminal where one is wanted."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import shlex
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
FOREVER = "epochs=100000000"


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        """The JSON objects on stdout, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]


def environment(**changes: str | None) -> dict[str, str]:
    """What the shell hands down: bpcli on the PATH, nothing that settles looks or threads, and the changes."""
    settled = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "BPCLI_", "GITHUB_", "OPENBLAS_", "OMP_", "PYTHON")
    plain = {key: value for key, value in os.environ.items() if not key.startswith(settled)}
    plain |= {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "TERM": "xterm-256color"}
    return {key: value for key, value in (plain | changes).items() if value is not None}


def start(*arguments: object, cwd: Path, stderr: int = subprocess.PIPE, **changes: str | None) -> subprocess.Popen[str]:
    command = [str(BIN / "bpcli"), *map(str, arguments)]
    return subprocess.Popen(
        command,
        cwd=cwd,
        env=environment(**changes),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        preexec_fn=_heed_signals,
    )


def _heed_signals() -> None:
    """Undoes what a background job inherits: it ignores Ctrl-C, and under nohup a hang-up too."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def finish(process: subprocess.Popen[str]) -> Done:
    try:
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()  # which does nothing to a process that has ended
    return Done(process.returncode, out, err)


def bpcli(*arguments: object, cwd: Path, stdin: str = "", **changes: str | None) -> Done:
    """Runs the program to its end; `changes` are environment variables, None takes one away."""
    command = [str(BIN / "bpcli"), *map(str, arguments)]
    done = subprocess.run(
        command, cwd=cwd, env=environment(**changes), input=stdin, capture_output=True, text=True, timeout=60
    )
    return Done(done.returncode, done.stdout, done.stderr)


def shell(line: str, cwd: Path, **changes: str | None) -> Done:
    """Runs a line of bash, pipes and redirections included; a pipe's code is that of its first failure."""
    command = ["bash", "-o", "pipefail", "-c", line]
    done = subprocess.run(
        command,
        cwd=cwd,
        env=environment(**changes),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def together(commands: Sequence[Sequence[object]], cwd: Path) -> list[Done]:
    """Commands of bpcli side by side, two at a time: most of a short command is its start."""
    done: list[Done] = []
    for at in range(0, len(commands), 2):
        processes = [start(*command, cwd=cwd) for command in commands[at : at + 2]]
        done += [finish(process) for process in processes]
    return done


def on_terminal(line: str, cwd: Path, columns: int = 80, **changes: str | None) -> tuple[int, str]:
    """Runs a line of bash with all three streams on a pseudo-terminal; gives its code and all that it wrote there."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    process = subprocess.Popen(
        ["bash", "-c", line], cwd=cwd, env=environment(**changes), stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    written = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # Linux says it with an error, others with nothing, when the last writer has gone
            break
        if not piece:
            break
        written += piece
    os.close(ours)
    return process.wait(timeout=60), written.decode()


def screen(written: str) -> list[str]:
    """The lines that stand on the terminal in the end, after all moves and erasures."""
    lines, row, column = [""], 0, 0
    for token in re.findall(r"\x1b\[[0-9;?]*[A-Za-z]|.", written, flags=re.DOTALL):
        if token == "\r":
            column = 0
        elif token == "\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
        elif token.endswith("A") and len(token) > 1:
            row = max(0, row - int(token[2:-1] or 1))
        elif token == "\x1b[2K":
            lines[row] = ""
        elif len(token) == 1:
            before = lines[row].ljust(column)
            lines[row] = before[:column] + token + before[column + 1 :]
            column += 1
    return [line.rstrip() for line in lines]


def wait_for(path: Path, lines: int = 1) -> None:
    """Waits until a file has some lines, for at most half a minute."""
    until = time.monotonic() + 30
    while not path.exists() or path.read_text().count("\n") < lines:
        assert time.monotonic() < until, f"{path} has not come"
        time.sleep(0.02)


def arrays(weights: Path) -> dict[str, np.ndarray]:
    """W1, b1, … of a weights file, as NumPy alone reads it."""
    with np.load(weights, allow_pickle=False) as file:
        return {name: file[name] for name in file.files if name != "meta"}


def meta(weights: Path) -> dict[str, Any]:
    with np.load(weights, allow_pickle=False) as file:
        return json.loads(file["meta"].tobytes())


def command_after(word: str, out: str) -> str:
    """The command that stands behind a word at the start of a line."""
    (line,) = [line for line in out.splitlines() if line.startswith(word)]
    return line.removeprefix(word).strip()


def quoted(path: Path) -> str:
    return shlex.quote(str(path))
