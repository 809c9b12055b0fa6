"""Takes plans in: the document, its tasks and the reports that were due to be asked for by then, all at once."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from services.chassis.streams import Streams, Versioned
from services.tasks.domain import plan, report_duty, task
from services.tasks.domain.names import report_duty_name
from services.tasks.domain.plan import Plan, RegisterPlan
from services.tasks.domain.plan_events import Duty, PlanRegistered, ReportPeriod
from services.tasks.domain.report_duty import OpenDuty
from services.tasks.domain.telling import told_by
from services.tasks.handlers.kinds import DUTY, PLAN, TASK
from services.tasks.handlers.together import Change, Together

SCHEDULED_BY = "schedule"
"""Who asks for a report when its period opens by itself."""


class Plans:
    """Handles commands about plans and about what units owe for a period."""

    def __init__(self, streams: Streams, together: Together) -> None:
        """Record through `together`."""
        self._streams = streams
        self._together = together

    def register(self, command: RegisterPlan) -> Versioned[Plan]:
        """Take a plan in. The same plan again records nothing."""
        taken_in = Change.by(PLAN, command.plan_id, plan.register, command)
        if self._streams.load(PLAN, command.plan_id).state.exists:
            return self._together.decide([taken_in])
        asked_of_units = plan.tasks_of(told_by(command, PlanRegistered))
        tasks = (Change.by(TASK, asked.task_id, task.assign, asked) for asked in asked_of_units)
        at = self._together.decide([taken_in, *tasks])
        self.open_periods(command.plan_id, command.at)
        return at

    def open_periods(self, plan_id: str, at: datetime) -> int:
        """Ask for the reports of every period whose figures are closed by now; give how many units owe one more."""
        opened = 0
        for duty, period in list(plan.periods_to_open(self._streams.load(PLAN, plan_id).state, at.date())):
            asked = list(_owed(plan_id, duty, period, at))
            once = Change.by(PLAN, plan_id, plan.open_period, duty.code, period.period, at)
            self._together.decide([once, *_opening(asked)])
            opened += len(asked)
        return opened

    def open_duties(self, asked: Sequence[OpenDuty]) -> None:
        """Ask some units for a report, as the desk says."""
        self._together.decide(_opening(asked))

    def mark_missing(self, duty_id: str, at: datetime) -> bool:
        """Say that no report had come when its day had passed; tell whether that is new."""
        before = self._streams.load(DUTY, duty_id).version
        after = self._streams.decide(DUTY, duty_id, lambda state: report_duty.mark_missing(state, at))
        return after.version > before


def _owed(plan_id: str, duty: Duty, period: ReportPeriod, at: datetime) -> Iterator[OpenDuty]:
    for unit_id in duty.lead_unit_ids:
        yield OpenDuty(
            duty_id=report_duty_name(plan_id, duty.code, period.period, unit_id),
            kind=period.kind,
            unit_id=unit_id,
            period=period.period,
            opens_on=period.opens_on,
            due_on=period.due_on,
            due_on_rolled=period.due_on_rolled,
            plan_id=plan_id,
            duty_code=duty.code,
            by=SCHEDULED_BY,
            at=at,
        )


def _opening(asked: Sequence[OpenDuty]) -> list[Change]:
    return [Change.by(DUTY, duty.duty_id, report_duty.open_duty, duty) for duty in asked]
