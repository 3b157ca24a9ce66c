"""What an optimizer is: a rule by which parameters move down the gradient, and what it remembers between steps."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

import numpy as np
from numpy.typing import DTypeLike

from bpcli.core.linalg import Array
from bpcli.core.network import Factors
from bpcli.core.parameters import Parameters
from bpcli.registry import Registry

CHUNK = 32_768  # entries worked on at a time, so that they stay in the cache from one operation to the next

FADED = 2.0**18
"""Times the smallest normal number: what is remembered below that has faded."""

Memory = dict[str, Array]


class Optimizer(ABC):
    """A rule of descent; its fields are its parameters. g below is the gradient, the penalty in it.

    One that has `moved` too is compiled by `engine: jit`, as activations are: it takes one parameter w, its g, what is
    remembered of it in the first and second memory (0 where there is none), and what `pace` gives for the step, and
    returns w and both memories, moved.
    """

    takes_factors: ClassVar[bool] = False
    """Whether `follow` is there, for steps that need no gradient to be written out."""
    whole_batch: ClassVar[bool] = False
    """Whether it makes sense only when all examples are one batch."""
    memories: ClassVar[tuple[str, ...]] = ()
    """The names of what it always remembers, each as large as the parameters."""

    def start(self, theta: Parameters, trained: int) -> None:
        """Takes the memory it needs; only the first `trained` entries of the flat vector will move."""
        self.trained = trained
        self.t = 0  # steps made
        self.state = {name: theta.like() for name in self.memories}
        self._spare = np.zeros((2, min(CHUNK, trained)), theta.flat.dtype)

    @abstractmethod
    def move(self, theta: Parameters, gradient: Parameters, eta: float) -> None:
        """One step by a gradient that is written out; the gradient may be overwritten."""

    def follow(self, theta: Parameters, factors: Factors, ones: Array, eta: float, l2: float) -> None:
        """One step by the factors of the gradient; `ones` (m,) has a 1 for each row of the batch."""
        raise TypeError(f"{type(self).__name__} needs the gradient itself")

    def keeps(self, decay: float, dtype: DTypeLike) -> bool:
        """Whether `follow` takes the full η l2 off the weights, in spite of rounding; if not, `move` must be used."""
        return True

    @abstractmethod
    def rule(self, w: Array, g: Array, memory: Memory, eta: float, t: int, decays: bool) -> tuple[Array, Memory]:
        """What step t (from 1) must make of one block and its memory, written as in the textbooks.

        `decays` is true for weights and false for biases.
        """

    def pace(self, eta: float, t: int) -> tuple[float, float]:
        """Two numbers by which step t (from 1) moves all entries; η and 1 unless the optimizer says otherwise."""
        return eta, 1.0

    def may_forget(self, least: float, precision: float) -> bool:
        """Whether memories fade by a factor in each step, and can do without what is below `least`.

        They can if that moves no parameter by more than the last bit of its step; `precision` is that of the numbers.
        """
        return False

    def drop_faded(self) -> None:
        """Forgets what has faded, where it may; to be called now and then.

        Where gradients have become 0, as those into units that are dead, memories would otherwise fade to numbers below
        the normal ones and stay there, and arithmetic with these takes a hundred times as long.
        """
        numbers = np.finfo(self._spare.dtype)
        least = FADED * float(numbers.tiny)
        for memory in self.state.values() if self.may_forget(least, float(numbers.eps)) else ():
            for start in range(0, self.trained, CHUNK):
                piece = memory.flat[start : min(start + CHUNK, self.trained)]
                size, faded = self._spare[0, : len(piece)], self._spare[1].view(np.bool_)[: len(piece)]
                np.abs(piece, out=size)
                np.less(size, least, out=faded)
                np.copyto(piece, 0, where=faded)

    def _chunks(self, theta: Parameters, gradient: Parameters) -> Iterator[tuple[Array, ...]]:
        """w, g, each memory in its order, and two spare arrays, a piece of the trained parameters at a time."""
        arrays = [part.flat[: self.trained] for part in (theta, gradient, *self.state.values())]
        for start in range(0, self.trained, CHUNK):
            pieces = [array[start : start + CHUNK] for array in arrays]
            yield *pieces, *self._spare[:, : len(pieces[0])]


OPTIMIZERS: Registry[type[Optimizer]] = Registry("optimizer")
