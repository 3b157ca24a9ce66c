"""Command lines and files at random, put together from pieces of everything that bpcli reads; a seed gives the same."""

from __future__ import annotations

import gzip
import io
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from bpcli.core.metrics import METRICS
from bpcli.runs.npz import read_npz, write_npz
from bpcli.spec.keys import sections

KEYS = [key for _, _, keys in sections() for key in keys]
NAMES = sorted({name for key in KEYS for name, _ in key.names})
_WORDS = """
1 0 -1 2 3 10 0.5 1e-3 .5 010 1:30 on yes true false ~ null 1_000 0x10 .inf -.inf .nan 1e400 99999999999999999999 '5'
'' auto all none balanced [] {} [1] [2,3,2] [auto,3,auto] {name:_sgd} {a:1} {fold:_1/3} 0:2 2:1 *a &a !a @ ` % >
'>=_0.5' '<_inf' '>=_x' d.csv x.csv c.yaml . / é ７ \\x00 \\uD800 - -- ?a [[[[]]]] {a:_{b:_{c:_1}}} y a p q
"""
VALUES = [word.replace("_", " ") for word in _WORDS.split()]
_SOUND = """
epochs=3 layers=[2,4,2] optimizer=adam seed=3 data.test=0.25 data.validation=0.25 expect={epochs:_'<=_3'}
expect={running.cost:_'<_0'} dtype=float64 batch_size=all output=sigmoid learning_rate=1e6 data.scale=none
data.missing=mean data.missing=drop cost=quadratic evaluate_train=true data.target=a early_stopping=running.cost
"""
SOUND = [word.replace("_", " ", 0 if "=" in word and "{" not in word else -1) for word in _SOUND.split()]
CELLS = [
    "1",
    "2",
    "0",
    "-3.5",
    "1e300",
    "1e-320",
    "inf",
    "nan",
    "",
    "?",
    "NA",
    "p",
    "q",
    "é",
    "1_0",
    '"p"',
    " 1 ",
    "x y",
]
HEADERS = ["a", "b", "y", "class", "target", "a b", "é", "1", '"a,b"', "a\x1b[31m", "=1+1", "p_q", "row"]
CONFIG = "layers: [auto, 3, auto]\nepochs: 2\ndata: {train: d.csv}\n"
CSV = "a,b,y\n1,2,p\n3,4,q\n5,6,p\n7,8,q\n2,2,p\n1,5,q\n8,8,p\n4,4,q\n"

Random = random.Random


@dataclass(frozen=True)
class Case:
    """What stands in the folder, what is typed there, and in which environment."""

    arguments: list[str]
    files: dict[str, bytes]
    stdin: bytes = b""
    environment: dict[str, str] = field(default_factory=dict)


def make_case(seed: int, trained: bytes) -> Case:
    """Case `seed`; `trained` is a weights file that was made with CONFIG on CSV."""
    draw = Random(seed)
    files = {
        "c.yaml": _config(draw),
        "parent.yaml": CONFIG.encode() if draw.random() < 0.7 else _config(draw),
        "d.csv": CSV.encode() if draw.random() < 0.6 else _table(draw),
        "other.csv": _table(draw),
        "x.npz": _archive(draw),
        "w.npz": trained if draw.random() < 0.5 else _weights(draw, trained),
        "v.npz": trained if draw.random() < 0.5 else _weights(draw, trained),
        "x.idx3-ubyte": draw.choice([b"\0\0\x08\x03" + bytes([0, 0, 0, 2] * 3) + bytes(8), _noise(draw)]),
        "X.npy": _array(draw),
        "y.npy": _array(draw),
        "z.csv.gz": draw.choice([gzip.compress(CSV.encode()), gzip.compress(_table(draw))[:-9], _noise(draw)]),
    }
    paths = [*files, "missing.csv", ".", "..", "new/dir/file", "c.yaml/x", "-", "", "a\nb", "new.csv"]
    arguments = _arguments(draw, paths)
    environment = {name: draw.choice(values) for name, values in ENVIRONMENT.items() if draw.random() < 0.15}
    return Case(arguments, files, draw.choice([files["c.yaml"], files["d.csv"], _noise(draw), b""]), environment)


ENVIRONMENT = {
    "GITHUB_ACTIONS": ["true"],
    "COLUMNS": ["0", "-1", "abc", "1", "40", "999999"],
    "TERM": ["dumb", "", "xterm", "nonsense"],
    "NO_COLOR": ["1", ""],
    "LC_ALL": ["C", "xx_YY"],
    "GITHUB_STEP_SUMMARY": ["summary.md", "c.yaml/x", "."],
    "HOME": ["", "/nonexistent"],
}


