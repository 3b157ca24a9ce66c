"""Files that are no files, names that are no names, streams that are closed, and odd bytes in options."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from corpus import TRAIN, Case, filled_in
from odd_configs import LARGE, TWO


def started(name: str, command: tuple[str, ...], *lines: str, code: int = 3, **more: Any) -> Case:
    """A command in a folder with a config in it, and what it says."""
    return Case(f"start: {name}", {"c.yaml": TWO, "configs/d.yaml": TWO}, lines, code, (command,), **more)


@contextmanager
def linked_to_itself(name: str) -> Iterator[None]:
    """A file that cannot be opened, whoever asks for it."""
    os.symlink(name, name)
    yield


class _NotReadable(io.RawIOBase):
    """A stream that was opened for writing alone."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        raise OSError(errno.EBADF, "Bad file descriptor")


CASES = [
    started("missing", ("train", "d.yaml"), "d.yaml: no such file (did you mean 'c.yaml'?)"),
    started("missing, nothing like it", ("train", "experiment.yaml"), "experiment.yaml: no such file"),
    started("missing extension", ("train", "configs/d"), "configs/d: no such file (did you mean 'configs/d.yaml'?)"),
    started("missing folder", ("train", "there/c.yaml"), "there/c.yaml: no such file (nor a folder 'there')"),
    started("folder", ("train", "configs"), "configs: is a folder, not a config file"),
    started("file for a folder", ("train", "c.yaml/c.yaml"), "c.yaml/c.yaml: cannot be read: Not a directory"),
    started("NUL in the name", ("train", "c\0.yaml"), "c\\x00.yaml: cannot be read: embedded null byte"),
    started("endless name", ("train", "c" * 300), f"{'c' * 300}: cannot be read: File name too long"),
    started(
        "unreadable",
        ("train", "l.yaml"),
        f"l.yaml: cannot be read: {os.strerror(errno.ELOOP)}",
        around=lambda: linked_to_itself("l.yaml"),
    ),
    started("stdin closed", ("train", "-"), "<stdin>: is closed", stdin=None),
    started(
        "stdin for writing alone",
        ("train", "-"),
        "<stdin>: cannot be read: Bad file descriptor",
        stdin=_NotReadable,
    ),
    started(
        "stdin wrong",
        ("train", "-", "--set", "seed=x"),
        "<stdin>:1:9: epochs: must be at least 1, not 0",
        "--set seed: expected a whole number, not 'x'",
        stdin=b"epochs: 0\n" + TWO,
    ),
    started("stdin no YAML", ("train", "-"), "<stdin>:1:1: not UTF-8 text: byte 0xff", stdin=b"\xff"),
    started("stdin too large", ("train", "-"), f"<stdin>:1:1: {LARGE}", stdin=b"#" * 300_000),
    started(
        "stdin empty",
        ("train", "-", "--set", "data=d.csv"),
        "<stdin>:1:1: layers: missing (sizes: inputs, hidden layers, outputs, as in [64, 32, 10]; the first and last "
        "may be 'auto')",
    ),
    started("odd bytes in --set", (*TRAIN, "--set", "data=\udcff.csv"), "--set data: not UTF-8 text: byte 0xff"),
    started("odd bytes in a key", (*TRAIN, "--set", "d\udcff=1"), "--set d\\udcff: not UTF-8 text"),
    started("NUL in --set", (*TRAIN, "--set", 'data="a\\0.csv"'), "--set data: 'a\\x00.csv' is no path"),
    started("a tab in --set", (*TRAIN, "--set", "data=a:\tb"), "--set data: not valid YAML: a tab (use spaces)"),
    started(
        "two lines in --set",
        (*TRAIN, "--set", "epochs=1\n--- 2"),
        "--set epochs: a second document ('---'): a config is one",
    ),
    started(
        "control characters in a key",
        (*TRAIN, "--set", "a\x1b[31m\n=1"),
        filled_in("--set a\\x1b[31m: unknown key ({known top})"),
    ),
    started("endless value", (*TRAIN, "--set", f"epochs={'1' * 300_000}"), f"--set epochs: {LARGE}"),
    started(
        "thousands of options", (*TRAIN, *["--set", "seed=x"] * 3000), "--set seed: expected a whole number, not 'x'"
    ),
]
