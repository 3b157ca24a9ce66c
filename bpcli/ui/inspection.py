"""A weights file taken apart, as lines of text: from the object that `inspect --json` prints."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.text import Text

from bpcli.core.metrics import METRICS
from bpcli.errors import printable
from bpcli.ui.columns import Column, cut, table
from bpcli.ui.figures import figure, measure

SETTINGS = (  # the keys of the config that have a line where they say anything
    *("optimizer", "learning_rate", "schedule", "batch_size", "seed", "l1", "l2", "dropout", "input_dropout"),
    *("label_smoothing", "class_weight", "clip_norm", "clip_value", "max_norm", "init", "early_stopping"),
)
ORDER = (  # of splits, and of where the arithmetic was done
    *("running", "train", "validation", "test"),
    *("bpcli", "numpy", "scipy", "blas", "cpu", "libc"),
    *("library", "version", "kernel", "architecture", "vectors"),
)
NAMED = 10  # inputs or classes that are listed
DIGITS = 16  # of a digest that stands beside something else

Fact = tuple[str, str]


def inspection(found: Mapping[str, Any], width: int | None = None) -> list[Text]:
    """The network, its blocks in figures and, where there is meta, how it was trained, on what and where."""
    lines = [*titled(found["weights"], width), *facts(_network(found), width), Text(), *_blocks(found, width)]
    if found["format"] is not None:
        for group in (_training(found), _data(found), _place(found)):
            lines += [Text(), *facts(list(group), width)]
        digests = [("sha256", found["sha256"]), ("parameters", found["parameters_sha256"])]
    else:
        digests = [("sha256", found["sha256"])]
    return [*lines, Text(), *facts(digests, width)]


def titled(path: str, width: int | None = None) -> list[Text]:
    """The file that is spoken of, and an empty line."""
    name = printable(path)
    return [Text(name if width is None else cut(name, width), style="bold"), Text()]


def facts(rows: Sequence[Fact], width: int | None = None) -> list[Text]:
    """What each is called, and beside it what it is, cut where the terminal ends."""
    wide = max((len(label) for label, _ in rows), default=0)
    lines = []
    for label, words in rows:
        told = printable(words)
        shown = told if width is None else cut(told, width - wide - 2)
        lines.append(Text.assemble((f"{label:{wide}}", "dim"), "  ", shown))
    return lines


def _network(found: Mapping[str, Any]) -> list[Fact]:
    sizes = [str(size) for size in found["layers"]]
    activations = found.get("activations", [""] * (len(sizes) - 1))
    layers = [sizes[0], *(f"{size} {name}".strip() for size, name in zip(sizes[1:], activations))]
    form = "no meta: numbers alone" if found["format"] is None else f"format {found['format']}"
    rows = [("size", f"{found['bytes']:,} bytes, {form}"), ("layers", " → ".join(layers))]
    if "cost" in found:
        rows.append(("cost", found["cost"]))
    dtype = f", {found['dtype']}" if "dtype" in found else ""
    return [*rows, ("parameters", f"{found['parameters']:,}{dtype}")]


def _blocks(found: Mapping[str, Any], width: int | None) -> list[Text]:
    columns = [
        Column("block", left=True),
        Column("shape", left=True),
        Column("entries", rank=4),
        Column("norm"),
        Column("largest"),
        Column("mean", rank=3),
        Column("deviation", rank=2),
        Column("zeros", rank=1),
        Column("idle\nunits", rank=2),
    ]
    rows = []
    for block in found["blocks"]:
        shape = block["shape"]
        entries = shape[0] * (shape[1] if len(shape) > 1 else 1)
        figures = (figure(block[name]) for name in ("norm", "largest", "mean", "deviation"))
        idle = str(block["idle"]) if "idle" in block else ""
        rows.append((block["name"], times(shape), f"{entries:,}", *figures, f"{100 * block['zeros']:.1f} %", idle))
    return table(columns, rows, width)


def times(shape: Sequence[int]) -> str:
    return " × ".join(map(str, shape))


def _training(found: Mapping[str, Any]) -> Iterator[Fact]:
    """How far it was trained, what it reached, and the settings that made it."""
    metrics, config = found["metrics"], found["config"]
    best = metrics.get("best_epoch")
    kept = "" if best is None else f"; the best was epoch {best}, which is kept"
    yield "epochs", f"{metrics.get('epochs')} of {config['epochs']}{kept}"
    for split, figures in _in_order(metrics):
        if isinstance(figures, dict):
            known = {name: figures[name] for name in METRICS if isinstance(figures.get(name), float)}
            yield split, "  ".join(f"{name} {measure(name, value)}" for name, value in known.items())
    for key in SETTINGS:
        if words := _in_words(config.get(key)):
            yield key, words


def _in_words(value: Any) -> str:
    """A value of the config, of a mapping the parts that say anything; empty where nothing is asked for."""
    if isinstance(value, dict):
        parts = [str(value["name"])] if "name" in value else []
        parts += [f"{key} {_in_words(part)}" for key, part in value.items() if key != "name" and _in_words(part)]
        return "" if parts == ["constant"] else " ".join(parts)
    if value is None or value is False or value == 0:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _data(found: Mapping[str, Any]) -> Iterator[Fact]:
    preparation, classes = found["preparation"], found["preparation"]["classes"]
    yield "inputs", f"{len(found['inputs'])}: {_listed(found['inputs'])}"
    yield "target", found["target"] + (f": {_listed(classes)}" if classes else "")
    yield "scale", _in_words(found["config"]["data"]["scale"])
    if preparation["missing"] != "error":
        yield "missing", preparation["missing"]
    for name, digest in found["files"].items():
        yield "file", f"{name}  sha256 {str(digest)[:DIGITS]}…"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:NAMED]) + (", …" if len(names) > NAMED else "")


def _place(found: Mapping[str, Any]) -> Iterator[Fact]:
    """Where the arithmetic was done: all that can change a bit."""
    for name, value in _in_order(found["numerics"]):
        yield name, _told(value)
    yield "threads", str(found["threads"])


def _told(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(_told(part) for _, part in _in_order(value))
    return ", ".join(map(_told, value)) if isinstance(value, list) else str(value)


def _in_order(parts: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """What is known in the order in which it is read best, then the rest."""
    return [(name, parts[name]) for name in dict.fromkeys((*ORDER, *parts)) if name in parts]
