"""A plan document: what it asks of whom, and which of its report periods were opened."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from services.chassis.domain import Command, Event
from services.tasks.domain.commands import AssignTask
from services.tasks.domain.errors import DutiesUnclear, PlanExists, UnknownPlan
from services.tasks.domain.names import task_name, title_of
from services.tasks.domain.plan_events import Duty, PeriodOpened, PlanRegistered, ReportPeriod, Section
from services.tasks.domain.telling import told_by


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisterPlan(Command):
    """Take a plan document in, with every duty that it states."""

    plan_id: str
    number: str
    title_vi: str
    issued_on: date
    issuer_unit_id: str
    year: int
    duties: tuple[Duty, ...]
    by: str
    at: datetime
    title_en: str = ""
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """A plan. `opened` names the report periods that were asked for: duty and period."""

    registered: PlanRegistered | None = None
    opened: frozenset[tuple[str, str]] = field(default_factory=frozenset)

    @property
    def exists(self) -> bool:
        """Whether it was taken in."""
        return self.registered is not None

    @property
    def plan(self) -> PlanRegistered:
        """The plan.

        Raises:
            UnknownPlan: It was never taken in.
        """
        if self.registered is None:
            raise UnknownPlan
        return self.registered

    def duty(self, code: str) -> Duty | None:
        """Find a duty."""
        duties = self.registered.duties if self.registered else ()
        return next((duty for duty in duties if duty.code == code), None)


INITIAL = Plan()


def evolve(state: Plan, event: Event) -> Plan:
    """Fold one fact into the state."""
    match event:
        case PlanRegistered():
            return replace(state, registered=event)
        case PeriodOpened():
            return replace(state, opened=state.opened | {(event.duty_code, event.period)})
        case _:
            return state


def register(state: Plan, command: RegisterPlan) -> tuple[Event, ...]:
    """Take the plan in. The same plan again records nothing."""
    _refuse_doubles(command.duties)
    registered = told_by(command, PlanRegistered)
    if state.registered is None:
        return (registered,)
    if replace(state.registered, at=registered.at, by=registered.by) == registered:
        return ()
    raise PlanExists("A plan of that number and year says something else.", plan_id=command.plan_id)


def _refuse_doubles(duties: Sequence[Duty]) -> None:
    codes = [duty.code.lower() for duty in duties]
    doubled = [code for code in codes if codes.count(code) > 1]
    doubled += [duty.code for duty in duties if len(set(duty.lead_unit_ids)) < len(duty.lead_unit_ids)]
    if doubled:
        raise DutiesUnclear(duties=sorted(set(doubled)))


def tasks_of(plan: PlanRegistered) -> Iterator[AssignTask]:
    """Give the tasks that a plan gives, one per duty and leading unit."""
    for duty in plan.duties:
        for unit_id in duty.lead_unit_ids:
            yield AssignTask(
                task_id=task_name(plan.plan_id, duty.code, unit_id),
                title=title_of(duty.text_vi),
                text=duty.text_vi,
                unit_id=unit_id,
                cooperating=duty.cooperating,
                due_on=duty.deadline,
                due_on_rolled=duty.deadline_rolled,
                cadence=duty.cadence,
                day_rule=duty.day_rule,
                deliverable=duty.deliverable_vi,
                plan_id=plan.plan_id,
                duty_code=duty.code,
                paragraph=duty.paragraph,
                assigned_on=plan.issued_on,
                by=plan.by,
                at=plan.at,
            )


def periods_to_open(state: Plan, today: date) -> Iterator[tuple[Duty, ReportPeriod]]:
    """Give the periods whose figures are closed and whose reports nobody has asked for yet."""
    for duty in state.registered.duties if state.registered else ():
        for period in duty.reports:
            if period.opens_on <= today and (duty.code, period.period) not in state.opened:
                yield duty, period


def open_period(state: Plan, duty_code: str, period: str, at: datetime) -> tuple[Event, ...]:
    """Ask for the reports of a period, once."""
    if (duty_code, period) in state.opened:
        return ()
    return (PeriodOpened(duty_code=duty_code, period=period, on=at.date(), at=at),)
