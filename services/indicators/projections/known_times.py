"""When something became known, and when something else took its place, as read models keep it: in milliseconds."""

from datetime import datetime

NEVER = 2**62
"""When what stands is replaced."""


def milliseconds(at: datetime) -> int:
    """Give a time as whole milliseconds since 1970."""
    return round(at.timestamp() * 1000)
