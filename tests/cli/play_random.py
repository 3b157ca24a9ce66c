"""Plays random cases, each in a process of its own, and prints what is not as promised.

    python play_random.py FOLDER FIRST COUNT

runs COUNT cases from seed FIRST on, within FOLDER. Everything is imported once and a fork is made for each case, with
real streams: so it is the program as a shell runs it, in a twentieth of the time. One JSON object a complaint, and at
last the number of cases by exit code.
"""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import sys
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from random_cases import CONFIG, CSV, Case, make_case

from bpcli.__main__ import main

SECONDS = 60  # of computing, for any case
BYTES = 2 << 30  # of memory
CODES = {
    "train": {0, 1, 2, 3, 4, 5, 6, 7},
    "check": {0, 2, 3, 4, 7},
    "eval": {0, 1, 2, 4, 6, 7},
    "predict": {0, 2, 4, 6, 7},
    "inspect": {0, 2, 7},
    "diff": {0, 1, 2, 7},
    "reproduce": {0, 1, 2, 4, 7},
    "init": {0, 2, 4, 6},
    "gradcheck": {0, 1, 2, 3, 4, 6, 7},
    "schema": {0, 2},
    "help": {0, 2},
}
PLACE = re.compile(r"(c\.yaml|parent\.yaml|<stdin>|--set [^:]*)[^ ]*: |(c\.yaml|<stdin>|\.|[^ ]*): ")


@dataclass(frozen=True)
class Done:
    """How a case ended, and the files that were there then."""

    code: int
    out: bytes
    err: str
    left: dict[str, bytes]


def play(case: Case, home: Path) -> Done:
    """Runs a case in a fresh folder within `home`, which is emptied again."""
    folder = home / "folder"
    folder.mkdir(parents=True)
    for name, content in case.files.items():
        (folder / name).write_bytes(content)
    streams = [home / name for name in ("stdin", "stdout", "stderr")]
    streams[0].write_bytes(case.stdin)
    if not (child := os.fork()):
        _become(case, folder, streams)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    out, err = streams[1].read_bytes(), streams[2].read_bytes().decode(errors="surrogateescape")
    left = {str(path.relative_to(home)): path for path in sorted(home.rglob("*")) if path not in streams}
    contents = {name: path.read_bytes() if path.is_file() else b"" for name, path in left.items()}
    shutil.rmtree(home)
    return Done(code, out, err, contents)


def _become(case: Case, folder: Path, streams: list[Path]) -> None:
    """Turns this process into the program that is to be run; never returns."""
    code = 99
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_DATA, (BYTES, BYTES))
        for number, path in enumerate(streams):
            os.dup2(os.open(path, os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
        os.chdir(folder)
        os.environ.update(case.environment)
        sys.stdin = open(0, closefd=False)  # noqa: SIM115
        sys.stdout, sys.stderr = (open(number, "w", closefd=False) for number in (1, 2))  # noqa: SIM115
        sys.argv = ["bpcli", *case.arguments]
        main()
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException:
        os.write(2, traceback.format_exc().encode(errors="replace"))
    finally:
        os._exit(code)


def complaints(case: Case, done: Done) -> Iterator[str]:
    """What is not as the contract says."""
    command = next((word for word in case.arguments if not word.startswith("-")), "")
    if done.code not in ({0} if "--help" in case.arguments[:1] else CODES.get(command, {2})):
        yield f"exit code {done.code}"
    if "Traceback" in done.err or "Traceback" in done.out.decode(errors="replace"):
        yield "a traceback"
    lines = done.err.splitlines()
    told = [line for line in lines if not line.startswith("::")]
    if done.code > 1 and not told and case.arguments:
        yield "a failure without a word"
    if any(not line.isprintable() for line in lines):
        yield "control characters on stderr"
    if done.code == 3 and not any(line.startswith(("warning:", "::")) for line in lines):
        yield from _misplaced(told)
    wordless = "--quiet" in case.arguments and not {"--help", "-h"} & set(case.arguments)
    if done.code == 0 and wordless and any("GITHUB_STEP_SUMMARY" not in line for line in lines):
        yield "words on stderr in spite of --quiet"
    if done.code == 0 and "--json" in case.arguments and "--help" not in case.arguments:
        yield from _unreadable(done.out)
    if "GITHUB_ACTIONS" in case.environment and done.code > 1 and len(lines) != 2 * len(told):
        yield "lines without annotation"
    yield from _traces(case, done)


def _misplaced(told: list[str]) -> Iterator[str]:
    if any(not PLACE.match(line) for line in told):
        yield "a problem of the config without its place"
    numbers = [tuple(map(int, found.groups())) for line in told if (found := re.match(r"c\.yaml:(\d+):(\d+): ", line))]
    if numbers != sorted(numbers):
        yield "problems out of order"


def _unreadable(out: bytes) -> Iterator[str]:
    for line in out.splitlines():
        try:
            json.loads(line, parse_constant=lambda name: 1 / 0)
        except (ValueError, ZeroDivisionError):
            yield "not JSON"
            return


def _traces(case: Case, done: Done) -> Iterator[str]:
    """Files that should not be there, or not be like that."""
    if scraps := [name for name in done.left if name.endswith(".tmp")]:
        yield f"left behind: {scraps}"
    for name, content in case.files.items():
        named = name in case.arguments and {"--output", "-o", "--junit"} & set(case.arguments)
        if done.left.get(f"folder/{name}") != content and not named:
            yield f"changed: {name}"
    before = {"folder", *(f"folder/{name}" for name in case.files)}
    new = [name for name in done.left if name not in before and name.split("/")[-1] not in ("summary.md",)]
    if done.code in (2, 3, 4, 7) and new and "--junit" not in case.arguments:
        yield f"files in spite of failure: {new}"


def _trained(folder: Path) -> bytes:
    """The weights file of a training by CONFIG on CSV."""
    files = {"c.yaml": CONFIG.encode(), "d.csv": CSV.encode()}
    done = play(Case(["train", "c.yaml", "--out", "run", "--quiet"], files), folder / "trained")
    assert done.code == 0, done
    return done.left["folder/run/weights.npz"]


def run(folder: Path, first: int, count: int) -> None:
    """Plays the cases and prints the complaints."""
    trained = _trained(folder)
    codes: Counter[str] = Counter()
    for seed in range(first, first + count):
        case = make_case(seed, trained)
        done = play(case, folder / str(seed))
        codes[f"{case.arguments[0]} {done.code}"] += 1
        for complaint in complaints(case, done):
            about = {"seed": seed, "complaint": complaint, "arguments": case.arguments, "code": done.code}
            _say(about | {"environment": case.environment, "stderr": done.err[-2000:]})
    _say({"cases": count, "codes": dict(sorted(codes.items()))})


def _say(thing: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(thing) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    run(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
