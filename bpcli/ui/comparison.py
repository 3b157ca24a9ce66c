"""Two weights files side by side, as lines of text: from the objects that `diff` and `reproduce --json` print."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text

from bpcli.data.cells import counted
from bpcli.errors import printable
from bpcli.ui.columns import Column, table
from bpcli.ui.figures import duration, error, figure, measure
from bpcli.ui.inspection import facts, times, titled
from bpcli.ui.wrapping import said

SECTIONS = ("config", "data", "preparation", "metrics", "numerics", "format")
MOST_ROWS = 20  # of one section
CAUSES = {  # what a difference in a section points to, when the same data was read
    "config": "this version of bpcli completes its config otherwise",
    "data": "it names other files",
    "preparation": "its rows were split or scaled otherwise, as by another config",
    "format": "it is laid out otherwise",
}
ENDS = {  # how far a run that was followed had gone
    "epochs": "trained again",
    "early_stopping": "trained again, stopped early",
    "interrupted": "trained again as far as the file's run, which ended before its last epoch",
    "diverged": "trained again, until it diverged",
}


def difference(found: Mapping[str, Any], width: int | None = None) -> list[Text]:
    """Both files, a table for each section in which they differ, and the verdict."""
    lines = facts([(side, found[side]) for side in ("a", "b")], width)
    if found["same"]:
        return [*lines, Text(), *_same(found["sha256"]["a"], "the same bytes", width)]
    if history := found.get("history"):
        parted = history["parted"]
        where = "alike as far as both go" if parted is None else f"they part in epoch {parted}"
        lines += [Text(), *said("", f"epochs: {history['a']:,} and {history['b']:,}, {where}", width)]
    return [
        *lines,
        *_tables(found, ("a", "b"), width),
        Text(),
        *said("", f"different: {_counted(found)}", width, "bold"),
    ]


def reproduction(found: Mapping[str, Any], width: int | None = None) -> list[Text]:
    """What was trained again, where it differs from the file, and the verdict."""
    epochs = counted(found["epochs"], "epoch")
    lines = [
        *titled(found["weights"], width),
        *said("", f"{ENDS[found['reason']]}: {epochs}, {duration(found['seconds'])}", width),
    ]
    compared = found["differences"]
    if compared is None:
        return [*lines, *said("", "not reproduced: nothing finite came of it", width, "bold red")]
    lines += [*_tables(compared, ("file", "here"), width), Text()]
    if not found["reproduced"]:
        verdict = said("", f"not reproduced: {_counted(compared)}", width, "bold red")
        return [*lines, *verdict, *said("", _why(found), width)]
    if compared["numerics"]:
        words = "reproduced: the same weights and metrics to the last bit, though the arithmetic was done elsewhere"
        return [*lines, *said("", words, width, "green")]
    return [*lines, *_same(found["sha256"]["b"], "reproduced: the same bytes", width)]


def resumption(found: Mapping[str, Any], width: int | None = None) -> list[Text]:
    """Where a training was stopped, where it then differs from the one in one go, and the verdict."""
    steps = counted(found["steps"], "step")
    words = f"trained twice, {steps}: in one go, and stopped after step {found['stopped_after']:,} and resumed"
    lines = [*titled(found["subject"], width), *said("", words, width)]
    if (compared := found["differences"]) is None:
        return [*lines, *_same(found["sha256"]["b"], "resumed alike: the same bytes", width)]
    lines += [*_tables(compared, ("in one go", "resumed"), width), Text()]
    return [*lines, *said("", f"not resumed alike: {_counted(compared)}", width, "bold red")]


def _same(sha256: str, words: str, width: int | None) -> list[Text]:
    return [Text(words, style="green"), *facts([("sha256", sha256)], width)]


def _why(found: Mapping[str, Any]) -> str:
    """What may be the reason, of what can be seen."""
    compared = found["differences"]
    causes = [f"{p['key']} is {_shown(p, 'b')} here, not {_shown(p, 'a')}" for p in compared["numerics"]]
    causes += [cause for section, cause in CAUSES.items() if compared[section]]
    if found["threads"] > 1:
        causes.append(f"it takes {found['threads']} threads, and how BLAS shares work among them may differ")
    if found["reason"] == "interrupted" and any(place["key"] == "epochs" for place in compared["metrics"]):
        causes.append(f"no step of epoch {found['epochs']}, in which it ended, gives its weights")
    if not causes:
        return "nothing that is recorded differs: it was made by another config, or changed afterwards"
    return "what may be why: " + "; ".join(causes)


def _tables(compared: Mapping[str, Any], titles: tuple[str, str], width: int | None) -> list[Text]:
    lines: list[Text] = []
    for section in SECTIONS:
        if places := compared[section]:
            lines += [Text(), *_places(section, places[:MOST_ROWS], titles, width)]
            if len(places) > MOST_ROWS:
                lines.append(Text(f"and {len(places) - MOST_ROWS:,} more, which --json has", style="dim"))
    if _changed(compared):
        lines += [Text(), *_weights(compared["weights"], width)]
    return lines


def _places(
    section: str, places: Sequence[Mapping[str, Any]], titles: tuple[str, str], width: int | None
) -> list[Text]:
    if section != "metrics":
        columns = [Column(section, left=True), *(Column(title, left=True) for title in titles)]
        return table(columns, [(printable(p["key"]), _shown(p, "a"), _shown(p, "b")) for p in places], width)
    columns = [Column(section, left=True), *map(Column, titles), Column("change")]
    rows = []
    for place in places:
        name = place["key"].rpartition(".")[2]
        values = (
            _shown(place, side) if not isinstance(place.get(side), float) else measure(name, place[side])
            for side in ("a", "b")
        )
        rows.append((printable(place["key"]), *values, _signed(place["change"]) if "change" in place else ""))
    return table(columns, rows, width)


def _signed(change: float) -> str:
    return ("+" if change > 0 else "") + (str(change) if isinstance(change, int) else figure(change))


def _shown(place: Mapping[str, Any], side: str) -> str:
    """A value as the config would have it; nothing where there is none."""
    if side not in place:
        return ""
    value = place[side]
    return printable(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _weights(blocks: Sequence[Mapping[str, Any]], width: int | None) -> list[Text]:
    """How far each block of the one is from that of the other; two shapes where they are not the same."""
    columns = [
        Column("weights", left=True),
        Column("shape", left=True),
        Column("different"),
        Column("of", rank=3),
        Column("largest\ndifference"),
        Column("relative", rank=1),
        Column("ulps", rank=2),
        Column("cosine", rank=1),
    ]
    rows = []
    for block in blocks:
        if "different" not in block:
            both = " and ".join(times(block[side]) if side in block else "nothing" for side in ("a", "b"))
            rows.append((block["name"], both, "", "", "", "", "", ""))
            continue
        units = "-" if block["units"] is None else f"{block['units']:,}"
        cosine = "-" if block["cosine"] is None else f"{block['cosine']:.6f}"
        apart = (error(block["absolute"]), error(block["relative"]), units, cosine)
        rows.append((block["name"], times(block["a"]), f"{block['different']:,}", f"{block['entries']:,}", *apart))
    return table(columns, rows, width)


def _changed(compared: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [block for block in compared["weights"] if block.get("different") != 0]


def _counted(compared: Mapping[str, Any]) -> str:
    """How many differences there are in each section that has some, and how many blocks of weights differ."""
    counts = {**{name: len(compared[name]) for name in SECTIONS}, "weights": len(_changed(compared))}
    words = [f"{name} {count:,}" for name, count in counts.items() if count]
    return ", ".join(words) + (f" of {len(compared['weights'])} blocks" if counts["weights"] else "")
