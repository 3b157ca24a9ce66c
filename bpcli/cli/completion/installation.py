"""Puts the completion script of the user's shell where that shell looks for it."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

from bpcli.errors import CannotWriteError, UsageError

SHELLS = ("bash", "zsh", "fish")
RC_FILES = {"bash": ".bashrc", "zsh": ".zshrc"}


def script() -> str:
    """The script for the shell that called; raises UsageError where that is none of ours."""
    return _script(_shell())


def install() -> str:
    """Installs the script and says what was written; raises UsageError and CannotWriteError.

    fish finds it by itself. For bash and zsh a line in .bashrc or .zshrc reads it, added once.
    """
    shell = _shell()
    fish = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "fish" / "completions"
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "bpcli"
    file = fish / "bpcli.fish" if shell == "fish" else data / f"completion.{shell}"
    written = [str(file)]
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_script(shell), encoding="utf-8")
        if shell in RC_FILES and _add_line(Path.home() / RC_FILES[shell], _line(shell, file)):
            written.append(str(Path.home() / RC_FILES[shell]))
    except OSError as error:
        raise CannotWriteError(f"{error.filename or file}: cannot write: {error.strerror}") from error
    return f"completion for {shell} is in {' and '.join(written)}; it works in the next shell that you open"


def _script(shell: str) -> str:
    return (Path(__file__).parent / f"bpcli.{shell}").read_text(encoding="utf-8")


def _line(shell: str, file: Path) -> str:
    start = "(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }; " if shell == "zsh" else ""
    return f"{start}source {shlex.quote(str(file))}  # completion of bpcli"


def _add_line(rc: Path, line: str) -> bool:
    """Adds a line to a file unless it is there; says whether it did."""
    text = rc.read_text(encoding="utf-8", errors="surrogateescape") if rc.exists() else ""
    if line in text.splitlines():
        return False
    between = "" if not text or text.endswith("\n") else "\n"
    with rc.open("a", encoding="utf-8") as file:
        file.write(f"{between}{line}\n")
    return True


def _shell() -> str:
    """The name of the shell that called this program, or else of the login shell."""
    for name in (_parent(), os.environ.get("SHELL", "")):
        if (known := Path(name).name.lstrip("-")) in SHELLS:
            return known
    raise UsageError(f"bpcli: cannot tell which shell this is; type this in one of {', '.join(SHELLS)}, or set SHELL")


def _parent() -> str:
    """The command that the parent process runs; empty where it cannot be asked."""
    try:
        done = subprocess.run(
            ["ps", "-p", str(os.getppid()), "-o", "comm="], capture_output=True, text=True, check=False
        )
    except OSError:
        return ""
    return done.stdout.strip()