def _arguments(draw: Random, paths: list[str]) -> list[str]:
    path = lambda likely: likely if draw.random() < 0.75 else draw.choice(paths)  # noqa: E731
    command = draw.choice(list(COMMANDS))
    words = [command, *(path(likely) for likely in draw.choice(COMMANDS[command]))]
    for option, value in draw.sample(OPTIONS[command], k=draw.randint(0, min(4, len(OPTIONS[command])))):
        words.append(option)
        if value is not None and draw.random() < 0.97:
            words.append(value(draw) if callable(value) else draw.choice(paths) if value == "path" else value)
    if draw.random() < 0.03:
        words.insert(draw.randrange(len(words)), draw.choice(["--lr", "extra", "-x", "--help", "--set=epochs=1", "--"]))
    return words


def _setting(draw: Random) -> str:
    if draw.random() < 0.6:
        return draw.choice(SOUND)
    key, value = draw.choice(KEYS), draw.choice([*VALUES, *NAMES])
    if key.path in ("epochs", "threads") and value.isdigit():
        value = "2"
    form = draw.random()
    return f"{key.path}={value}" if form < 0.9 else draw.choice([key.path, f"={value}", f"{key.path}.x.y={value}", ""])


def _gate(draw: Random) -> str:
    return f"{draw.choice([*METRICS, 'x', ''])}{draw.choice(['=', ''])}{draw.choice(['0.5', 'nan', '-1', '', '1e400'])}"


Value = str | None | Callable[[Random], str]
_COMMON: list[tuple[str, Value]] = [("--json", None), ("--quiet", None)]
_SET: list[tuple[str, Value]] = [("--set", _setting)] * 3
_JUNIT: list[tuple[str, Value]] = [("--junit", "j.xml"), ("--junit", "path")]

COMMANDS = {
    "train": [["c.yaml"], ["-"], []],
    "check": [["c.yaml"], ["-"]],
    "eval": [["w.npz"]],
    "predict": [["w.npz", "d.csv"], ["w.npz", "-"], ["w.npz", "other.csv"]],
    "inspect": [["w.npz"]],
    "diff": [["w.npz", "v.npz"]],
    "reproduce": [["w.npz"]],
    "init": [["d.csv"], ["other.csv"], ["x.npz"], ["x.idx3-ubyte"], ["X.npy"], ["z.csv.gz"]],
    "gradcheck": [["c.yaml"], ["w.npz"], ["-"]],
    "schema": [[]],
    "help": [["config"], ["errors"], ["lr"], ["config", "optimizer"], ["names"], ["x y"]],
}
OPTIONS: dict[str, list[tuple[str, Value]]] = {
    "train": [*_COMMON, *_SET, *_JUNIT, ("--out", "run"), ("--out", "path"), ("--force", None), ("--folds", "2")],
    "check": [*_COMMON, *_SET, ("--resolved", None)],
    "eval": [
        *_COMMON,
        *_JUNIT,
        ("--split", "test"),
        ("--split", "train"),
        ("--data", "path"),
        ("--data", "d.csv"),
        ("--labels", "path"),
        ("--fail-under", _gate),
        ("--fail-over", _gate),
    ],
    "predict": [("--output", "p.csv"), ("--output", "p.npz"), ("-o", "path"), ("-o", "p.parquet"), ("-o", "-")],
    "inspect": [("--json", None)],
    "diff": _COMMON,
    "reproduce": _COMMON,
    "init": [
        ("--quiet", None),
        ("--target", "y"),
        ("--target", "a"),
        ("--labels", "path"),
        ("-o", "n.yaml"),
        ("-o", "path"),
    ],
    "gradcheck": [
        *_COMMON,
        *_SET,
        *_JUNIT,
        ("--samples", "2"),
        ("--method", "central"),
        ("--method", "directional"),
        ("--rtol", "0"),
        ("--atol", "1e-9"),
    ],
    "schema": [],
    "help": [],
}


def _config(draw: Random) -> bytes:
    if draw.random() < 0.03:
        return _noise(draw)
    lines = CONFIG.splitlines() if draw.random() < 0.8 else ["extends: parent.yaml"]
    for _ in range(draw.choice([0, 0, 0, 0, 0, 1, 2, 5])):
        lines.insert(draw.randint(0, len(lines)), _line(draw))
    text = "\n".join(lines) + "\n"
    if draw.random() < 0.1:
        at = draw.randint(0, len(text))
        text = text[:at] + draw.choice(["\t", "'", "{", "]", ":", "\n---\n", "\x00", "&a ", "<<: "]) + text[at:]
    return draw.choice([b"", b"", b"", b"\xef\xbb\xbf"]) + text.encode("utf-8", "surrogatepass")


