"""What a page's address asks for, read."""

from datetime import date

from services.chassis.http.refusals import BadRequest


def day_asked(written: str | None, today: date) -> date:
    """Read a day as people write it, 18/6/2021, or as programs do; a day to come is today."""
    if not written:
        return today
    if (day := written_day(written)) is None:
        raise BadRequest("The day is not one.")
    return min(day, today)


def written_day(written: str) -> date | None:
    """Read a day as people write it, 18/6/2021, or as programs do; `None` for what is no day."""
    try:
        if "/" in written:
            day, month, year = (int(part) for part in written.split("/"))
            return date(year, month, day)
        return date.fromisoformat(written)
    except (ValueError, OverflowError):
        return None


def code_asked(written: str | None) -> str | None:
    """Read a code, `None` for an empty one."""
    if written and len(written) > 80:
        raise BadRequest("The code is too long.")
    return written or None


def choice_asked(written: str | None, offered: tuple[str, ...]) -> str:
    """Read a choice; the first of those offered where none is made.

    Raises:
        BadRequest: It was not offered.
    """
    if not written:
        return offered[0]
    if written not in offered:
        raise BadRequest("The choice is none of those offered.")
    return written
