"""What staff and late counter-day facts do to a tablet's ballots: hold, release, redact, attribute."""

from collections.abc import Callable
from datetime import date, datetime

from services.chassis.domain import Event
from services.survey.domain.ballot_events import (
    BallotAttributed,
    BallotQuarantined,
    BallotReleased,
    CommentRedacted,
)
from services.survey.domain.ballots import Ballot, Ballots
from services.survey.domain.commands import QuarantineBallot, RedactComment, ReleaseBallot
from services.survey.domain.counter_day import UNKNOWN_FIELD
from services.survey.domain.errors import UnknownQuarantineItem


def quarantine(state: Ballots, command: QuarantineBallot) -> tuple[Event, ...]:
    """Hold a ballot back by hand."""
    if _known(state, command.ballot_id).held:
        return ()
    return (
        BallotQuarantined(ballot_id=command.ballot_id, because=command.because, score=0, reasons=(), rule_set=None),
    )


def release(state: Ballots, command: ReleaseBallot) -> tuple[Event, ...]:
    """Let a ballot out of quarantine."""
    if not _known(state, command.ballot_id).held:
        return ()
    return (BallotReleased(ballot_id=command.ballot_id, released_by=command.released_by),)


def redact(state: Ballots, command: RedactComment) -> tuple[Event, ...]:
    """Show a ballot's comment to nobody any more."""
    _known(state, command.ballot_id)
    return (CommentRedacted(ballot_id=command.ballot_id, redacted_by=command.redacted_by),)


def attribute(state: Ballots, counter_id: str, day: date, field_at: Callable[[datetime], str]) -> tuple[Event, ...]:
    """Name the field of a day's ballots that had none, where a late counter-day fact now tells it."""
    unknown = {
        ballot_id: field_at(ballot.captured_at)
        for ballot_id, ballot in state.recent.items()
        if (ballot.counter_id, ballot.day, ballot.field) == (counter_id, day, UNKNOWN_FIELD)
    }
    return tuple(
        BallotAttributed(ballot_id=ballot_id, field=field)
        for ballot_id, field in unknown.items()
        if field != UNKNOWN_FIELD
    )


def _known(state: Ballots, ballot_id: str) -> Ballot:
    if (ballot := state.recent.get(ballot_id)) is None:
        raise UnknownQuarantineItem("There is no such ballot.", ballot_id=ballot_id)
    return ballot
