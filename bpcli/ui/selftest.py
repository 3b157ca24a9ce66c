"""The report of the self-test as lines of text: from the object that `gradcheck --self-test --json` prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text

from bpcli.ui.columns import Column, table

FAIL = "MISSED"
COLUMNS = [
    Column("mistake planted", left=True),
    Column("what goes wrong", left=True, rank=2),
    Column("caught by", left=True, rank=1),
    Column("in the blocks", left=True, rank=3),
    Column("", left=True, style="green"),
]


def self_test(report: Mapping[str, Any], width: int | None = None) -> list[Text]:
    """A line for each mistake, then what failed without any, and the verdict."""
    rows = [
        (mistake["name"], mistake["about"], *_caught(mistake["findings"]), "ok" if mistake["caught"] else FAIL)
        for mistake in report["mistakes"]
    ]
    alarms = [
        Text(f"with no mistake planted: {alarm['check']} of {alarm['case']} fails in {_blocks([alarm])}", style="red")
        for alarm in report["false_alarms"]
    ]
    return [*table(COLUMNS, rows, width, marked=FAIL), Text(), *alarms, _verdict(report)]


def _caught(findings: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """The checks that failed, and the blocks in which any of them did."""
    return ", ".join(dict.fromkeys(finding["check"] for finding in findings)), _blocks(findings)


def _blocks(findings: Sequence[Mapping[str, Any]]) -> str:
    """Names of blocks, sorted by layer; an optimizer's memories of them only where the blocks themselves are right."""
    names = {block for finding in findings for block in finding["blocks"]}
    own = {name for name in names if " " not in name} or names
    return ", ".join(sorted(own, key=lambda name: (int(name.rpartition(" ")[2][1:]), name)))


def _verdict(report: Mapping[str, Any]) -> Text:
    mistakes, method = report["mistakes"], f"({report['method']} method)"
    caught = sum(mistake["caught"] for mistake in mistakes)
    alarms = len(report["false_alarms"])
    if report["passed"]:
        return Text(f"{caught} mistakes planted {method}: all caught; nothing fails without them", style="green")
    return Text(f"{caught} of {len(mistakes)} mistakes caught {method}; {alarms} false alarms", style="bold red")
