"""The explanations of `bpcli help`, as lines of text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.text import Text

from bpcli.core.costs import legal_costs
from bpcli.core.outputs import OUTPUTS
from bpcli.errors import MEANINGS
from bpcli.spec.keys import Key
from bpcli.ui.columns import Column, table


def topics(width: int | None = None) -> list[Text]:
    """What can be explained."""
    rows = [
        ("bpcli help config [KEY]", "the keys of a config: values, default, meaning"),
        ("bpcli help pairs", "which costs go with which output"),
        ("bpcli help errors", "the exit codes"),
        ("bpcli COMMAND --help", "the options of a command"),
    ]
    return table([Column("type", left=True), Column("to see", left=True)], rows, width)


def pairs(width: int | None = None) -> list[Text]:
    """Which costs go with which output."""
    rows = [(output, ", ".join(legal_costs(output))) for output in OUTPUTS]
    return table([Column("output", left=True), Column("costs that go with it", left=True)], rows, width)


def errors(width: int | None = None) -> list[Text]:
    """What each exit code means."""
    rows = [(str(int(code)), meaning) for code, meaning in MEANINGS.items()]
    return table([Column("code"), Column("meaning", left=True)], rows, width)


def config(keys: Iterable[Key]) -> Sequence[Text]:
    """Keys of the config: values, default, and the meaning below."""
    lines = []
    for key in keys:
        lines += [Text.assemble((key.path, "bold"), f"  {key.allowed}"), Text(f"    {key.meaning}".replace("\\|", "|"))]
    return lines
