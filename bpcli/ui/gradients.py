"""The report of a gradient check as lines of text: from the object that `gradcheck --json` prints."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text

from bpcli.ui.columns import Column, table
from bpcli.ui.figures import error

FAIL = "FAIL"
WORST = [  # the largest relative error, the entry it is at, and both raw values of that entry
    Column("worst error", rank=1),
    Column("at", left=True, rank=2),
    Column("backprop", rank=4),
    Column("numerical", rank=4),
]
VERDICT = Column("", left=True, style="green")


def gradcheck(report: Mapping[str, Any], width: int | None = None) -> list[Text]:
    """The cases, or each block of the only one; then the optimizer's steps and the verdict.

    Several cases have a line each in a file; on a terminal they are a grid that fits on it.
    """
    cases = report["cases"]
    several = _cases(cases) if width is None else _grid(cases, width)
    lines = several if len(cases) > 1 else _blocks(cases[0], width)
    if report.get("step"):
        lines += [Text(), *_steps(report["step"], width)]
    return [*lines, Text(), *_failures(cases, width), _verdict(report)]


def _grid(cases: Sequence[Mapping[str, Any]], width: int) -> list[Text]:
    """Activations down, outputs and costs across as far as there is room; a cell is the worst error of its cases."""
    for across in (("output", "cost"), ("output",), ()):
        lines = _crossed(cases, across)
        if max(line.cell_len for line in lines) <= width:
            break
    return [Text(f"the worst relative error of {len(cases)} cases", style="dim"), *lines]


def _crossed(cases: Sequence[Mapping[str, Any]], across: Sequence[str]) -> list[Text]:
    """The cases by activation and by what `across` names; a failed case makes its cell fail."""
    outputs = list(dict.fromkeys(case["output"] for case in cases))
    cells: dict[tuple[str, ...], dict[str, list[Mapping[str, Any]]]] = {}
    for case in sorted(cases, key=lambda case: outputs.index(case["output"])):
        column = cells.setdefault(tuple(case[key] for key in across), {})
        column.setdefault(case["activation"], []).append(case)
    heads = [Column("activation", left=True), *(Column("\n".join(title) or "worst error") for title in cells)]
    activations = dict.fromkeys(case["activation"] for case in cases)
    rows = [(name, *(_cell(column.get(name, [])) for column in cells.values())) for name in activations]
    lines = table(heads, rows)
    for line in lines:
        line.highlight_words([FAIL], "bold red")
    return lines


def _cell(cases: Sequence[Mapping[str, Any]]) -> str:
    if any(not case["passed"] for case in cases):
        return FAIL
    return error(max((_badness(_worst_block(case)) for case in cases), default=None))


def _cases(cases: Sequence[Mapping[str, Any]]) -> list[Text]:
    words = [Column(name, left=True) for name in ("activation", "output", "cost")]
    rows = []
    for case in cases:
        checked = sum(block["checked"] for block in case["blocks"])
        names = (case["activation"], case["output"], case["cost"])
        rows.append((*names, str(checked), *_worst(_worst_block(case)), _mark(case)))
    return table([*words, Column("entries", rank=3), *WORST, VERDICT], rows, marked=FAIL)


def _blocks(case: Mapping[str, Any], width: int | None) -> list[Text]:
    title = f"{case['activation']} layers, {case['output']} output, {case['cost']} cost"
    columns = [Column("block", left=True), Column("shape", left=True), Column("entries", rank=3)]
    rows = [
        (block["name"], " × ".join(map(str, block["shape"])), str(block["checked"]), *_worst(block), _mark(block))
        for block in case["blocks"]
    ]
    return [Text(title, style="bold"), Text(), *table([*columns, *WORST, VERDICT], rows, width, marked=FAIL)]


def _steps(steps: Sequence[Mapping[str, Any]], width: int | None) -> list[Text]:
    """A line for each block of the optimizer, or for the worst block of each when there are several."""
    columns = [Column("one step of", left=True), Column("block", left=True), Column("worst error"), VERDICT]
    by_name: dict[str, list[Mapping[str, Any]]] = {}
    for step in steps:
        by_name.setdefault(step["name"], []).append(step)
    shown = steps if len(by_name) == 1 else [max(blocks, key=_badness) for blocks in by_name.values()]
    rows = [(step["name"], step["block"], error(step["max_relative_error"]), _mark(step)) for step in shown]
    return table(columns, rows, width, marked=FAIL)


def _worst_block(case: Mapping[str, Any]) -> Mapping[str, Any]:
    worst: Mapping[str, Any] = max(case["blocks"], key=_badness)
    return worst


def _badness(checked: Mapping[str, Any]) -> float:
    """The error to rank by; one that is not a number is worse than any."""
    value = checked["max_relative_error"]
    return float("inf") if value is None else float(value)


def _worst(block: Mapping[str, Any]) -> tuple[str, str, str, str]:
    index = block["worst_index"]
    place = "-" if index is None else f"{block['name']}[{','.join(map(str, index))}]"
    return error(block["max_relative_error"]), place, _raw(block["analytic"]), _raw(block["numeric"])


def _raw(value: float | None) -> str:
    return "-" if value is None else f"{value:.6e}"


def _mark(checked: Mapping[str, Any]) -> str:
    return "ok" if checked["passed"] else FAIL


def _failures(cases: Sequence[Mapping[str, Any]], width: int | None) -> list[Text]:
    """The worst entry of each failed case with all digits, where the table has but seven, or no room for them."""
    lines = []
    for case in cases:
        if not case["passed"]:
            worst = _worst_block(case)
            _, place, _, _ = _worst(worst)
            names = f"{case['activation']}, {case['output']}, {case['cost']}"
            analytic, numeric = ("-" if worst[of] is None else f"{worst[of]:.17g}" for of in ("analytic", "numeric"))
            said = f"{names}: {place} is {analytic} by backprop, {numeric} numerically"
            parts = [said] if width is None else textwrap.wrap(said, width, subsequent_indent="  ")
            lines += [Text(part, style="red") for part in parts]
    return lines


def _verdict(report: Mapping[str, Any]) -> Text:
    checks = [*report["cases"], *report.get("step", ())]
    wrong = sum(not check["passed"] for check in checks)
    aside, how = _kinks([block for case in report["cases"] for block in case["blocks"]]), f"({report['method']} method)"
    if report["passed"]:
        return Text(f"{len(checks)} checks {how}: all agree{aside}", style="green")
    return Text(f"{wrong} of {len(checks)} checks {how} disagree{aside}", style="bold red")


def _kinks(blocks: Sequence[Mapping[str, Any]]) -> str:
    """What was left out: a z is counted in the weights and in the biases of its layer, an entry in its block alone."""
    entries = sum(block["left_out"] for block in blocks)
    z = sum(block["kinks"] - block["left_out"] for block in blocks if block["name"].startswith("W"))
    rows = f"; {z} weighted inputs lay on a kink, and their rows were left out" if z else ""
    return rows + (f"; {entries} entries lay on a kink or beside one, and were left out" if entries else "")
