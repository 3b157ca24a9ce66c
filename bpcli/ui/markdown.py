"""What a command did, as Markdown for the summary of a GitHub Actions step: from the objects that `--json` prints."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from bpcli.core.metrics import METRICS
from bpcli.data.cells import counted
from bpcli.errors import printable
from bpcli.spec.conditions import shortfall
from bpcli.training.events import Ended
from bpcli.ui.closing import REASONS
from bpcli.ui.figures import duration, measure
from bpcli.ui.tables import PER_CLASS

SPECIAL = re.compile(r"[\\`*_\[\]<>&|~$#@:]")  # the last four: sums, issues, people and smileys on GitHub
MOST_CLASSES = 50  # rows of the table of classes, the ones with the lowest F1 where there are more
LARGEST_MATRIX = 20  # classes


def training(
    config: str,
    summary: Mapping[str, Any],
    ended: Ended,
    kept: Mapping[str, Any],
    gates: Sequence[Mapping[str, Any]],
    following: str | None,
) -> str:
    """A run of `train`; `kept` has the figures of each split for the weights that are saved, `following` a command."""
    sizes = summary["layers"]
    parameters = sum(size * (fan_in + 1) for fan_in, size in pairwise(sizes))
    examples = ", ".join(f"{count:,} {name}" for name, count in summary["examples"].items())
    word, _ = REASONS[ended.reason]
    best = "" if ended.best_epoch is None else f", best epoch {ended.best_epoch}"
    detail = f": {escaped(ended.detail)}" if ended.detail else ""
    splits = {name: figures for name, figures in kept.items() if isinstance(figures, dict)}
    names = [name for name in METRICS if any(name in figures for figures in splits.values())]
    rows = [
        [name, *(measure(one, figures[one]) if one in figures else "" for one in names)]
        for name, figures in splits.items()
    ]
    return _page(
        f"bpcli train {config}",
        f"{'-'.join(map(str, sizes))} network, {parameters:,} parameters, {escaped(summary['cost'])} cost; "
        f"examples: {escaped(examples)}",
        f"{word} after {counted(ended.epochs, 'epoch')}, {duration(ended.seconds)}{best}{detail}",
        table(["", *names], rows) if rows else "",
        verdicts(gates),
        command(following),
    )


def folds(config: str, summary: Mapping[str, Any], results: Sequence[Mapping[str, Any]], following: str) -> str:
    """A run of `train --folds`: a row for each fold, then mean and sample deviation."""
    mean, deviation = summary["mean"], summary["deviation"]
    names = list(mean)
    rows = [
        [str(one["fold"]), str(one["epochs"]), *(measure(name, one["test"][name]) for name in names)] for one in results
    ]
    rows.append(["**mean**", "", *(measure(name, mean[name]) for name in names)])
    rows.append(["**deviation**", "", *(measure(name, deviation[name]) for name in names)])
    return _page(
        f"bpcli train {config} --folds {summary['folds']}",
        table(["fold", "epochs", *names], rows),
        verdicts(summary["expect"]),
        command(following),
    )


def evaluation(result: Mapping[str, Any], again: str) -> str:
    """The object of `eval`; `again` is the command that measures it anew."""
    names = [name for name in METRICS if name in result]
    return _page(
        f"bpcli eval {result['weights']}",
        f"{result['examples']:,} {result['split']} examples",
        table(["figure", ""], [[escaped(name), measure(name, result[name])] for name in names]),
        per_class(result.get("per_class") or []),
        confusion(result["confusion"], result["classes"]) if result.get("confusion") else "",
        verdicts(result.get("gates") or []),
        command(again),
    )


def per_class(classes: Sequence[Mapping[str, Any]]) -> str:
    """Precision, recall, F1 and more of each class, or of the worst ones."""
    if not classes:
        return ""
    shown, note = list(classes), ""
    if len(shown) > MOST_CLASSES:
        shown = sorted(shown, key=lambda one: float(one["f1"]))[:MOST_CLASSES]
        note = f"\n\nthe {MOST_CLASSES} of {len(classes)} classes with the lowest F1"
    rows = [
        [escaped(str(one["class"])), *(measure(name, one[name]) for name in PER_CLASS), str(one["examples"])]
        for one in shown
    ]
    return table(["class", *PER_CLASS, "examples"], rows) + note


def confusion(counts: Sequence[Sequence[int]], classes: Sequence[str]) -> str:
    """True classes down, predicted ones across; nothing where that is too wide to read."""
    if len(classes) > LARGEST_MATRIX:
        return ""
    rows = [
        [escaped(name), *(f"**{count}**" if i == j else str(count or "") for j, count in enumerate(row))]
        for i, (name, row) in enumerate(zip(classes, counts))
    ]
    return table(["true ↓ predicted →", *classes], rows)


def verdicts(gates: Sequence[Mapping[str, Any]]) -> str:
    """A row for each gate: what was wanted, what was found, by how much it was missed."""
    rows = []
    for gate in gates:
        found = measure(gate["metric"].rpartition(".")[2], gate["value"])
        missed = f"**missed**: {escaped(shortfall(gate['condition'], gate['value']))}"
        verdict = {True: "ok", False: missed, None: "not judged"}[gate["met"]]
        rows.append([escaped(f"{gate['metric']} {gate['condition']}"), verdict, found])
    return table(["gate", "verdict", "found"], rows, words=2) if rows else ""


def table(titles: Iterable[str], rows: Iterable[Sequence[str]], words: int = 1) -> str:
    """A Markdown table, its first columns words and the rest figures; the cells of the rows stand in it as they are."""
    head = [escaped(title) for title in titles]
    lines = [head, ["---"] * words + ["---:"] * (len(head) - words), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def command(line: str | None) -> str:
    """A command to copy; as it stands in one line that begins with a word, nothing in it ends its frame."""
    return "" if line is None else f"```sh\n{printable(line)}\n```"


def escaped(text: str) -> str:
    """Text on one line, which neither Markdown nor HTML takes for anything of theirs."""
    return SPECIAL.sub(lambda found: f"&#{ord(found[0])};", printable(text))


def _page(title: str, *parts: str) -> str:
    return "\n\n".join([f"### {escaped(title)}", *filter(None, parts)]) + "\n\n"
