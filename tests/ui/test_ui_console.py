from __future__ import annotations

import io

import pytest
from rich.cells import cell_len
from rich.text import Text

from bpcli.errors import printable
from bpcli.ui.console import can_animate, open_console, room, warn, write


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


def test_a_warning_is_one_line_without_control_characters() -> None:
    stream = io.StringIO()
    warn(open_console(stream), "a.yaml: bad \x1b[2J\n'é'")
    assert stream.getvalue() == "warning: a.yaml: bad \\x1b[2J\\n'é'\n"


def test_a_line_too_long_for_a_terminal_goes_on_below_its_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("COLUMNS", "20")
    stream = Terminal()
    command = "bpcli eval runs/iris/latest/weights.npz"
    lines = [Text("  one two three four five"), Text("exactly twenty cells"), Text(command, no_wrap=True), Text()]
    write(open_console(stream), lines)
    assert stream.getvalue() == f"  one two three four\n  five\nexactly twenty cells\n{command}\n\n"
    assert lines[0].plain == "  one two three four five"


def test_printable_leaves_ordinary_text_alone() -> None:
    assert printable("Größe 日本 ok") == "Größe 日本 ok"
    assert printable("a\tb\u202e") == "a\\tb\\u202e"


@pytest.mark.parametrize("columns", ["0", "00"])
def test_no_columns_at_all_count_as_none_said(monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert open_console(Terminal()).width > 0
