"""Other stores' messages as the running figures read them: facts of our own types, unknown fields left aside."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import msgspec

from services.chassis.clock import CIVIL_ZONE
from services.chassis.domain import InvalidMessage
from services.chassis.envelope import CloudEvent
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
    TaskSplit,
    task_after,
)
from services.indicators.domain.working_days import WorkingCalendar

TASKS_TOPIC = "tasks.task.events.v1"
REPORTS_TOPIC = "tasks.report.events.v1"
TOPICS = (TASKS_TOPIC, REPORTS_TOPIC)


class _Told(msgspec.Struct, frozen=True, gc=False):
    at: str
    """When the service recorded it, in business time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A kind of thing: what names one of them in a message, its record, and how a fact changes that."""

    id_field: str
    record: type
    after: Any


def _task_after(task: Task | None, fact: Any, calendar: WorkingCalendar) -> Task | None:
    return task_after(task, fact, calendar)


def _duty_after(duty: ReportDuty | None, fact: Any, calendar: WorkingCalendar) -> ReportDuty | None:
    del calendar
    return report_duty_after(duty, fact)


_TASK = Source(id_field="task_id", record=Task, after=_task_after)
_DUTY = Source(id_field="duty_id", record=ReportDuty, after=_duty_after)


class _Wire(NamedTuple):
    source: Source
    fact: type


_FACTS: Mapping[str, _Wire] = {
    "cchc.tasks.task_assigned.v1": _Wire(_TASK, TaskAssigned),
    "cchc.tasks.task_accepted.v1": _Wire(_TASK, TaskAccepted),
    "cchc.tasks.task_refused.v1": _Wire(_TASK, TaskLeft),
    "cchc.tasks.task_split.v1": _Wire(_TASK, TaskSplit),
    "cchc.tasks.task_cancelled.v1": _Wire(_TASK, TaskLeft),
    "cchc.tasks.completion_accepted.v1": _Wire(_TASK, CompletionAccepted),
    "cchc.tasks.extension_decided.v1": _Wire(_TASK, ExtensionDecided),
    "cchc.tasks.task_reopened.v1": _Wire(_TASK, TaskReopened),
    "cchc.tasks.report_duty_opened.v1": _Wire(_DUTY, ReportDutyOpened),
    "cchc.tasks.report_submitted.v1": _Wire(_DUTY, ReportSubmitted),
}
"""Messages that figures are told from; every other one is left aside."""

_DECODERS: Mapping[type, msgspec.json.Decoder[Any]] = {
    wire.fact: msgspec.json.Decoder(wire.fact) for wire in _FACTS.values()
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
    if event is None or (wire := _FACTS.get(event.type)) is None:
        return None
    try:
        fact: Any = _DECODERS[wire.fact].decode(event.data)
        at = datetime.fromisoformat(_AT.decode(event.data).at)
    except (msgspec.DecodeError, ValueError) as error:
        raise InvalidMessage(f"{event.type}: {error}") from error
    name = wire.source.record.__name__
    return News(f"{name}/{getattr(fact, wire.source.id_field)}", wire.source, fact, _day(at, event.type))


def _day(at: datetime, wire: str) -> date:
    if at.tzinfo is None:
        raise InvalidMessage(f"{wire}: the time of {at.isoformat()} has no offset")
    return at.astimezone(CIVIL_ZONE).date()
