"""What a config would do and what would go wrong, as lines of text: from the object that `check --json` prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.cells import cell_len
from rich.text import Text

from bpcli.data.cells import listed
from bpcli.spec.named import with_defaults
from bpcli.spec.parameters import OPTIMIZER, SCHEDULE
from bpcli.ui.console import printable
from bpcli.ui.figures import brief, size
from bpcli.ui.tables import network

LABEL = 12  # cells of what stands before the words
WIDEST = 100  # cells; the eye loses its way in longer lines of words


def check(result: Mapping[str, Any], width: int | None = None) -> list[Text]:
    """The network, what is known of data and training, and the hazards; words wrap at `width`, and never without it."""
    rows = [
        ("task", _task(result)),
        ("decided by", _decided(result["taken"])),
        *((split, _source(result, split)) for split in result["examples"]),
        ("scale", _named(result["scale"], {})),
        ("steps", _steps(result)),
        ("optimizer", _descent(result)),
        ("memory", _memory(result["memory"])),
        ("time", _time(result)),
    ]
    lines = [Text(printable(result["config"]), style="bold"), Text(), *network(result, width), Text()]
    for label, words in rows:
        lines += _said(Text(f"{label:{LABEL}}", style="dim"), printable(words), width)
    return [*lines, Text(), *_hazards(result, width)]


def _task(result: Mapping[str, Any]) -> str:
    names = f": {listed(result['classes'])}" if result["classes"] else ""
    return f"{result['task']}{names}"


def _decided(taken: Mapping[str, str]) -> str:
    """What is said by the config, what by the data, and what follows from the output or cost."""
    by: dict[str, list[str]] = {}
    for what, source in taken.items():
        by.setdefault(source, []).append(what)
    return "; ".join(f"{source}: {', '.join(whats)}" for source, whats in by.items())


def _source(result: Mapping[str, Any], split: str) -> str:
    count, source = result["examples"][split], result["sources"][split]
    rows = f"{count:,} {'row' if count == 1 else 'rows'}"
    if "fraction" in source:
        return f"{rows}, {source['fraction']:g} of the training file"
    if "fold" in source:
        return f"{rows}, fold {source['fold']} of the training file"
    within = f", {source['rows']} of it" if source["rows"] else ""
    return f"{rows} of {source['file']}{within}"


def _steps(result: Mapping[str, Any]) -> str:
    each, whole = result["steps_per_epoch"], result["batch_size"]
    last = result["examples"]["train"] - (each - 1) * whole
    short = f", the last of {last:,}" if 0 < last < whole else ""
    rows = f"{whole:,} {'row' if whole == 1 else 'rows'}"
    return f"{each:,} an epoch, of {rows}{short}; {result['steps']:,} in {result['epochs']:,} epochs"


def _descent(result: Mapping[str, Any]) -> str:
    optimizer = _named(result["optimizer"], OPTIMIZER)
    return f"{optimizer}, learning rate {result['learning_rate']:g}, {_named(result['schedule'], SCHEDULE)}"


def _named(written: str | Mapping[str, Any], models: Mapping[str, Any]) -> str:
    """A name and what is set of its parameters, as a config writes both."""
    if isinstance(written, str):
        return written
    given = dict(written)
    name = given.pop("name", None)
    usual = with_defaults(name, models).parameters if name else {}
    set_ = [f"{key} {_value(value)}" for key, value in given.items() if value != usual.get(key)]
    return ", ".join([name, *set_] if name else set_)


def _value(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value).lower()


def _memory(memory: Mapping[str, int]) -> str:
    parts = sorted(((count, what) for what, count in memory.items() if what != "total"), reverse=True)
    return f"{size(memory['total'])}: {', '.join(f'{what} {size(count)}' for count, what in parts)}"


def _time(result: Mapping[str, Any]) -> str:
    seconds = result["seconds"]
    timed = "1 step" if seconds["steps_timed"] == 1 else f"{seconds['steps_timed']} steps"
    most = "at most about" if result["early_stopping"] else "about"
    each = f"{timed} of {brief(seconds['step'])} and {brief(seconds['measuring'])} between epochs"
    return f"{most} {brief(seconds['total'])}, estimated from {each}"


def _hazards(result: Mapping[str, Any], width: int | None) -> list[Text]:
    hazards, kinds = result["hazards"], len(result["looked_for"])
    if not hazards:
        return [Text.assemble(("0 hazards", "bold green"), f"  none of the {kinds} that are looked for")]
    lines = [Text("1 hazard" if len(hazards) == 1 else f"{len(hazards)} hazards", style="bold yellow")]
    for hazard in hazards:
        place, where = printable(hazard["place"]), hazard["where"]
        before = place.removesuffix(where) if place.endswith(f" {where}") else f"{place}: "
        lines += [Text(), Text.assemble(("! ", "bold yellow"), (before, "dim"), (where, "bold"))]
        lines += _said(Text("  "), printable(hazard["meaning"]), width)
        lines += _said(Text("  → ", style="green"), printable(hazard["advice"]), width)
    return lines


def _said(label: Text, words: str, width: int | None) -> list[Text]:
    """Words behind a label, in as many lines as they need, each as far in as the first."""
    room = None if width is None else min(width, WIDEST) - cell_len(label.plain)
    first, *rest = _wrapped(words, room)
    indent = " " * cell_len(label.plain)
    return [Text.assemble(label, first), *(Text(indent + line) for line in rest)]


def _wrapped(words: str, room: int | None) -> Sequence[str]:
    """Lines of at most `room` cells; a single word may be longer."""
    if room is None:
        return [words]
    lines = [""]
    for word in words.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if cell_len(longer) <= room or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
