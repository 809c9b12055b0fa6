"""Facts and wishes about one task, as tests begin with them."""

from datetime import date, datetime
from typing import Any

from services.chassis.clock import CIVIL_ZONE
from services.chassis.testing.given_when_then import Specification
from services.tasks.domain import events, task
from services.tasks.domain.working_days import WorkingDays

TASK_ID = "viec-1"
UNIT = "xa-binh-an"
HELPER = "phong-noi-vu"
DUE = date(2021, 2, 13)
"""A Saturday in the Tết holiday; the next working day is 17/02."""

ROLLED = date(2021, 2, 17)
TET = WorkingDays(days_off=frozenset(date(2021, 2, day) for day in (10, 11, 12, 13, 14, 15, 16)))

the_task = Specification(task.INITIAL, task.evolve)


def at(day: date = date(2021, 1, 20)) -> datetime:
    """Give a business time on a day."""
    return datetime(day.year, day.month, day.day, 9, tzinfo=CIVIL_ZONE)


def done(day: date = date(2021, 1, 20), *, by: str = "anna") -> dict[str, Any]:
    """Say when something was done, and by whom."""
    return {"on": day, "by": by, "at": at(day)}


def asked(day: date = date(2021, 1, 20), *, by: str = "anna") -> dict[str, Any]:
    """Say about what something is asked, when, and by whom."""
    return {"task_id": TASK_ID, "by": by, "at": at(day)}


def of_unit(day: date = date(2021, 1, 20), *, by: str = "anna") -> dict[str, Any]:
    """Say the same for the task's unit."""
    return {**asked(day, by=by), "unit_id": UNIT}


def assigned(**changes: Any) -> events.TaskAssigned:
    """Give the fact that the task was assigned."""
    told: dict[str, Any] = {
        "task_id": TASK_ID,
        "plan_id": None,
        "duty_code": None,
        "paragraph": None,
        "title": "Ban hành kế hoạch",
        "text": "Ban hành kế hoạch",
        "unit_id": UNIT,
        "cooperating": (HELPER,),
        "due_on": DUE,
        "due_on_rolled": ROLLED,
        "cadence": None,
        "day_rule": "calendar_rolled",
        "deliverable": None,
        "parent_task_id": None,
        "assigned_on": date(2021, 1, 14),
        "by": "desk",
        "at": at(date(2021, 1, 14)),
    }
    return events.TaskAssigned(**{**told, **changes})


def accepted() -> events.TaskAccepted:
    """Give the fact that its unit took it on."""
    return events.TaskAccepted(unit_id=UNIT, **done())


def reported(day: date = date(2021, 1, 20), *, by: str = "anna") -> events.CompletionReported:
    """Give the fact that its unit said that it is done."""
    return events.CompletionReported(unit_id=UNIT, note="", **done(day, by=by))


def completed(day: date = date(2021, 1, 20), timeliness: str = "on_time", **changes: Any) -> events.CompletionAccepted:
    """Give the fact that a report of completion was found right."""
    told: dict[str, Any] = {"due_on": DUE, "first_due_on": DUE, "note": "", **done(day, by="desk")}
    return events.CompletionAccepted(unit_id=UNIT, completed_on=day, timeliness=timeliness, **{**told, **changes})


def requested(n: int = 1, new_due_on: date = date(2021, 3, 20)) -> events.ExtensionRequested:
    """Give the fact that a later deadline was asked for."""
    return events.ExtensionRequested(unit_id=UNIT, n=n, new_due_on=new_due_on, reason="Chờ số liệu", **done())


def granted(n: int = 1, due_on: date = date(2021, 3, 20), decision: str = "approve") -> events.ExtensionDecided:
    """Give the fact that it was decided."""
    rolled = TET.rolled(due_on, "calendar_rolled") or due_on
    return events.ExtensionDecided(
        n=n, decision=decision, due_on=due_on, due_on_rolled=rolled, reason="", **done(by="desk")
    )
