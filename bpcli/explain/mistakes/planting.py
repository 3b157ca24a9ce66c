"""How a mistake gets into the code that trains, and out of it again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bpcli.registry import Registry

Right = Callable[..., Any]
"""What a mistake stands in for, handed to it first: most mistakes do the right thing but for one detail."""


@dataclass(frozen=True)
class Mistake:
    """A wrong function, and the module or class in which it stands in for the right one."""

    name: str
    about: str
    owner: object
    attribute: str
    wrong: Callable[..., Any]

    @contextmanager
    def planted(self) -> Iterator[None]:
        """The mistake is made for as long as this is entered, and not a moment longer, whatever happens meanwhile."""
        right = vars(self.owner)[self.attribute]

        def stand_in(*arguments: Any, **named: Any) -> Any:
            return self.wrong(right, *arguments, **named)

        setattr(self.owner, self.attribute, stand_in)
        try:
            yield
        finally:
            setattr(self.owner, self.attribute, right)


MISTAKES: Registry[Mistake] = Registry("mistake")


def mistake(owner: object, attribute: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorator that enters a function as a mistake, under its own name; its docstring says what goes wrong."""

    def enter(wrong: Callable[..., Any]) -> Callable[..., Any]:
        name = wrong.__name__.replace("_", " ").strip()
        MISTAKES.register(name)(Mistake(name, (wrong.__doc__ or "").rstrip("."), owner, attribute, wrong))
        return wrong

    return enter
