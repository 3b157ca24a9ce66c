from __future__ import annotations

import io

import pytest
from rich.cells import cell_len
from rich.text import Text

from bpcli.errors import ConfigError
from bpcli.ui.console import can_animate, open_console, printable, report, room, warn, write


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_off_a_terminal_there_is_no_colour_and_no_wrapping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "20")
    stream = io.StringIO()
    console = open_console(stream)
    write(console, [Text("word " * 20, style="bold red")])
    assert stream.getvalue() == "word " * 20 + "\n"
    assert room(console) is None
    assert not can_animate(console)


def test_a_terminal_has_colour_unless_asked_not_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "70")
    monkeypatch.delenv("COLORTERM", raising=False)
    written = {}
    for asked in ("", "1"):
        monkeypatch.setenv("NO_COLOR", asked)
        stream = Terminal()
        console = open_console(stream)
        write(console, [Text("no", style="red")])
        written[asked] = stream.getvalue()
        assert room(console) == 70
        assert can_animate(console)
    assert written == {"": "\x1b[31mno\x1b[0m\n", "1": "no\n"}


def test_a_dumb_terminal_is_not_animated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    stream = Terminal()
    console = open_console(stream)
    write(console, [Text("no", style="red")])
    assert stream.getvalue() == "no\n"
    assert not can_animate(console)


def test_what_a_stream_cannot_encode_does_not_end_the_run() -> None:
    raw = io.BytesIO()
    console = open_console(io.TextIOWrapper(raw, encoding="ascii"))
    write(console, [Text("32 × 64 \udcff")])
    assert raw.getvalue() == b"32 x 64 ?\n"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_drawn_characters_have_plain_stand_ins_of_their_width(encoding: str) -> None:
    drawn = "╭─╮│╰╯ ━━── ▁▂▃▄▅▆▇█ ▏▎▍▌▋▊▉ a · ● → … ± × ² 日本"
    raw = io.BytesIO()
    console = open_console(io.TextIOWrapper(raw, encoding=encoding))
    write(console, [Text(drawn)])
    written = raw.getvalue().decode(encoding).rstrip("\n")
    assert cell_len(written) == cell_len(drawn)
    assert written.startswith("+-+|++ ==-- _.-:=+*# ||||||| a ")
    assert written.endswith(" ????")
    assert written.count("?") == 4


def test_errors_stand_as_they_are_without_control_characters() -> None:
    stream = io.StringIO()
    console = open_console(stream)
    report(console, ConfigError("a.yaml:3:13: activation: unknown 'relou'", "a.yaml:4:1: bad \x1b[2J\n'é'"))
    warn(console, "no test rows")
    assert stream.getvalue().splitlines() == [
        "a.yaml:3:13: activation: unknown 'relou'",
        "a.yaml:4:1: bad \\x1b[2J\\n'é'",
        "warning: no test rows",
    ]


def test_the_place_of_a_problem_is_bold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    report(open_console(stream), ConfigError("a.yaml:3:13: seed: -1 is below 0"))
    assert stream.getvalue() == "\x1b[1ma.yaml:3:13: \x1b[0mseed: -1 is below 0\n"


def test_printable_leaves_ordinary_text_alone() -> None:
    assert printable("Größe 日本 ok") == "Größe 日本 ok"
    assert printable("a\tb\u202e") == "a\\tb\\u202e"
