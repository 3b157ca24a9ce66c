"""What a config would do and what would go wrong, as lines of text: from the object that `check --json` prints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from bpcli.data.cells import counted, listed
from bpcli.errors import printable
from bpcli.spec.named import in_words
from bpcli.ui.figures import brief, size
from bpcli.ui.tables import network
from bpcli.ui.wrapping import said

LABEL = 12  # cells of what stands before the words


def check(result: Mapping[str, Any], width: int | None = None) -> list[Text]:
    """The network, what is known of data and training, and the hazards; words wrap at `width`, and never without it."""
    lines = [*said("", printable(result["config"]), width, "bold"), Text(), *network(result, width), Text()]
    for label, words in _facts(result).items():
        lines += said(f"{label:{LABEL}}", printable(words), width)
    return [*lines, Text(), *_hazards(result, width)]


def _facts(result: Mapping[str, Any]) -> dict[str, str]:
    """What is said beside the network, each under its label."""
    return {
        "task": _task(result),
        "decided": _decided(result["taken"]),
        **{split: _source(result, split) for split in result["examples"]},
        "scale": in_words(result["scale"]),
        "steps": _steps(result),
        "optimizer": _descent(result),
        "memory": _memory(result["memory"]),
        "time": _time(result),
    }


def _task(result: Mapping[str, Any]) -> str:
    names = f": {listed(result['classes'])}" if result["classes"] else ""
    return f"{result['task']}{names}"


def _decided(taken: Mapping[str, str]) -> str:
    """What is said by the config, what by the data, and what follows from the output or cost."""
    by: dict[str, list[str]] = {}
    for what, source in taken.items():
        by.setdefault(source, []).append(what)
    names = {"config": "the config", "data": "the data"}
    return "; ".join(f"{', '.join(whats)} by {names.get(source, source)}" for source, whats in by.items())


def _source(result: Mapping[str, Any], split: str) -> str:
    rows, source = counted(result["examples"][split], "row"), result["sources"][split]
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
    epochs = counted(result["epochs"], "epoch")
    return f"{each:,} an epoch, of {counted(whole, 'example')}{short}; {result['steps']:,} in {epochs}"


def _descent(result: Mapping[str, Any]) -> str:
    optimizer, schedule = in_words(result["optimizer"]), in_words(result["schedule"])
    return f"{optimizer}, learning rate {result['learning_rate']:g}, {schedule}"


def _memory(memory: Mapping[str, int]) -> str:
    parts = sorted(((count, what) for what, count in memory.items() if what != "total"), reverse=True)
    return f"{size(memory['total'])}: {', '.join(f'{what} {size(count)}' for count, what in parts)}"


def _time(result: Mapping[str, Any]) -> str:
    seconds = result["seconds"]
    most = "at most about" if result["early_stopping"] else "about"
    between = f", {brief(seconds['measuring'])} between epochs" if seconds["measuring"] else ""
    return f"{most} {brief(seconds['total'])}, an estimate: {brief(seconds['step'])} a step{between}"


def _hazards(result: Mapping[str, Any], width: int | None) -> list[Text]:
    hazards, kinds = result["hazards"], len(result["looked_for"])
    if not hazards:
        return said("0 hazards  ", f"none of the {kinds} that are looked for", width, "", "bold green")
    lines = [Text(counted(len(hazards), "hazard"), style="bold yellow")]
    for hazard in hazards:
        place, where = printable(hazard["place"]), hazard["where"]
        head = place if place.endswith(f" {where}") else f"{place}: {where}"
        lines += [Text(), *said("! ", head, width, "bold", "bold yellow")]
        lines += said("  ", printable(hazard["meaning"]), width)
        lines += said("  → ", printable(hazard["advice"]), width, "green")
    return lines
