"""A counter's day: its roster, its sessions and how many were served, as the one-stop's software tells it."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.chassis.domain import Event
from services.survey.domain.commands import RecordCounterDay, Served
from services.survey.domain.errors import InvalidSession
from services.survey.domain.events import RosterLoaded, ServedCounted, Session, SessionRecorded

UNKNOWN_FIELD = "unknown"
"""The field of a ballot about which no counter-day fact says anything, or more than one thing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CounterDay:
    """What is known of a counter's day. Sessions stand by id, served counts by field."""

    roster: tuple[Session, ...] = ()
    sessions: tuple[Session, ...] = ()
    served: tuple[ServedCounted, ...] = ()

    def field_at(self, at: datetime) -> str:
        """Give the one field served at an instant: by sessions, else by the roster, else `unknown`."""
        for known in (self.sessions, self.roster):
            fields = {session.field for session in known if _covers(session, at)}
            if fields:
                return fields.pop() if len(fields) == 1 else UNKNOWN_FIELD
        return UNKNOWN_FIELD

    def served_by(self, at: datetime) -> int | None:
        """Give how many were served over all fields, when every count reaches to `at`; `None` when not known."""
        if not self.served or any(count.through < at for count in self.served):
            return None
        return sum(count.served for count in self.served)


INITIAL = CounterDay()


def _covers(session: Session, at: datetime) -> bool:
    return session.opened_at <= at and (session.closed_at is None or at < session.closed_at)


def evolve(state: CounterDay, event: Event) -> CounterDay:
    """Fold one fact into the state."""
    match event:
        case RosterLoaded():
            return replace(state, roster=event.sessions)
        case SessionRecorded(session=session):
            others = tuple(known for known in state.sessions if known.session_id != session.session_id)
            return replace(state, sessions=(*others, session))
        case ServedCounted():
            rest = tuple(count for count in state.served if count.field != event.field)
            return replace(state, served=(*rest, event))
        case _:
            return state


def record(state: CounterDay, command: RecordCounterDay, *, fields: tuple[str, ...]) -> tuple[Event, ...]:
    """Take what is new in the command; what is known already gives no fact."""
    for session in (*(command.roster or ()), *command.sessions):
        _check(session, fields)
    for count in command.served:
        _check_field(count.field, fields)
    events: list[Event] = []
    if command.roster is not None and command.roster != state.roster:
        events.append(RosterLoaded(sessions=command.roster))
    events += [SessionRecorded(session=session) for session in command.sessions if session not in state.sessions]
    known = {(count.field, count.served, count.through) for count in state.served}
    events += [
        _counted(command, count) for count in command.served if (count.field, count.served, count.through) not in known
    ]
    return tuple(events)


def _counted(command: RecordCounterDay, count: Served) -> ServedCounted:
    return ServedCounted(
        counter_id=command.counter_id,
        one_stop_id=command.one_stop_id,
        day=command.day,
        field=count.field,
        served=count.served,
        session_id=count.session_id,
        through=count.through,
    )


def _check(session: Session, fields: tuple[str, ...]) -> None:
    _check_field(session.field, fields)
    if session.closed_at is not None and session.closed_at < session.opened_at:
        raise InvalidSession("A session closes after it opens.", session_id=session.session_id)


def _check_field(field: str, fields: tuple[str, ...]) -> None:
    if fields and field not in fields:
        raise InvalidSession("The counter does not serve that field.", field=field)
