"""The optimizers by name; a new one is a class in one of these files, or in a file of its own that is imported here."""

from bpcli.core.optimizers import adaptive, rprop, sgd
from bpcli.core.optimizers.base import OPTIMIZERS, Optimizer

__all__ = ["OPTIMIZERS", "Optimizer", "adaptive", "rprop", "sgd"]
