"""What a network is and how well it does, as lines of text: from the objects that `--json` prints.

Every function takes such an object and the width of the terminal, or None off it, where lines never wrap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from rich.text import Text

from bpcli.core.metrics import METRICS
from bpcli.errors import printable
from bpcli.ui.blocks import bar
from bpcli.ui.classes import labels
from bpcli.ui.closing import verdicts
from bpcli.ui.columns import Column, table
from bpcli.ui.confusion import confusion
from bpcli.ui.figures import measure
from bpcli.ui.frame import facts, framed, inside

PER_CLASS = ("precision", "recall", "f1", "roc_auc", "average_precision")
SHARE = 12  # cells of the bar for a layer's share of the parameters
EXPLAINED = ("r2", "explained_variance")  # shares of the targets' variance: drawn on a scale from 0 to 1
SCALE = 20  # cells of that scale
GUTTER = 4  # cells between two blocks that stand side by side


def network(summary: Mapping[str, Any], width: int | None = None) -> list[Text]:
    """The layers, their shapes and their parameters, shown before training.

    `summary` has `layers` (sizes), `activations` (one a layer after the input, the output's last), `cost`,
    `target` (what it was taken for) and `examples` (rows of each split); and where it is about to be trained,
    `training`: more to say, each under its label.
    """
    sizes: Sequence[int] = summary["layers"]
    counts = [size * (fan_in + 1) for fan_in, size in pairwise(sizes)]  # weights and one bias a unit
    rows = [("input", str(sizes[0]), "", "", "", "")]
    for i, (fan_in, size) in enumerate(pairwise(sizes)):
        share = counts[i] / sum(counts)
        activation, drawn = summary["activations"][i], f"{bar(share, SHARE):{SHARE}} {share:4.0%}"
        rows.append((str(i + 1), str(size), activation, f"{size} × {fan_in}", f"{counts[i]:,}", drawn))
    columns = [
        Column("layer"),
        Column("units"),
        Column("activation", left=True),
        Column("weights", rank=1),
        Column("parameters"),
    ]
    if width is not None and len(counts) > 1:
        columns.append(Column("", left=True, rank=2, style="cyan"))
    splits = ", ".join(f"{count:,} {name}" for name, count in summary["examples"].items())
    known = {"target": printable(summary["target"]), "examples": splits, **summary.get("training", {})}
    room = inside(width)
    lines = [*table(columns, rows, room), Text(), Text(f"{sum(counts):,} parameters, {summary['cost']} cost")]
    return framed([*lines, *facts(known, room)], width)


def evaluation(result: Mapping[str, Any], width: int | None = None) -> list[Text]:
    """The measures of one split: cost and accuracy, classes one by one and confusion; or MAE, RMSE, R²."""
    rows = f"{result['examples']:,} {result['split']} examples"
    lines = [Text.assemble((printable(str(result["weights"])), "bold"), "  ", rows), Text()]
    lines += _measures({name: result[name] for name in METRICS if name in result}, width)
    one_by_one, matrix = [], []
    if result.get("per_class"):
        one_by_one = per_class(result["per_class"], width)
    if result.get("confusion"):
        matrix = confusion(result["confusion"], result["classes"], width)
    lines += _side_by_side(one_by_one, matrix, width)
    if result.get("gates"):
        lines += [Text(), *verdicts("gate", result["gates"])]
    return lines


def per_class(classes: Sequence[Mapping[str, Any]], width: int | None = None) -> list[Text]:
    """Precision, recall, F1 and the two figures of ranking of each class; what is not defined is a dash."""
    columns = [
        Column("class", left=True, middle=True),
        Column("precision"),
        Column("recall"),
        Column("f1", rank=1),
        Column("roc\nauc", rank=3),
        Column("average\nprecision", rank=4),
        Column("examples", rank=2),
    ]
    names = [str(one["class"]) for one in classes]
    rows = [
        (
            name,
            *(measure(name, one[name]) for name in PER_CLASS),
            str(one["examples"]),
        )
        for name, one in zip(labels(names, width), classes)
    ]
    return table(columns, rows, width)


def _measures(values: Mapping[str, float | None], width: int | None) -> list[Text]:
    """One a line; on a terminal as many beside each other as have room, but never fewer than five a column."""
    wide = max(map(len, values))
    written = [f"{name:{wide}}  {measure(name, value):>10}" for name, value in values.items()]
    across = 1 if width is None else max(1, min((width + GUTTER) // (wide + 12 + GUTTER), len(written) // 5))
    height = -(-len(written) // across)
    lines = [Text((" " * GUTTER).join(written[i::height])) for i in range(height)]
    if width is not None:
        for line, (name, value) in zip(lines, values.items()):
            if name in EXPLAINED and value is not None:
                drawn = bar(value, SCALE).ljust(SCALE)
                line.append(" " * GUTTER).append(drawn, "cyan").append("│ 1", "dim")
                line.truncate(width)
    return lines


def _side_by_side(left: list[Text], right: list[Text], width: int | None) -> list[Text]:
    """Both blocks of lines, row by row where a terminal is wide enough, otherwise one below the other."""
    wide = [max((line.cell_len for line in lines), default=0) for lines in (left, right)]
    if width is None or not right or sum(wide) + GUTTER > width or len(left) != len(right):
        return [line for lines in (left, right) if lines for line in (Text(), *lines)]
    joined = [Text()]
    for one, other in zip(left, right):
        one.pad_right(wide[0] + GUTTER - one.cell_len)
        joined.append(Text.assemble(one, other))
    return joined
