"""Configs that no text file shows well: tabs, bytes, encodings, depths, and sizes of all kinds."""

from __future__ import annotations

import gzip

from corpus import TRAIN, Case, filled_in

TWO = b"layers: [4, 3, 2]\ndata: nothing.csv\n"
DEEP = "nested deeper than 32 levels, which no config needs"
MANY = "more than 10000 values, which no config needs"
LARGE = "larger than 262144 bytes, which no config needs"


def config(name: str, content: bytes | str, *lines: str, code: int = 3) -> Case:
    """A config of these bytes, and what is said of it."""
    written = content if isinstance(content, bytes) else content.encode()
    return Case(f"config: {name}", {"c.yaml": written}, tuple(filled_in(line) for line in lines), code)


SYNTAX = [
    config("tab before a key", "a:\n\tb: 1\n", "c.yaml:2:1: not valid YAML: a tab (use spaces)"),
    config("tab behind a colon", "a:\t1\n", "c.yaml:1:3: not valid YAML: a tab (use spaces)"),
    config("tab before a comment", "a: 1\t# one\n", "c.yaml:1:5: not valid YAML: a tab (use spaces)"),
    config("tab in a list", "a: [1,\t2]\n", "c.yaml:1:7: not valid YAML: a tab (use spaces)"),
    config("tab in a text", "a: b\tc\n", "c.yaml:1:5: not valid YAML: a tab (use spaces)"),
    config("NUL", b"a: \0\n", "c.yaml:1:4: character 0x0 is not allowed"),
    config("bell", b"a: 1\nb: c\x07\n", "c.yaml:2:5: character 0x7 is not allowed"),
    config("colour", b"a: \x1b[31mred\n", "c.yaml:1:4: character 0x1b is not allowed"),
    config("delete", b"a: \x7f\n", "c.yaml:1:4: character 0x7f is not allowed"),
    config("NUL behind umlauts", "ä: ö\nü: \0\n", "c.yaml:2:4: character 0x0 is not allowed"),
    config("half a character", 'a: "\\ud800.csv"\n', "c.yaml:1:4: \\ud800 is half of a character"),
    config("half a character in a key", '"\\udfff": 1\n', "c.yaml:1:1: \\udfff is half of a character"),
    config("Latin-1", b"layers: [4, 2]\ndata: \xe9t\xe9.csv\n", "c.yaml:2:7: not UTF-8 text: byte 0xe9"),
    config("Latin-1 behind UTF-8", "# ä\nb: ö".encode() + b"\xff\n", "c.yaml:2:5: not UTF-8 text: byte 0xff"),
    config("cut UTF-8", b"data: a\xe2\x82", "c.yaml:1:8: not UTF-8 text: byte 0xe2"),
    config("surrogate in UTF-8", b"data: \xed\xa0\x80\n", "c.yaml:1:7: not UTF-8 text: byte 0xed"),
    config("UTF-16", "data: a".encode("utf-16"), "c.yaml:1:1: not UTF-8 text: byte 0xff"),
    config("UTF-16 without a mark", "data: a".encode("utf-16-le"), "c.yaml:1:2: character 0x0 is not allowed"),
    config("UTF-32", "data: a".encode("utf-32"), "c.yaml:1:1: not UTF-8 text: byte 0xff"),
    config("gzip", gzip.compress(b"a: 1", mtime=0), "c.yaml:1:2: not UTF-8 text: byte 0x8b"),
    config("byte order mark", b"\xef\xbb\xbfepochs: 0\r\n" + TWO, "c.yaml:1:9: epochs: must be at least 1, not 0"),
    config("CRLF", TWO.replace(b"\n", b"\r\n") + b"seed: x\r\n", "c.yaml:3:7: seed: expected a whole number, not 'x'"),
    config("no last line break", TWO + b"seed: x", "c.yaml:3:7: seed: expected a whole number, not 'x'"),
    config("umlauts before", "'ä': 1\n".encode() + TWO, "c.yaml:1:1: ä: unknown key ({known top})"),
    config(
        "empty",
        b"",
        "c.yaml:1:1: layers: missing (sizes: inputs, hidden layers, outputs, as in [64, 32, 10]; the first and last "
        "may be 'auto')",
        "c.yaml:1:1: data: missing (the data: a file, or a mapping with train, validation, test, target, …)",
    ),
    config(
        "endless digits in a directive",
        b"%YAML 1." + b"1" * 5000 + b"\n---\na: 1\n",
        "c.yaml:1:1: a line that starts with '%' (directives are not allowed; a text goes in quotes)",
    ),
]

DEPTHS = [
    config("a list in a list in …", b"[" * 100_000, f"c.yaml:1:34: {DEEP}"),
    config("an item in an item in …", b"- " * 100_000, f"c.yaml:1:67: {DEEP}"),
    config("a mapping in a mapping in …", b"{a: " * 50_000, f"c.yaml:1:130: {DEEP}"),
    config(
        "lines further and further in",
        "".join(f"{' ' * n}a:\n" for n in range(300)),
        f"c.yaml:33:33: {DEEP}",
    ),
    config("just deep enough", TWO + b"a: " + b"[" * 31 + b"]" * 31, "c.yaml:3:1: a: unknown key ({known top})"),
    Case(
        "override: deep",
        {"c.yaml": TWO},
        (f"--set {'a.' * 30}…: {DEEP}",),
        commands=((*TRAIN, "--set", f"{'a.' * 2000}a=1"),),
    ),
    Case(
        "override: deep value", {"c.yaml": TWO}, (f"--set a: {DEEP}",), commands=((*TRAIN, "--set", f"a={'[' * 99}"),)
    ),
]


