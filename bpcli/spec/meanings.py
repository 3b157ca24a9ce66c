"""What a registered name stands for, in one line taken from where the thing itself is declared."""

from __future__ import annotations

import inspect
from functools import partial
from typing import Any

from bpcli.core.initializers import Normal, Scaled


def meaning(entry: Any) -> str:
    """The formula or sentence that explains an entry of a registry."""
    match entry:
        case dict():  # a cost: a class for each output that it goes with
            outputs: dict[str, list[str]] = {}
            for output, cost in entry.items():
                outputs.setdefault(first_sentence(cost), []).append(output)
            return " ".join(f"With {', '.join(where)}: {formula}" for formula, where in outputs.items())
        case Scaled(gain=gain, of_both=of_both, uniform=uniform):
            fan = "((fan_in + fan_out) / 2)" if of_both else "fan_in"
            return f"{'Uniform' if uniform else 'Normal'} weights of mean 0 and variance {gain} / {fan}; biases 0."
        case Normal(scaled=scaled):
            return f"Weights N(0, {'1/fan_in' if scaled else '1'}), biases N(0, 1)."
        case partial(func=function):
            return first_sentence(function)
        case _:
            return first_sentence(entry)


def first_sentence(thing: Any) -> str:
    """The first paragraph of a docstring on one line."""
    text = inspect.getdoc(thing) or ""
    return " ".join(text.split("\n\n")[0].split())