def _line(draw: Random) -> str:
    key = draw.choice(KEYS)
    known = [name for name, _ in key.names]
    value = draw.choice(known) if known and draw.random() < 0.6 else draw.choice(VALUES)
    if key.path in ("epochs", "threads") and value.isdigit():
        value = "2"
    outer, _, inner = key.path.rpartition(".")
    if draw.random() < 0.05:
        inner = draw.choice(["loss", "lr", "1", "é", "a b", "{x: 1}", "?", inner + "x"])
    for name in reversed(outer.split(".") if outer else []):
        value, inner = f"{{{inner}: {value}}}", name
    return f"{inner}: {value}"


def _table(draw: Random) -> bytes:
    columns = draw.choice([1, 2, 3, 3, 3, 5])
    names = draw.choices(HEADERS, k=columns) if draw.random() < 0.3 else ["a", "b", "y", "w", "v"][:columns]
    rows = [[draw.choice(CELLS if draw.random() < 0.1 else "12345") for _ in names] for _ in range(draw.randint(0, 12))]
    if draw.random() < 0.1 and rows:
        draw.choice(rows).append("1")
    end = draw.choice(["\n", "\n", "\n", "\r\n", "\r", "\n\n"])
    text = end.join(",".join(row) for row in [names, *rows]) + draw.choice([end, ""])
    content = text.encode(draw.choice(["utf-8", "utf-8", "utf-8", "utf-8-sig", "latin-1", "utf-16"]))
    return content if draw.random() < 0.95 else content + draw.choice([b'"', b"\0", b"\xff", b"1,2,3"])


def _array(draw: Random) -> bytes:
    out = io.BytesIO()
    arrays = [
        np.arange(12.0).reshape(4, 3),
        np.array([0, 1, 0, 1]),
        np.array(["a", "b", "a", ""]),
        np.array([1 + 1j, 2, 3, 4]),
        np.full((4, 2), np.nan),
        np.zeros((0, 3)),
        np.float32(3),
        np.zeros(4, dtype=[("a", "f4")]),
        np.array(["2020-01-01"] * 4, dtype="M8[D]"),
    ]
    np.save(out, draw.choice(arrays))
    return _hurt(draw, out.getvalue()) if draw.random() < 0.2 else out.getvalue()


def _archive(draw: Random) -> bytes:
    out = io.BytesIO()
    names = draw.choice([["X", "y"], ["X"], ["y"], ["x", "y"], ["W1", "b1"], []])
    np.savez(out, **{name: np.load(io.BytesIO(_sound(draw))) for name in names})
    return _hurt(draw, out.getvalue()) if draw.random() < 0.2 else out.getvalue()


def _sound(draw: Random) -> bytes:
    out = io.BytesIO()
    np.save(out, draw.choice([np.arange(8.0).reshape(4, 2), np.array([0, 1, 1, 0]), np.eye(4), np.array(["p"] * 4)]))
    return out.getvalue()


def _weights(draw: Random, trained: bytes) -> bytes:
    """The trained file, hurt, or with another meta and a digest that fits."""
    if draw.random() < 0.2:
        return _hurt(draw, trained)
    arrays = read_npz(trained)
    meta = json.loads(arrays["meta"].tobytes())
    _disturb(draw, meta)
    text = json.dumps(meta, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return write_npz({**arrays, "meta": np.frombuffer(text, np.uint8)})


def _disturb(draw: Random, thing: object) -> None:
    """Changes one value somewhere in it, or takes it out."""
    while isinstance(thing, dict | list) and thing:
        key = draw.choice(list(thing) if isinstance(thing, dict) else list(range(len(thing))))
        inner = thing[key]
        if not isinstance(inner, dict | list) or not inner or draw.random() < 0.25:
            if draw.random() < 0.2:
                del thing[key]
            else:
                thing[key] = draw.choice(ODD)
            return
        thing = inner


ODD = [None, 0, -1, 1.5, 10**30, "", "x", "../../x", [], {}, [[]], [None], {"a": 1}, True, "é\x1b[31m", 1e308]


def _hurt(draw: Random, content: bytes) -> bytes:
    at = draw.randrange(len(content))
    return draw.choice([content[:at], content[:at] + bytes([draw.randrange(256)]) + content[at + 1 :], content + b"x"])


def _noise(draw: Random) -> bytes:
    return draw.randbytes(draw.choice([0, 1, 40, 400]))
