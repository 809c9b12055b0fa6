"""Units as the directory tells them: their names, for the tablet's head line."""

from services.chassis.units import Units

UNITS = Units("survey_units")
"""The one instance: builds are cached by it."""
