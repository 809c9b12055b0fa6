"""What leaves the service, fact by fact: the folder's messages, and those of the service's own store."""

from services.indicators.published_events.figures import FIGURE_EVENTS, FIGURE_STATE, FigureMessages
from services.indicators.published_events.own_facts import (
    DEFINITION_STATE,
    INTAKE_EVENTS,
    MEASUREMENT_EVENTS,
    MESSAGES,
    REGISTER_EVENTS,
    Publisher,
)

__all__ = [
    "DEFINITION_STATE",
    "FIGURE_EVENTS",
    "FIGURE_STATE",
    "INTAKE_EVENTS",
    "MEASUREMENT_EVENTS",
    "MESSAGES",
    "REGISTER_EVENTS",
    "FigureMessages",
    "Publisher",
]
