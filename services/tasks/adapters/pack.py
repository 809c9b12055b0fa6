"""Reads the parts of a tenant pack by which the tasks service goes."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from services.tasks.domain.names import plan_name, slug
from services.tasks.domain.plan import RegisterPlan
from services.tasks.domain.plan_events import Duty, ReportPeriod, Section
from services.tasks.domain.working_days import DayRule, WorkingDays

LOADED_BY = "pack"


def plan_of(pack: Mapping[str, Any], days: WorkingDays, at: datetime) -> RegisterPlan:
    """Give the plan of a pack as a command. A duty that a group leads is led by each of its members."""
    told, document = pack["plan"], pack["plan"]["document"]
    groups = {group["id"]: tuple(group["members"]) for group in pack["units"].get("groups", ())}
    periods = {period["code"]: period for period in pack["calendar"].get("reporting", {}).get("periods", ())}
    return RegisterPlan(
        plan_id=plan_name(document["number"], document["plan_year"]),
        number=document["number"],
        title_vi=document["title_vi"],
        title_en=document.get("title_en", ""),
        issued_on=date.fromisoformat(document["issued_on"]),
        issuer_unit_id=document["issuer"]["unit_id"],
        year=document["plan_year"],
        sections=tuple(
            Section(code=field["field"], title_vi=field["name_vi"], title_en=field["name_en"])
            for field in told["fields"]
        ),
        duties=tuple(_duty(duty, groups, periods, days) for duty in told["tasks"]),
        by=LOADED_BY,
        at=at,
    )


def _duty(
    told: Mapping[str, Any],
    groups: Mapping[str, tuple[str, ...]],
    periods: Mapping[str, Any],
    days: WorkingDays,
) -> Duty:
    lead = told.get("lead") or told.get("suggested_lead")
    stated = told.get("deadline")
    deadline = _day(stated or told.get("suggested_deadline"))
    deliverable = told.get("deliverable") or {}
    cooperating = tuple(told.get("cooperating") or told.get("suggested_cooperating") or ())
    return Duty(
        code=told["code"],
        section=told["field"],
        paragraph=told.get("paragraph", ""),
        text_vi=told["text_vi"],
        text_en=told.get("text_en") or "",
        lead_unit_ids=groups.get(lead["id"], (lead["id"],)) if lead else (),
        lead_basis=lead.get("basis", "stated") if lead else "stated",
        cooperating=cooperating,
        deadline=deadline,
        deadline_rolled=days.rolled(deadline, DayRule.CALENDAR_ROLLED),
        deadline_basis="stated" if stated else "inference",
        cadence=told.get("cadence"),
        deliverable_vi=deliverable.get("vi"),
        deliverable_en=deliverable.get("en"),
        linked_target_codes=tuple(told.get("linked_target_codes") or ()),
        reports=tuple(_periods(told, deliverable, periods, days)),
    )


def _periods(
    told: Mapping[str, Any], deliverable: Mapping[str, Any], periods: Mapping[str, Any], days: WorkingDays
) -> Iterator[ReportPeriod]:
    """Give the periods of a duty that is a report; it opens on the day after its figures are closed."""
    kind = slug(deliverable.get("en") or told["code"]).replace("-", "_")
    for code in told.get("report_periods") or ():
        period = periods[code]
        due_on = date.fromisoformat(period["default_due"]["unit_to_district"])
        yield ReportPeriod(
            period=code,
            kind=kind,
            opens_on=days.after(date.fromisoformat(period["to"]), 1, DayRule.CALENDAR),
            due_on=due_on,
            due_on_rolled=days.rolled(due_on, DayRule.CALENDAR_ROLLED) or due_on,
        )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
