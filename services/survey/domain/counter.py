"""A counter: opened, moved, renamed and closed by dated facts; belongs to a unit and a one-stop."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from services.chassis.domain import Event
from services.survey.domain.commands import CloseCounter, MoveCounter, OpenCounter, RenameCounter
from services.survey.domain.errors import AlreadyExists, CounterIsClosed, UnknownCounter
from services.survey.domain.events import CounterClosed, CounterMoved, CounterOpened, CounterRenamed, OpeningSpan


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a counter belongs from a day on."""

    since: date
    unit_id: str
    one_stop_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Counter:
    """A counter as rules need it. `places` are in order of their days."""

    counter_id: str = ""
    name: str = ""
    name_en: str = ""
    fields: tuple[str, ...] = ()
    cards: bool = False
    opening_hours: tuple[OpeningSpan, ...] = ()
    places: tuple[Place, ...] = ()
    closed_on: date | None = None

    @property
    def exists(self) -> bool:
        """Whether it was ever opened."""
        return bool(self.places)

    @property
    def one_stop_id(self) -> str:
        """The one-stop it belongs to by its newest fact."""
        return self.places[-1].one_stop_id

    def one_stop_on(self, day: date) -> str:
        """Give the one-stop it belonged to on a day; before its first day, the first one."""
        return next((place for place in reversed(self.places) if place.since <= day), self.places[0]).one_stop_id

    def is_outside_hours(self, local: datetime) -> bool:
        """Say whether a civil time lies outside the opening hours; never when none are known."""
        if not self.opening_hours:
            return False
        clock, weekday = local.strftime("%H:%M"), local.isoweekday()
        spans = (span for span in self.opening_hours if span.weekday == weekday)
        return not any(span.opens <= clock < span.closes for span in spans)


INITIAL = Counter()


def evolve(state: Counter, event: Event) -> Counter:
    """Fold one fact into the state."""
    match event:
        case CounterOpened():
            return _opened(event)
        case CounterMoved():
            place = Place(since=event.on, unit_id=event.unit_id, one_stop_id=event.one_stop_id)
            return replace(state, places=tuple(sorted((*state.places, place), key=lambda at: at.since)))
        case CounterRenamed():
            return replace(state, name=event.name, name_en=event.name_en)
        case CounterClosed():
            return replace(state, closed_on=event.on)
        case _:
            return state


def _opened(event: CounterOpened) -> Counter:
    return Counter(
        counter_id=event.counter_id,
        name=event.name,
        name_en=event.name_en,
        fields=event.fields,
        cards=event.cards,
        opening_hours=event.opening_hours,
        places=(Place(since=event.on, unit_id=event.unit_id, one_stop_id=event.one_stop_id),),
    )


def open_counter(state: Counter, command: OpenCounter) -> tuple[Event, ...]:
    """Let the counter serve."""
    opened = CounterOpened(
        counter_id=command.counter_id,
        unit_id=command.unit_id,
        one_stop_id=command.one_stop_id,
        name=command.name,
        name_en=command.name_en,
        fields=command.fields,
        cards=command.cards,
        opening_hours=command.opening_hours,
        on=command.on,
    )
    if not state.exists:
        return (opened,)
    if state == _opened(opened):
        return ()
    raise AlreadyExists("A counter of that id is open already.", counter_id=command.counter_id)


def move_counter(state: Counter, command: MoveCounter) -> tuple[Event, ...]:
    """Give the counter to another one-stop."""
    _serving(state, command.counter_id)
    if (state.places[-1].unit_id, state.one_stop_id) == (command.unit_id, command.one_stop_id):
        return ()
    return (CounterMoved(unit_id=command.unit_id, one_stop_id=command.one_stop_id, on=command.on),)


def rename_counter(state: Counter, command: RenameCounter) -> tuple[Event, ...]:
    """Call the counter something else."""
    _serving(state, command.counter_id)
    if (state.name, state.name_en) == (command.name, command.name_en):
        return ()
    return (CounterRenamed(name=command.name, name_en=command.name_en, on=command.on),)


def close_counter(state: Counter, command: CloseCounter) -> tuple[Event, ...]:
    """Let the counter serve nobody any more."""
    if not state.exists:
        raise UnknownCounter(counter_id=command.counter_id)
    if state.closed_on is not None:
        return ()
    return (CounterClosed(on=command.on),)


def _serving(state: Counter, counter_id: str) -> None:
    if not state.exists:
        raise UnknownCounter(counter_id=counter_id)
    if state.closed_on is not None:
        raise CounterIsClosed(counter_id=counter_id, closed_on=state.closed_on.isoformat())
