"""What a subscriber asked for, read from the address and the headers."""

import re
from datetime import date, timedelta

from starlette.requests import Request

from services.chassis.http.refusals import FieldsInvalid
from services.gateway.streams.channels import Channel, channel_of
from services.gateway.streams.tokens import Token, read_token

LONGEST_WAIT = 30
MOST_MESSAGES = 1000
USUAL_MESSAGES = 200

_PERIOD = re.compile(r"(?P<year>\d{4})(-(Q(?P<quarter>[1-4])|(?P<month>\d{2})(-(?P<day>\d{2}))?))?", re.ASCII)


def asked_channel(request: Request) -> Channel:
    """Read the channel of the path."""
    return channel_of(request.path_params["channel"])


def asked_token(request: Request) -> Token | None:
    """Read where to go on: `after`, or what an event source sends by itself when it comes back."""
    written = request.headers.get("Last-Event-ID") or request.query_params.get("after", "")
    return read_token(written) if written not in {"", "0"} else None


def asked_wait(request: Request) -> int:
    """Read for how many seconds to wait for news."""
    return _whole(request, "wait", 0, most=LONGEST_WAIT)


def asked_limit(request: Request) -> int:
    """Read how many messages to give at most."""
    return max(1, _whole(request, "limit", USUAL_MESSAGES, most=MOST_MESSAGES))


def asked_format(request: Request) -> str:
    """Read in which form a snapshot is wanted: `json` or `csv`."""
    wanted = request.query_params.get("format", "")
    if not wanted:
        wanted = "csv" if request.headers.get("Accept", "").startswith("text/csv") else "json"
    if wanted not in {"csv", "json"}:
        raise FieldsInvalid("Say csv or json.", field="format")
    return wanted


def asked_period(request: Request) -> tuple[str, date, date]:
    """Read a year, quarter, month or day, with its first and last day."""
    written = request.query_params.get("period", "")
    read = _PERIOD.fullmatch(written)
    try:
        if read is not None:
            return written, *_days(read)
    except ValueError:
        pass
    raise FieldsInvalid("Say a year, quarter, month or day: 2021, 2021-Q2, 2021-06, 2021-06-18.", field="period")


def known_only(request: Request, *names: str) -> None:
    """Refuse what no door reads: a misspelt name must not pass for its default.

    Raises:
        FieldsInvalid: A parameter is none of `names`, or stands there twice.
    """
    for name in request.query_params:
        if name not in names or len(request.query_params.getlist(name)) > 1:
            raise FieldsInvalid("Nothing reads this, or it stands there twice.", field=name[:60])


def _days(read: re.Match[str]) -> tuple[date, date]:
    year = int(read["year"])
    if read["day"]:
        day = date(year, int(read["month"]), int(read["day"]))
        return day, day
    if read["quarter"]:
        first = 3 * int(read["quarter"]) - 2
        return date(year, first, 1), _end(year, first + 2)
    if read["month"]:
        return date(year, int(read["month"]), 1), _end(year, int(read["month"]))
    return date(year, 1, 1), date(year, 12, 31)


def _end(year: int, month: int) -> date:
    return date.max if (year, month) == (9999, 12) else date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def _whole(request: Request, name: str, usual: int, *, most: int) -> int:
    written = request.query_params.get(name)
    if written is None:
        return usual
    if not re.fullmatch(r"\d{1,6}", written, re.ASCII) or (number := int(written)) > most:
        raise FieldsInvalid(f"Say a whole number from 0 to {most}.", field=name)
    return number
