"""Puts the engine together for one network: its loops, with what the entries of the registries say of single numbers.

`njit` compiles a function, or leaves it as it is, and then all of this is plain Python. `own` is a record with the
parameters of an entry.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any

from bpcli.core.linalg import Array
from bpcli.jit import engine

Function = Callable[..., Any]
Compiler = Callable[[Function], Function]


def assemble(functions: Sequence[type[Any]], cost: type[Any], rule: type[Any], njit: Compiler) -> Function:
    """`engine.train`, not compiled itself, calling what is; `kinds` are places among the functions."""
    namespace = {
        **vars(engine),
        "apply": _one_of([_applying(entry, njit) for entry in functions], njit),
        "times_prime": _one_of([_times_prime(entry, njit) for entry in functions], njit),
        "cost": _costing(cost, njit),
        "error": _error(cost, njit),
        "move": _moving(rule, njit),
    }
    for part in engine.PARTS:
        namespace[part.__name__] = njit(_in(namespace, part))
    return _in(namespace, engine.train)


def _in(namespace: dict[str, Any], function: Any) -> Function:
    """The same function, with its names looked up there."""
    return FunctionType(function.__code__, namespace, function.__name__)


def _one_of(functions: Sequence[Function], njit: Compiler) -> Function:
    """The function that takes the place of one of these, and then what that takes; chosen once a layer."""
    first, *others = functions
    if not others:
        return njit(lambda kind, *given: first(*given))
    rest = _one_of(others, njit)

    def choose(kind: int, *given: Any) -> Any:
        if kind == 0:
            return first(*given)
        return rest(kind - 1, *given)

    return njit(choose)


def _applying(entry: type[Any], njit: Compiler) -> Function:
    if hasattr(entry, "row"):
        row = njit(entry.row)

        def by_rows(own: Any, z: Array, a: Array) -> None:
            for i in range(z.shape[1]):
                row(own, z[:, i], a[:, i])

        return njit(by_rows)
    value = njit(entry.value)

    def by_numbers(own: Any, z: Array, a: Array) -> None:
        for j in range(z.shape[0]):
            for i in range(z.shape[1]):
                a[j, i] = value(own, z[j, i])

    return njit(by_numbers)


def _times_prime(entry: type[Any], njit: Compiler) -> Function:
    if hasattr(entry, "row"):
        row_times_prime = njit(entry.row_times_prime)

        def by_rows(own: Any, delta: Array, z: Array, a: Array) -> None:
            for i in range(delta.shape[1]):
                row_times_prime(own, delta[:, i], a[:, i])

        return njit(by_rows)
    prime = njit(entry.prime)

    def by_numbers(own: Any, delta: Array, z: Array, a: Array) -> None:
        for j in range(delta.shape[0]):
            for i in range(delta.shape[1]):
                delta[j, i] *= prime(own, z[j, i], a[j, i])

    return njit(by_numbers)


def _costing(entry: type[Any], njit: Compiler) -> Function:
    value = njit(entry.value)

    def cost(own: Any, z: Array, a: Array, y: Array, w: Array) -> float:
        total = 0.0
        for i in range(z.shape[1]):
            C = 0.0
            for j in range(z.shape[0]):
                C += value(own, z[j, i], a[j, i], y[j, i], z.shape[0])
            total += w[i] * C
        return total

    return njit(cost)


def _error(entry: type[Any], njit: Compiler) -> Function:
    prime = njit(entry.prime)

    def error(own: Any, delta: Array, a: Array, y: Array, w: Array) -> None:
        for j in range(a.shape[0]):
            for i in range(a.shape[1]):
                delta[j, i] = w[i] * prime(own, a[j, i], y[j, i], a.shape[0])

    return njit(error)


def _moving(entry: type[Any], njit: Compiler) -> Function:
    moved, pace = njit(entry.moved), njit(entry.pace)

    def move(own: Any, theta: Array, g: Array, first: Array, second: Array, eta: float, t: int) -> None:
        rate, other = pace(own, eta, t)
        for k in range(len(theta)):
            theta[k], first[k], second[k] = moved(own, theta[k], g[k], first[k], second[k], rate, other)

    return njit(move)
