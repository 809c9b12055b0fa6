"""Other stores' messages as the running figures read them: facts of our own types, unknown fields left aside."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, NamedTuple

import msgspec

from services.chassis.clock import CIVIL_ZONE
from services.chassis.domain import InvalidMessage
from services.chassis.envelope import CloudEvent
from services.chassis.working_calendar import WorkingCalendar
from services.indicators.domain.running.dossier import Dossier, DossierRecorded, dossier_after
from services.indicators.domain.running.register_entry import EntryClosed, EntryWritten, RegisterEntry, entry_after
from services.indicators.domain.running.report_duty import (
    ReportDuty,
    ReportDutyOpened,
    ReportSubmitted,
    report_duty_after,
)
from services.indicators.domain.running.task import (
    CompletionAccepted,
    ExtensionDecided,
    Task,
    TaskAccepted,
    TaskAssigned,
    TaskLeft,
    TaskReopened,
    task_after,
)

TASKS_TOPIC = "tasks.task.events.v1"
REPORTS_TOPIC = "tasks.report.events.v1"
INTAKE_TOPIC = "indicators.intake.events.v1"
REGISTERS_TOPIC = "indicators.register.events.v1"
DEFINITIONS_TOPIC = "indicators.definition.state.v1"
TOPICS = (TASKS_TOPIC, REPORTS_TOPIC, INTAKE_TOPIC, REGISTERS_TOPIC, DEFINITIONS_TOPIC)


class _Told(msgspec.Struct, frozen=True, gc=False):
    at: str
    """When the service recorded it, in business time."""


class _Summed(msgspec.Struct, frozen=True):
    sums: str
    unit: str


class _Version(msgspec.Struct, frozen=True):
    definition: _Summed


class _Defined(msgspec.Struct, frozen=True):
    code: str
    versions: Annotated[tuple[_Version, ...], msgspec.Meta(min_length=1)]


DEFINED: Mapping[str, type[msgspec.Struct]] = {"cchc.indicators.indicator_recorded.v1": _Defined}
"""The message that says how an indicator is summed; it moves no figure."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A kind of thing: the type of its record, the fields of a fact that name one of them, and what a fact changes."""

    record: type
    named_by: tuple[str, ...]
    after: Callable[[Any, Any, WorkingCalendar], Any]


def _without_calendar(after: Callable[[Any, Any], Any]) -> Callable[[Any, Any, WorkingCalendar], Any]:
    return lambda before, fact, _calendar: after(before, fact)


_TASK = Source(record=Task, named_by=("task_id",), after=task_after)
_DUTY = Source(record=ReportDuty, named_by=("duty_id",), after=_without_calendar(report_duty_after))
_ENTRY = Source(record=RegisterEntry, named_by=("register", "entry_id"), after=_without_calendar(entry_after))
_DOSSIER = Source(record=Dossier, named_by=("one_stop_id", "dossier_id"), after=dossier_after)


class _Wire(NamedTuple):
    source: Source
    fact: type


FACTS: Mapping[str, _Wire] = {
    "cchc.tasks.task_assigned.v1": _Wire(_TASK, TaskAssigned),
    "cchc.tasks.task_accepted.v1": _Wire(_TASK, TaskAccepted),
    "cchc.tasks.task_refused.v1": _Wire(_TASK, TaskLeft),
    "cchc.tasks.task_cancelled.v1": _Wire(_TASK, TaskLeft),
    "cchc.tasks.completion_accepted.v1": _Wire(_TASK, CompletionAccepted),
    "cchc.tasks.extension_decided.v1": _Wire(_TASK, ExtensionDecided),
    "cchc.tasks.task_reopened.v1": _Wire(_TASK, TaskReopened),
    "cchc.tasks.report_duty_opened.v1": _Wire(_DUTY, ReportDutyOpened),
    "cchc.tasks.report_submitted.v1": _Wire(_DUTY, ReportSubmitted),
    "cchc.indicators.register_entry_recorded.v1": _Wire(_ENTRY, EntryWritten),
    "cchc.indicators.register_entry_amended.v1": _Wire(_ENTRY, EntryWritten),
    "cchc.indicators.register_entry_closed.v1": _Wire(_ENTRY, EntryClosed),
    "cchc.indicators.dossier_recorded.v1": _Wire(_DOSSIER, DossierRecorded),
}
"""Messages that figures are told from; every other one is left aside."""

_DECODERS: Mapping[type, msgspec.json.Decoder[Any]] = {
    wire.fact: msgspec.json.Decoder(wire.fact) for wire in FACTS.values()
}
_AT = msgspec.json.Decoder(_Told)


class News(NamedTuple):
    """A fact about one thing, and the business day on which it became known."""

    source_id: str
    source: Source
    fact: Any
    known_on: date


def news_of(event: CloudEvent | None) -> News | None:
    """Read a message, `None` for one that no figure is told from.

    Raises:
        InvalidMessage: Its data breaks the contract.
    """
    if event is None or (wire := FACTS.get(event.type)) is None:
        return None
    try:
        fact: Any = _DECODERS[wire.fact].decode(event.data)
        at = datetime.fromisoformat(_AT.decode(event.data).at)
    except (msgspec.DecodeError, ValueError) as error:
        raise InvalidMessage(f"{event.type}: {error}") from error
    name = "/".join((wire.source.record.__name__, *(getattr(fact, field) for field in wire.source.named_by)))
    return News(name, wire.source, fact, _day(at, event.type))


def _day(at: datetime, wire: str) -> date:
    if at.tzinfo is None:
        raise InvalidMessage(f"{wire}: the time of {at.isoformat()} has no offset")
    return at.astimezone(CIVIL_ZONE).date()
