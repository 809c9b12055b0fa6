"""What the directory does with a command: load, decide, append, return."""

from dataclasses import dataclass
from functools import reduce

from services.chassis.clock import Clock
from services.chassis.domain import ConcurrencyConflict, Event
from services.chassis.event_registry import EventRegistry
from services.chassis.event_store.port import NO_STREAM, AppendRequest, EventStore
from services.chassis.ids import NewId
from services.gateway.directory.domain import tenant, unit
from services.gateway.directory.domain.commands import RecordUnit
from services.gateway.directory.domain.events import EVENTS
from services.gateway.directory.domain.tenant import DescribeTenant, Tenant
from services.gateway.directory.published_events import unit_recorded

STREAM_PREFIX = "unit-"
UNIT_EVENTS = EventRegistry(EVENTS)
TENANT_STREAM = "tenant"
TENANT_EVENTS = EventRegistry(tenant.EVENTS)

_TRIES = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Directory:
    """What the handlers work with."""

    store: EventStore
    clock: Clock
    new_id: NewId
    source: str


def record_unit(directory: Directory, command: RecordUnit) -> int:
    """Record what is new about a unit; return how many facts that took, 0 when nothing was new.

    Raises:
        UnitRecordInvalid: The record contradicts itself.
        ConcurrencyConflict: Others kept changing the same unit.
    """
    for attempt in range(_TRIES):
        try:
            return _record_once(directory, command)
        except ConcurrencyConflict:
            if attempt == _TRIES - 1:
                raise
    raise AssertionError("the loop returns or raises")


def _record_once(directory: Directory, command: RecordUnit) -> int:
    stream = STREAM_PREFIX + command.record.id
    recorded = directory.store.load(stream)
    facts = [UNIT_EVENTS.decode(fact.type, fact.data) for fact in recorded]
    events = unit.record_unit(_fold(facts), command)
    if events:
        version = recorded[-1].version if recorded else NO_STREAM
        directory.store.append(_request(directory, stream, version, command, tuple(events)))
    return len(events)


def _fold(facts: list[Event]) -> unit.Unit:
    return reduce(unit.evolve, facts, unit.initial)


def _request(
    directory: Directory, stream: str, version: int, command: RecordUnit, events: tuple[Event, ...]
) -> AppendRequest:
    message = unit_recorded(
        command.record,
        stream=stream,
        version=version + len(events),
        source=directory.source,
        incarnation=directory.store.incarnation(),
        event_id=directory.new_id(),
        at=directory.clock.now(),
    )
    return AppendRequest(
        stream=stream,
        expected_version=version,
        facts=tuple(UNIT_EVENTS.encode(event) for event in events),
        messages=(message,),
    )


def describe_tenant(directory: Directory, command: DescribeTenant) -> int:
    """Record what is new about the tenant; return how many facts that took."""
    recorded = directory.store.load(TENANT_STREAM)
    events = tenant.describe_tenant(tenant_of(directory.store), command)
    if events:
        request = AppendRequest(
            stream=TENANT_STREAM,
            expected_version=recorded[-1].version if recorded else NO_STREAM,
            facts=tuple(TENANT_EVENTS.encode(event) for event in events),
        )
        directory.store.append(request)
    return len(events)


def tenant_of(store: EventStore) -> Tenant:
    """Read what is known of the tenant."""
    facts = (TENANT_EVENTS.decode(fact.type, fact.data) for fact in store.load(TENANT_STREAM))
    return reduce(tenant.evolve, facts, tenant.initial)
