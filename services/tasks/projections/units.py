"""Units as the directory tells them: which there are."""

from services.chassis.units import Units

UNITS = Units("tasks_units")
"""The one instance: builds are cached by it."""
