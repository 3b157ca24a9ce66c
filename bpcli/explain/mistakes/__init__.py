"""The classic mistakes of backpropagation, to be planted in the code that trains; a new one is one function."""

from bpcli.explain.mistakes import backward, steps
from bpcli.explain.mistakes.planting import MISTAKES, Mistake

__all__ = ["MISTAKES", "Mistake", "backward", "steps"]
