"""What a network is and how well it does, as lines of text: from the objects that `--json` prints.

Every function takes such an object and the width of the terminal, or None off it, where lines never wrap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from rich.cells import cell_len
from rich.text import Text

from bpcli.core.metrics import METRICS
from bpcli.ui.closing import verdicts
from bpcli.ui.columns import Column, cut, table, total
from bpcli.ui.console import printable
from bpcli.ui.figures import measure

PER_CLASS = ("precision", "recall", "f1", "roc_auc", "average_precision")
CONFUSIONS = 10  # pairs named where the whole matrix is too wide to read
LABEL = 12  # cells; a longer class name is cut over a column of the confusion matrix


def network(summary: Mapping[str, Any], width: int | None = None) -> list[Text]:
    """The layers, their shapes and their parameters, shown before training.

    `summary` has `layers` (sizes), `activations` (one a layer after the input, the output's last), `cost`,
    `target` (what it was taken for), `examples` (rows of each split) and `resumed` (where it goes on from, or None).
    """
    sizes: Sequence[int] = summary["layers"]
    counts = [size * (fan_in + 1) for fan_in, size in pairwise(sizes)]  # weights and one bias a unit
    rows = [("input", str(sizes[0]), "", "", "")]
    for i, (fan_in, size) in enumerate(pairwise(sizes)):
        activation = summary["activations"][i]
        rows.append((str(i + 1), str(size), activation, f"{size} × {fan_in}", f"{counts[i]:,}"))
    columns = [
        Column("layer"),
        Column("units"),
        Column("activation", left=True),
        Column("weights", rank=1),
        Column("parameters"),
    ]
    splits = ", ".join(f"{count:,} {name}" for name, count in summary["examples"].items())
    lines = [
        *table(columns, rows, width),
        Text(),
        Text(f"{sum(counts):,} parameters, {summary['cost']} cost"),
        Text(f"target: {printable(summary['target'])}"),
        Text(f"examples: {splits}"),
    ]
    if summary.get("resumed"):
        lines.append(Text(f"goes on from {printable(summary['resumed'])}"))
    return lines


def evaluation(result: Mapping[str, Any], width: int | None = None) -> list[Text]:
    """The measures of one split: cost and accuracy, classes one by one and confusion; or MAE, RMSE, R²."""
    rows = f"{result['examples']:,} {result['split']} examples"
    lines = [Text.assemble((printable(str(result["weights"])), "bold"), "  ", rows), Text()]
    shown = [name for name in METRICS if name in result]
    wide = max(map(len, shown))
    lines += [Text(f"{name:{wide}}  {measure(name, result[name]):>10}") for name in shown]
    if result.get("per_class"):
        lines += [Text(), *per_class(result["per_class"], width)]
    if result.get("confusion"):
        lines += [Text(), *confusion(result["confusion"], result["classes"], width)]
    if result.get("gates"):
        lines += [Text(), *verdicts("gate", result["gates"])]
    return lines


def per_class(classes: Sequence[Mapping[str, Any]], width: int | None = None) -> list[Text]:
    """Precision, recall, F1 and the two figures of ranking of each class; what is not defined is a dash."""
    columns = [
        Column("class", left=True),
        Column("precision"),
        Column("recall"),
        Column("f1", rank=1),
        Column("roc\nauc", rank=3),
        Column("average\nprecision", rank=4),
        Column("examples", rank=2),
    ]
    rows = [
        (
            printable(str(one["class"])),
            *(measure(name, one[name]) for name in PER_CLASS),
            str(one["examples"]),
        )
        for one in classes
    ]
    return table(columns, rows, width)


def confusion(counts: Sequence[Sequence[int]], classes: Sequence[str], width: int | None = None) -> list[Text]:
    """The confusion matrix, or the pairs most often confused where it does not fit into `width`."""
    names = [printable(str(name)) for name in classes]
    columns = [Column("true", max(4, *map(cell_len, names)), left=True)]
    widest = len(str(max(map(max, counts))))
    columns += [Column(cut(name, LABEL), max(widest, min(cell_len(name), LABEL))) for name in names]
    if width is not None and total(columns) > width:
        return _confused(counts, names, width)
    lines = [
        Text("confusion: true classes down, predicted ones across", style="dim"),
        Text("  ".join(column.pad(column.title) for column in columns).rstrip(), style="bold"),
    ]
    for i, (name, row) in enumerate(zip(names, counts)):
        line = Text(columns[0].pad(name))
        most = max((count for j, count in enumerate(row) if j != i), default=0)
        for j, (column, count) in enumerate(zip(columns[1:], row)):
            line.append("  " + column.pad(str(count) if count else "."), _shade(count, most, i == j))
        lines.append(line)
    return lines


def _shade(count: int, most: int, right: bool) -> str:
    if right:
        return "bold green"
    return "dim" if count == 0 else "red" if count < most else "bold red"


def _confused(counts: Sequence[Sequence[int]], names: Sequence[str], width: int) -> list[Text]:
    pairs = [
        (count, true, guessed)
        for true, row in enumerate(counts)
        for guessed, count in enumerate(row)
        if true != guessed and count
    ]
    columns = [Column("true", left=True), Column("predicted", left=True), Column("examples")]
    worst = sorted(pairs, key=lambda pair: -pair[0])[:CONFUSIONS]
    if not worst:
        return [Text("no class was taken for another", style="green")]
    rows = [(names[true], names[guessed], str(count)) for count, true, guessed in worst]
    return [Text("most often confused", style="dim"), *table(columns, rows, width)]
