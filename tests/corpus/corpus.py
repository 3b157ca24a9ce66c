"""Cases of what goes wrong, and how they are played: a folder, a command, its exit code and every line on stderr.

A file of `cases/` holds one theme, in paragraphs. A paragraph of `#` lines alone is prose; any other is a case:

    $ bpcli train c.yaml --set epochs=0     the command, if it is not `bpcli train c.yaml`; of several the last is
                                            judged, and the others must succeed
    >>> d.csv                               what follows stands in this file; before the first such line, in c.yaml
    ! --set epochs: must be at least 1, …   the lines on stderr, all of them, in order

`@` paragraphs hold for the cases below them: `@ exit 4` the exit code, `@ in d.csv` the file that lines without `>>>`
go to, `@ file c.yaml` a file that cases have unless they write it themselves, `@ below c.yaml` what stands in that
file below the lines of each case. `{known NAME}` and `{keys NAME}` are lists of known.txt.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, chdir, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

from bpcli.__main__ import _run

FOLDER = Path(__file__).parent / "cases"
MEMORY = 64_000_000_000  # bytes that the machine has in all cases, so that what is too large is so everywhere
TRAIN = ("train", "c.yaml")


@dataclass(frozen=True)
class Case:
    """Files, commands, and what the last of them must say."""

    name: str
    files: Mapping[str, bytes]
    lines: tuple[str, ...]
    code: int = 3
    commands: tuple[tuple[str, ...], ...] = (TRAIN,)
    stdin: bytes | type[io.RawIOBase] | None = b""  # None: closed from the start
    around: Callable[[], AbstractContextManager[object]] = field(
        default=nullcontext, repr=False
    )  # entered in its folder


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    code: int
    lines: tuple[str, ...]  # on stderr


def play(case: Case, folder: Path) -> Outcome:
    """Lays out a case in an empty folder and runs its commands in this process, by the entry that the program has."""
    for name, content in case.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    with chdir(folder), patch("bpcli.spec.memory.machine_memory", lambda: MEMORY), case.around():
        for command in case.commands[:-1]:
            assert run(command) == Outcome(0, ()), command
        return run(case.commands[-1], case.stdin)


def as_told(case: Case, outcome: Outcome) -> bool:
    """Whether an outcome is the one of the case, word by word; `{reason}` is what a library says of a damaged file."""
    patterns = [re.escape(line).replace(re.escape("{reason}"), "[^()]+") for line in case.lines]
    return (
        outcome.code == case.code
        and len(patterns) == len(outcome.lines)
        and all(re.fullmatch(pattern, line) for pattern, line in zip(patterns, outcome.lines))
    )


def run(arguments: tuple[str, ...], stdin: bytes | type[io.RawIOBase] | None = b"") -> Outcome:
    """One command as the shell would run it, outside of GitHub Actions."""
    told = io.StringIO()
    raw = io.BytesIO(stdin) if isinstance(stdin, bytes) else stdin and stdin()
    given = None if raw is None else io.TextIOWrapper(io.BufferedReader(raw))
    quiet = {key: value for key, value in os.environ.items() if not key.startswith(("GITHUB_", "BPCLI_"))}
    with (
        patch.dict(os.environ, quiet, clear=True),
        patch.object(sys, "stdin", given),
        patch.object(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="utf-8")),
        patch.object(sys, "stderr", told),
    ):
        code = _run(list(arguments))
    return Outcome(int(code), tuple(told.getvalue().splitlines()))


def read_known(text: str) -> dict[str, str]:
    """What `{known NAME}` and `{keys NAME}` stand for: lines such as `costs = a, b`, longer ones indented."""
    lists = dict(re.findall(r"^(\w+) = (.*)$", text.replace("\n    ", " "), re.MULTILINE))
    sorted_lists = {f"known {name}": "known: " + ", ".join(sorted(names.split(", "))) for name, names in lists.items()}
    return sorted_lists | {f"keys {name}": names for name, names in lists.items()}


KNOWN = read_known((FOLDER / "known.txt").read_text(encoding="utf-8"))


def filled_in(line: str) -> str:
    """A line with its lists."""
    return re.sub(r"\{((?:known|keys) \w+)\}", lambda found: KNOWN[found[1]], line)


@dataclass
class _Settings:
    """What the `@` paragraphs have said so far."""

    code: int = 3
    file: str = "c.yaml"
    files: dict[str, str] = field(default_factory=dict)
    below: dict[str, str] = field(default_factory=dict)

    def read(self, head: str, body: str) -> None:
        match head.split():
            case ["@", "exit", code]:
                self.code = int(code)
            case ["@", "in", name]:
                self.file = name
            case ["@", "file", name]:
                self.files[name] = body
            case ["@", "below", name]:
                self.below[name] = body
            case _:
                raise ValueError(f"not a setting: {head}")


def cases_of(path: Path) -> Iterator[Case]:
    """The cases of one file, named by file and line."""
    settings = _Settings()
    paragraph: list[str] = []
    for number, line in enumerate([*path.read_text(encoding="utf-8").splitlines(), ""], 1):
        if line:
            paragraph.append(line)
            continue
        if paragraph and paragraph[0].startswith("@"):
            settings.read(paragraph[0], "".join(f"{text}\n" for text in paragraph[1:]))
        elif not all(text.startswith("#") for text in paragraph):
            yield _case(f"{path.name}:{number - len(paragraph)}", paragraph, settings)
        paragraph = []


def _case(name: str, lines: list[str], settings: _Settings) -> Case:
    commands = [line[2:] for line in lines if line.startswith("$ ")]
    told = [filled_in(line[2:]) for line in lines if line.startswith("! ")]
    if not told or lines != [line for line in lines if line.startswith("$ ")] + [
        line for line in lines if not line.startswith(("$ ", "! "))
    ] + [line for line in lines if line.startswith("! ")]:
        raise ValueError(f"{name}: a case is commands, files, and lines that begin with '! '")
    files: dict[str, str] = {}
    file = settings.file
    for line in lines[len(commands) : len(lines) - len(told)]:
        if line.startswith(">>> "):
            file = line[4:]
            files[file] = ""
        else:
            files[file] = files.get(file, "") + f"{line}\n"
    files = settings.files | files
    for below, text in settings.below.items():
        files[below] = files.get(below, "") + text
    return Case(
        name,
        {key: value.encode() for key, value in files.items()},
        tuple(told),
        settings.code,
        tuple(tuple(shlex.split(command)[1:]) for command in commands) or (TRAIN,),
    )


def written_cases() -> list[Case]:
    """All cases of `cases/`."""
    return [case for path in sorted(FOLDER.glob("*.txt")) if path.name != "known.txt" for case in cases_of(path)]
