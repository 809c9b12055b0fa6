"""What is known of a report duty: a unit owes a report for a period by a day."""

from dataclasses import dataclass, replace
from datetime import date


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportDuty:
    """A report that a unit owes; `received_on` is the day of the first submission."""

    duty_id: str
    unit_id: str
    due_on: date
    received_on: date | None = None
    on_time: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportDutyOpened:
    """A report is owed."""

    duty_id: str
    unit_id: str
    due_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportSubmitted:
    """A report came in."""

    duty_id: str
    on: date
    timeliness: str


ReportFact = ReportDutyOpened | ReportSubmitted


def report_duty_after(duty: ReportDuty | None, fact: ReportFact) -> ReportDuty | None:
    """Give what is known of a report duty after a fact; `None` for a fact about one that nobody told of.

    The first submission decides: a report that the desk sends back for mending was received all the same.
    """
    if isinstance(fact, ReportDutyOpened):
        return ReportDuty(duty_id=fact.duty_id, unit_id=fact.unit_id, due_on=fact.due_on)
    if duty is None or duty.received_on is not None:
        return duty
    return replace(duty, received_on=fact.on, on_time=fact.timeliness == "on_time")
