"""The activations by name; a new one is a class in one of these files, or in one of its own that is imported here."""

from bpcli.core.activations import gated, rectifying, saturating
from bpcli.core.activations.base import ACTIVATIONS, Activation, Spare

__all__ = ["ACTIVATIONS", "Activation", "Spare", "gated", "rectifying", "saturating"]
