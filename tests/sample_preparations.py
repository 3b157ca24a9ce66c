"""Two preparations to try things on: one of everything, and one of numbers alone."""

from __future__ import annotations

from dataclasses import replace

from bpcli.data.preparation import Columns, Preparation

PREPARATION = Preparation(
    columns=Columns(("x", "t"), ("y",), None),
    categories={"t": ("a", "b")},
    missing="error",
    fill=None,
    shift=(0.5, 0.0, 0.0),
    divisor=(2.0, 1.0, 1.0),
    task="classes",
    classes=("1", "2", "10"),
    one_output=False,
)
DIVIDED = replace(PREPARATION, categories={}, shift=(0.0, 0.0), divisor=(255.0, 255.0))
