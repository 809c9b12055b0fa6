"""The facts of plan documents."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from services.chassis.domain import Event


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A part of a plan."""

    code: str
    title_vi: str
    title_en: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportPeriod:
    """A period for which each leading unit owes a report. It opens when its figures are closed."""

    period: str
    kind: str
    opens_on: date
    due_on: date
    due_on_rolled: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Duty:
    """What a plan asks of its leading units, each for itself."""

    code: str
    section: str
    paragraph: str
    text_vi: str
    text_en: str = ""
    lead_unit_ids: tuple[str, ...] = ()
    lead_basis: str = "stated"
    cooperating: tuple[str, ...] = ()
    deadline: date | None = None
    deadline_rolled: date | None = None
    deadline_basis: str = "stated"
    day_rule: str = "calendar_rolled"
    cadence: str | None = None
    deliverable_vi: str | None = None
    deliverable_en: str | None = None
    linked_target_codes: tuple[str, ...] = ()
    reports: tuple[ReportPeriod, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanRegistered(Event):
    """A plan document was taken in, with every duty that it states."""

    wire_name: ClassVar[str] = "tasks.plan_registered.v1"
    plan_id: str
    number: str
    title_vi: str
    title_en: str
    issued_on: date
    issuer_unit_id: str
    year: int
    sections: tuple[Section, ...]
    duties: tuple[Duty, ...]
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class PeriodOpened(Event):
    """The reports of a duty for a period were asked of every leading unit."""

    wire_name: ClassVar[str] = "tasks.period_opened.v1"
    duty_code: str
    period: str
    on: date
    at: datetime