SIZES = [
    config("a megabyte of comment", TWO + b"#" * 1_000_000, f"c.yaml:1:1: {LARGE}"),
    config("a megabyte of numbers", TWO + b"dropout: [" + b"0.5, " * 200_000 + b"]\n", f"c.yaml:1:1: {LARGE}"),
    config("one byte too many", TWO + b"#" * (262_144 - len(TWO)) + b"#", f"c.yaml:1:1: {LARGE}"),
    config("just small enough", TWO + b"#" * (262_144 - len(TWO)), "nothing.csv: no such file", code=4),
    config("a quarter of a megabyte of blank lines", TWO + b"\n" * 262_000, "nothing.csv: no such file", code=4),
    config(
        "as much in one text",
        TWO + b"activation: " + b"relu " * 52_000 + b"\n",
        f"c.yaml:3:13: activation: unknown '{'relu ' * 12}…' ({{known activations}})",
    ),
    config(
        "as much in one key",
        TWO + b"? " + b"relu " * 52_000 + b"\n: 1\n",
        f"c.yaml:3:3: {'relu ' * 12}…: unknown key ({{known top}})",
    ),
    config(
        "as many digits",
        TWO + b"epochs: " + b"1" * 262_000 + b"\nlearning_rate: 2\n",
        f"c.yaml:3:9: epochs: '{'1' * 60}…' is too large",
    ),
    config(
        "as many digits behind a point",
        TWO + b"learning_rate: ." + b"0" * 262_000 + b"1\n",
        f"c.yaml:3:16: learning_rate: '.{'0' * 59}…' is too close to 0",
    ),
    config("more values than a config needs", b"a: [" + b"1," * 20_000 + b"]", f"c.yaml:1:19999: {MANY}"),
    config("keys count as values", b"".join(b"a%d: 1\n" % n for n in range(6000)), f"c.yaml:5000:8: {MANY}"),
    config(
        "thousands of unknown keys",
        b"layers: [4, 3, 2]\n" + b"".join(b"learning_rat%d: 1\n" % n for n in range(4980)) + b"data: nothing.csv\n",
        *(
            f"c.yaml:{n + 2}:1: learning_rat{n}: unknown key (did you mean 'learning_rate'? {{known top}})"
            for n in range(100)
        ),
        "... and 4,880 more problems",
    ),
    config(
        "thousands of wrong weights",
        TWO + b"class_weight:\n" + b"".join(b"  a%d: x\n" % n for n in range(4980)),
        *(f"c.yaml:{n + 4}:{len(str(n)) + 6}: class_weight.a{n}: expected a number, not 'x'" for n in range(100)),
        "... and 4,880 more problems",
    ),
    config(
        "thousands of unknown metrics",
        TWO + b"expect:\n" + b"".join(b"  test.accurac%d: x\n" % n for n in range(4980)),
        *(
            f"c.yaml:{n + 4}:3: expect.test.accurac{n}: unknown key (did you mean 'test.accuracy'? {{known metrics}})"
            for n in range(100)
        ),
        "... and 4,880 more problems",
    ),
    config(
        "thousands of wrong sizes",
        b"data: nothing.csv\nlayers:\n" + b"- x\n" * 9900,
        *(f"c.yaml:{n + 3}:3: layers: expected a whole number or 'auto', not 'x'" for n in range(100)),
        "... and 9,800 more problems",
    ),
    config(
        "thousands of unknown names",
        TWO + b"activation:\n" + b"".join(b"- relu%d\n" % n for n in range(9900)),
        *(
            f"c.yaml:{n + 4}:3: activation: unknown 'relu{n}' (did you mean 'relu'? {{known activations}})"
            for n in range(100)
        ),
        "... and 9,800 more problems",
    ),
    config(
        "thousands of the same key",
        TWO + b"seed: 1\n" * 4900,
        *(f"c.yaml:{n + 4}:1: seed: stands here a second time (first in line 3)" for n in range(100)),
        "... and 4,799 more problems",
    ),
    config(
        "one more than is shown",
        TWO + b"class_weight:\n" + b"".join(b"  a%d: 0\n" % n for n in range(101)),
        *(f"c.yaml:{n + 4}:{len(str(n)) + 6}: class_weight.a{n}: must be above 0, not 0" for n in range(100)),
        "... and 1 more problem",
    ),
    config(
        "thousands of columns",
        b"layers: [4, 2]\ndata: {train: nothing.csv, features: ["
        + b"".join(b"a%d, " % n for n in range(9900))
        + b"a0]}\n",
        "c.yaml:2:38: data.features: column 'a0' is named twice",
    ),
]

CASES = [*SYNTAX, *DEPTHS, *SIZES]
