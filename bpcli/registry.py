"""Names for things: what a config may call an activation, a cost, an optimizer or a reader."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from typing import Generic, TypeVar

T = TypeVar("T")


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that `name` was most likely meant to be, if one is close."""
    words = [word for word in known if len(name) < 3 * len(word)]  # no other is close, and a name may be endless
    found = get_close_matches(name.lower(), words, n=1, cutoff=0.6) if words else []
    return found[0] if found else None


def hint(name: str, known: Iterable[str], called: str = "known") -> str:
    """For a message: the known name that was probably meant, if one is close, and all of them."""
    names = list(known)
    near = nearest(name, names)
    return (f"did you mean '{near}'? " if near else "") + f"{called}: {', '.join(names)}"


class UnknownNameError(KeyError):
    """Raised by `Registry.get`; its text gives the nearest name and all known ones."""

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(f"unknown '{name}' ({hint(name, known)})")

    def __str__(self) -> str:
        return str(self.args[0])


class Registry(Generic[T]):
    """A table of named things of one kind, in the order they were registered."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._entries: dict[str, T] = {}

    def register(self, name: str) -> Callable[[T], T]:
        """Decorator that enters a thing under `name`; a name is taken once."""

        def enter(entry: T) -> T:
            if name in self._entries:
                raise ValueError(f"{self.kind} '{name}' is registered twice")
            self._entries[name] = entry
            return entry

        return enter

    def get(self, name: str) -> T:
        """The thing called `name`; raises UnknownNameError with the known names."""
        try:
            return self._entries[name]
        except KeyError:
            raise UnknownNameError(name, sorted(self._entries)) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __contains__(self, name: object) -> bool:
        return name in self._entries
