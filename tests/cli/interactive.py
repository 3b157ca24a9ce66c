"""Real shells under a pseudo-terminal, with somebody typing into them and pressing the Tab key."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import shutil
import subprocess
import termios
import time
from collections.abc import Sequence
from pathlib import Path

from shell import environment

SHELLS = {"bash": ["bash", "--noprofile", "-i"], "zsh": ["zsh", "-i"], "fish": ["fish", "-i"]}
PROMPTS = {
    "bash": (".bashrc", "PS1='READY> '\n"),
    "zsh": (".zshrc", "PROMPT='READY> '\nbindkey -e\n"),
    "fish": (".config/fish/config.fish", "function fish_prompt; echo -n 'READY> '; end\nset -g fish_greeting\n"),
}
SUM = {"bash": "$((40+2))", "zsh": "$((40+2))", "fish": "(math 40+2)"}
START_OF_LINE = "\x01"
SEQUENCE = re.compile(r"\x1b\[[0-9;?<>=]*[a-zA-Z]|\x1b[=>()][B0]?|\x1b\][^\x07]*\x07|[\x0e\x0f]")


def missing(name: str) -> str | None:
    """Why a shell cannot be tried here, if it cannot."""
    return None if shutil.which(name) else f"{name} is not installed"


def own_home(name: str, folder: Path) -> dict[str, str | None]:
    """The changes to the environment that give a shell a home of its own, with a prompt that can be waited for."""
    file, text = PROMPTS[name]
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    (folder / file).write_text(text)
    return {"HOME": str(folder), "SHELL": name, "XDG_CONFIG_HOME": None, "XDG_DATA_HOME": None, "EDITOR": None}


def completed(name: str, home: dict[str, str | None], cwd: Path, lines: Sequence[str]) -> list[str]:
    """What stands on each command line once the shell has dealt with all that was typed, Tab keys included.

    An `echo` is put before it at the end, so that the shell itself says which words it sees.
    """
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        SHELLS[name],
        cwd=cwd,
        env=environment(**home, TERM="xterm"),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        preexec_fn=_lead,
    )
    os.close(theirs)
    found = []
    try:
        _read_until(ours, "READY> ")
        for line in lines:
            os.write(ours, f"{line}{START_OF_LINE}echo {SUM[name]} \r".encode())
            found.append(re.findall(r"^42 (.*?)\s*$", _read_until(ours, "\n42 ", "READY> "), re.MULTILINE)[-1])
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    return found


def _lead() -> None:
    """Makes a child the leader of a session on the terminal that is its stdin, as a terminal's shell is."""
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _read_until(descriptor: int, *marks: str) -> str:
    """What is written until the marks have come, one after the other."""
    written, until = b"", time.monotonic() + 60
    while True:
        plain = SEQUENCE.sub("", written.decode(errors="replace")).replace("\r\n", "\n").replace("\r", "\n")
        at = 0
        for mark in marks:
            at = plain.find(mark, at) + 1 or -1
            if at < 0:
                break
        if at >= 0:
            return plain
        assert time.monotonic() < until, f"{marks} has not come: {plain!r}"
        if select.select([descriptor], [], [], 0.1)[0]:
            written += os.read(descriptor, 65536)
