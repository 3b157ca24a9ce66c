"""Every command under every condition of its streams: the right code, nothing on the wrong one, nothing unreadable.

A command is one line of COMMANDS. All of them run in a shell or under a pseudo-terminal, once for the whole module,
two at a time, on data whose class names are wide, long, and not without a control character.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from rich.cells import cell_len
from shell import Done, bpcli, on_terminal, screen, shell


@dataclass(frozen=True)
class Command:
    """What to type after `bpcli`, and what is to be expected of it."""

    line: str
    code: int = 0
    json: bool = False  # whether it has --json
    quiet: bool = False  # whether it has --quiet
    data: bool = False  # whether its lines are data, which keep their length and are UTF-8 everywhere
    wraps: bool = False  # whether it heeds COLUMNS and FORCE_COLOR off a terminal too, as Typer's help does
    color: bool = True  # whether it has colour on a terminal


COMMANDS = {
    "train": Command("train odd.yaml", json=True, quiet=True),
    "folds": Command("train odd.yaml --folds 2", json=True, quiet=True),
    "eval": Command("eval run/weights.npz", json=True, quiet=True),
    "predict": Command("predict run/weights.npz odd.csv", data=True, color=False),
    "inspect": Command("inspect run", json=True, quiet=True),
    "diff": Command("diff run run", json=True, quiet=True),
    "reproduce": Command("reproduce run", json=True, quiet=True),
    "init": Command("init odd.csv --target class --quiet", data=True, color=False),
    "check": Command("check odd.yaml", json=True, quiet=True),
    "schema": Command("schema", data=True, color=False),
    "gradcheck": Command("gradcheck odd.yaml", json=True, quiet=True),
    "help config": Command("help config"),
    "help of bpcli": Command("--help", wraps=True),
    "help of train": Command("train --help", wraps=True),
    "missed gate": Command("eval run/weights.npz --fail-under accuracy=2", code=1, json=True, quiet=True),
    "wrong config": Command("train odd.yaml --set los=1 --set epochs=0", code=3, json=True, quiet=True),
    "no such command": Command("trian", code=2),
}
NAMES = [
    "数据集的第一类名字很长很长很长很长很长很长",
    "Ünïcödé – a long class name that goes on and on",
    "x\x1b[31mred",
]
TINY = "layers: [4, 5, 3]\nepochs: 3\ndata: {train: odd.csv, target: class, validation: 0.2, test: 0.2}\n"
NO_ROOM = "standard output: cannot write: No space left on device\n"
UNTOUCHED = re.compile(r"\bbpcli eval |^run |^  bpcli ")  # commands and paths, which are to be copied in one piece
COLOR = re.compile(r"\x1b\[[0-9;]*\b(?:[349]|10)[0-7]\b[0-9;]*m")


def terminal(line: str, place: Path, columns: int = 80, **changes: str) -> Done:
    code, written = on_terminal(line, place, columns, **changes)
    return Done(code, written, "")


def halves(line: str, place: Path, on_file: str) -> Done:
    """One stream on a terminal, the other, 1 or 2, into a file."""
    file = place / f"{on_file}-{abs(hash(line))}"
    done = terminal(f"{line} {on_file}> {file.name}", place)
    written = file.read_text(encoding="utf-8")
    return Done(done.code, *((written, done.out) if on_file == "1" else (done.out, written)))


C_LOCALE = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
CONDITIONS: dict[str, Callable[[str, Path], Done]] = {
    "pipe": shell,
    "narrow pipe": lambda line, place: shell(line, place, COLUMNS="40", CI="true", FORCE_COLOR="1"),
    "head": lambda line, place: shell(f"{line} | head -n 1", place),
    "full": lambda line, place: shell(f"{line} > /dev/full", place),
    "full stderr": lambda line, place: shell(f"{line} 2> /dev/full", place),
    "closed": lambda line, place: shell(f"{line} <&- >&- 2>&-", place),
    "closed stderr": lambda line, place: shell(f"{line} 2>&-", place),
    "C locale": lambda line, place: shell(line, place, **C_LOCALE),
    "terminal": terminal,
    "narrow terminal": lambda line, place: terminal(line, place, 40, NO_COLOR="1"),
    "dumb terminal": lambda line, place: terminal(line, place, TERM="dumb"),
    "stdout terminal": lambda line, place: halves(line, place, on_file="2"),
    "stderr terminal": lambda line, place: halves(line, place, on_file="1"),
    "json": lambda line, place: shell(f"{line} --json", place),
    "quiet": lambda line, place: shell(f"{line} --quiet", place),
}

Results = dict[tuple[str, str], Done]


def cases(condition: str) -> list[str]:
    return [name for name, of in COMMANDS.items() if condition not in ("json", "quiet") or getattr(of, condition)]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    place = tmp_path_factory.mktemp("streams")
    rows = "".join(f'{i % 7},{i % 5},{i * i % 11},{i % 3},"{NAMES[i % 3]}"\n' for i in range(60))
    (place / "odd.csv").write_text(f"a,b,c,d,class\n{rows}", encoding="utf-8")
    (place / "odd.yaml").write_text(TINY)
    assert bpcli("train", "odd.yaml", "--out", "run", cwd=place).code == 0
    todo = [(name, condition) for condition in CONDITIONS for name in cases(condition)]
    with ThreadPoolExecutor(2) as two:
        done = two.map(lambda key: CONDITIONS[key[1]](f"bpcli {COMMANDS[key[0]].line}", place), todo)
    return dict(zip(todo, done))


def masked(text: str) -> str:
    """Without figures, for times and the numbers of runs are others every time."""
    return re.sub(r"[\d.e-]*\d(?: [µm]?s\b)?", "#", text)


def each(condition: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("name", cases(condition))


@pytest.mark.parametrize("condition", [condition for condition in CONDITIONS if condition != "full"])
def test_the_code_is_that_of_the_command_and_nobody_sees_a_traceback(results, condition):
    ended = {name: results[name, condition] for name in cases(condition)}
    assert {name: done.code for name, done in ended.items()} == {name: COMMANDS[name].code for name in ended}
    assert [name for name, done in ended.items() if "Traceback" in done.out + done.err] == []


@each("pipe")
def test_off_a_terminal_there_is_plain_text_and_stderr_has_errors_alone(results, name):
    done, command = results[name, "pipe"], COMMANDS[name]
    assert command.data or not set(done.out) & {"\x1b", "\r"}
    assert bool(done.out) == (command.code < 2)
    assert "\x1b" not in done.err
    assert bool(done.err) == (command.code > 0)


def test_a_training_has_one_line_an_epoch_off_a_terminal(results):
    for condition in ("pipe", "narrow pipe", "dumb terminal", "C locale"):
        lines = results["train", condition].out.splitlines()
        assert [line.split()[0] for line in lines if re.match(r" {4}\d +\d+\.\d+ ", line)] == ["1", "2", "3"]


@each("narrow pipe")
def test_neither_columns_nor_force_color_change_what_a_pipe_gets(results, name):
    if not COMMANDS[name].wraps:
        assert masked(results[name, "narrow pipe"].out) == masked(results[name, "pipe"].out)
    assert results[name, "narrow pipe"].err == results[name, "pipe"].err


@each("head")
def test_a_reader_that_leaves_gets_its_line_and_nobody_complains(results, name):
    whole = results[name, "pipe"]
    assert masked(results[name, "head"].out) == masked(whole.out).partition("\n")[0] + "\n" * bool(whole.out)
    assert results[name, "head"].err == whole.err


@each("full")
def test_a_full_disk_under_stdout_is_6_and_told_once(results, name):
    done, whole = results[name, "full"], results[name, "pipe"]
    assert done.code == (COMMANDS[name].code or 6)
    assert done.err == whole.err + NO_ROOM * bool(whole.out)


@each("full stderr")
def test_a_stderr_that_takes_nothing_changes_nothing(results, name):
    for condition in ("full stderr", "closed stderr"):
        assert masked(results[name, condition].out) == masked(results[name, "pipe"].out)


@each("C locale")
def test_what_a_locale_cannot_show_is_replaced(results, name):
    done, whole = results[name, "C locale"], results[name, "pipe"]
    assert COMMANDS[name].data or done.out.isascii()
    assert done.out.count("\n") == whole.out.count("\n") or COMMANDS[name].wraps
    assert done.err == whole.err


@each("terminal")
@pytest.mark.parametrize(("condition", "columns"), [("terminal", 80), ("narrow terminal", 40), ("dumb terminal", 80)])
def test_no_line_is_longer_than_the_terminal_is_wide(results, name, condition, columns):
    command, done = COMMANDS[name], results[name, condition]
    if not command.data and command.code < 2:
        told = set(results[name, "pipe"].err.splitlines())  # an error stays in one line, for who searches it
        lines = [line for line in screen(done.out) if line not in told and not UNTOUCHED.search(line)]
        assert [line for line in lines if cell_len(line) > columns] == []


@each("terminal")
def test_colour_is_for_terminals_that_want_it(results, name):
    if COMMANDS[name].color and COMMANDS[name].code == 0:
        assert "\x1b[" in results[name, "terminal"].out
    assert not COLOR.search(results[name, "narrow terminal"].out)
    assert "\x1b" not in results[name, "dumb terminal"].out


def test_names_from_data_cannot_speak_to_the_terminal(results):
    for (name, condition), done in results.items():
        if not (COMMANDS[name].data and "terminal" not in condition) and condition != "stderr terminal":
            assert "\x1b[31mred" not in done.out + done.err, (name, condition)
    assert "x\\x1b[31mred" in results["eval", "terminal"].out
    assert "x\\x1b[31mred" in results["predict", "terminal"].out
    assert "x\x1b[31mred" in results["predict", "pipe"].out


@each("stdout terminal")
def test_each_stream_is_judged_by_itself(results, name):
    whole = results[name, "pipe"]
    assert results[name, "stdout terminal"].err == whole.err
    assert bool(results[name, "stdout terminal"].out) == bool(whole.out)
    assert masked(results[name, "stderr terminal"].out) == masked(whole.out)
    assert [line.strip() for line in screen(results[name, "stderr terminal"].err) if line] == whole.err.splitlines()


@each("json")
def test_json_is_json_line_by_line(results, name):
    done, whole = results[name, "json"], results[name, "pipe"]
    objects = [json.loads(line) for line in done.out.splitlines()]
    assert all(isinstance(one, dict) for one in objects)
    assert bool(objects) == bool(whole.out)
    assert done.out.isascii()
    assert done.err == whole.err


@each("quiet")
def test_quiet_says_nothing_but_errors(results, name):
    done, whole = results[name, "quiet"], results[name, "pipe"]
    assert (done.out, done.err) == ("", whole.err)
