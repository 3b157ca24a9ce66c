"""What would go wrong in an hour, or make the result worth nothing, and can be seen before the first epoch."""

from bpcli.explain.hazards import classes, columns, rows, settings
from bpcli.explain.hazards.plan import HAZARDS, Hazard, Plan

__all__ = ["HAZARDS", "Hazard", "Plan", "classes", "columns", "rows", "settings"]
