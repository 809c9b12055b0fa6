"""Survey's messages as the folder reads them: types of its own, unknown fields left aside."""

from collections.abc import Callable, Iterable

import msgspec

from services.chassis.domain import InvalidMessage
from services.chassis.projection import Delivery
from services.indicators.domain import ballot as rules
from services.indicators.domain.ballot import Target
from services.indicators.domain.leaf import Cell

BALLOTS_TOPIC = "survey.ballot.events.v1"
COUNTERS_TOPIC = "survey.counter.events.v1"
_PREFIX = "cchc.survey."


class BallotCast(msgspec.Struct, frozen=True, gc=False):
    """A tap, with what was known of the counter then."""

    ballot_id: str
    one_stop_id: str
    field: str
    family: str
    questionnaire: str
    score: int
    counted: bool
    reasons: tuple[str, ...] = ()


class BallotChanged(msgspec.Struct, frozen=True, gc=False):
    """A change of mind."""

    ballot_id: str
    score: int


class BallotFollowedUp(msgspec.Struct, frozen=True, gc=False):
    """Reasons given after the tap."""

    ballot_id: str
    reasons: tuple[str, ...]


class BallotNamed(msgspec.Struct, frozen=True, gc=False):
    """A quarantine or its end."""

    ballot_id: str


class BallotAttributed(msgspec.Struct, frozen=True, gc=False):
    """A field that became known later."""

    ballot_id: str
    field: str


class ServedCounted(msgspec.Struct, frozen=True, gc=False):
    """How many were served at a counter in a field on a day; a later one replaces."""

    one_stop_id: str
    counter_id: str
    day: str
    field: str
    served: int


class BallotNews(msgspec.Struct, gc=False):
    """What a batch says about one ballot, in order: its cast, if that is in the batch, and what came after."""

    cast: Target | None = None
    later: tuple[Callable[[Target], Target], ...] = ()

    def on(self, before: Target | None) -> Target | None:
        """Give what the ballot says after the news, `None` when its cast is not known."""
        target = self.cast or before
        if target is None:
            return None
        for change in self.later:
            target = change(target)
        return target


def _decoder(wire: str, kind: type[msgspec.Struct]) -> tuple[str, msgspec.json.Decoder[msgspec.Struct]]:
    return f"{_PREFIX}{wire}.v1", msgspec.json.Decoder(kind)


_DECODERS = dict(
    (
        _decoder("ballot_cast", BallotCast),
        _decoder("ballot_changed", BallotChanged),
        _decoder("ballot_followed_up", BallotFollowedUp),
        _decoder("ballot_quarantined", BallotNamed),
        _decoder("ballot_released", BallotNamed),
        _decoder("ballot_attributed", BallotAttributed),
        _decoder("served_counted", ServedCounted),
    )
)
_QUARANTINED = f"{_PREFIX}ballot_quarantined.v1"


def read_news(
    batch: Iterable[Delivery], arrival_of: Callable[[str], tuple[int, str]]
) -> tuple[dict[str, BallotNews], list[ServedCounted]]:
    """Sort a batch by ballot, and give the served counts in order. Other messages are left aside.

    Args:
        batch: Messages in order.
        arrival_of: Turns a message's time into milliseconds and the business day.

    Raises:
        InvalidMessage: The data of one breaks the contract.
    """
    news: dict[str, BallotNews] = {}
    served: list[ServedCounted] = []
    cells: dict[Cell, Cell] = {}
    for delivery in batch:
        event = delivery.event
        if event is None or (decoder := _DECODERS.get(event.type)) is None:
            continue
        try:
            data = decoder.decode(event.data)
        except msgspec.DecodeError as error:
            raise InvalidMessage(f"{event.type}: {error}") from error
        arrival, day = arrival_of(event.time)
        if type(data) is BallotCast:
            cell = Cell(data.one_stop_id, data.field, data.family, data.questionnaire)
            cell = cells.setdefault(cell, cell)
            score, reasons = _valid_score(data.score), _in_order(data.reasons)
            news[data.ballot_id] = BallotNews(Target(cell, data.counted, False, score, reasons, arrival, day))
        elif type(data) is ServedCounted:
            served.append(data)
        else:
            about = news.setdefault(data.ballot_id, BallotNews())  # type: ignore[attr-defined]
            about.later += (_change(event.type, data, day),)
    return news, served


def _change(wire: str, data: msgspec.Struct, on: str) -> Callable[[Target], Target]:
    match data:
        case BallotChanged(score=score):
            _valid_score(score)
            return lambda target: rules.changed(target, score, on)
        case BallotFollowedUp(reasons=reasons):
            return lambda target: rules.followed_up(target, _in_order(reasons), on)
        case BallotAttributed(field=to):
            return lambda target: rules.attributed(target, to, on)
        case _ if wire == _QUARANTINED:
            return lambda target: rules.quarantined(target, on)
        case _:
            return lambda target: rules.released(target, on)


def _valid_score(score: int) -> int:
    if not 1 <= score <= 5:
        raise InvalidMessage(f"a score of {score}")
    return score


def _in_order(reasons: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(reasons))) if len(reasons) > 1 else reasons
