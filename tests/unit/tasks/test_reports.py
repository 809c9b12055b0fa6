"""What units owe for a period, and what becomes of their reports."""

from dataclasses import replace
from datetime import date

import pytest

from services.chassis.testing.given_when_then import Specification
from services.tasks.domain import intake, plan, report, report_duty
from services.tasks.domain import report_events as events
from services.tasks.domain.errors import (
    DischargesUnclear,
    DutiesUnclear,
    DutyNotOpen,
    DutyOfAnotherUnit,
    OwnReport,
    PeriodExists,
    PlanExists,
    ReportExists,
    ReportNotOpen,
    UnknownReport,
    UnknownReportDuty,
)
from services.tasks.domain.intake import EventTaken
from services.tasks.domain.plan_events import Duty, PeriodOpened, PlanRegistered, ReportPeriod
from services.tasks.domain.telling import told_by
from tests.unit.tasks.facts import UNIT, at, done

the_duty = Specification(report_duty.INITIAL, report_duty.evolve)
the_report = Specification(report.INITIAL, report.evolve)
the_plan = Specification(plan.INITIAL, plan.evolve)
the_intake = Specification(intake.INITIAL, intake.evolve)

DUE = date(2021, 3, 17)
OPEN = report_duty.OpenDuty(
    duty_id="d-1",
    kind="quarterly_report",
    unit_id=UNIT,
    period="2021-Q1",
    opens_on=date(2021, 3, 15),
    due_on=DUE,
    due_on_rolled=DUE,
    by="schedule",
    at=at(date(2021, 3, 15)),
)
OPENED = told_by(OPEN, events.ReportDutyOpened)
SUBMIT = report.SubmitReport(
    report_id="r-1",
    unit_id=UNIT,
    period="2021-Q1",
    discharges=("d-1",),
    fields=events.ReportFields(procedures="Đã rà soát"),
    figures=(),
    document=events.ReportDocument(number="1/BC-UBND", dated=date(2021, 3, 16), signer=""),
    by="anna",
    at=at(date(2021, 3, 16)),
)
WRITTEN = report.written(SUBMIT)
SUBMITTED = events.ReportSubmitted(report_id="r-1", unit_id=UNIT, timeliness="on_time", **done(date(2021, 3, 16)))
APPROVED = events.ReportJudged(approved=True, reason="", **done(date(2021, 3, 18), by="desk"))
RETURNED = events.ReportJudged(approved=False, reason="Thiếu", **done(date(2021, 3, 18), by="desk"))
SENT_BACK = events.ReportReturned(report_id="r-1", unit_id=UNIT, **done(date(2021, 3, 18), by="desk"))
FOUND_RIGHT = events.ReportApproved(report_id="r-1", unit_id=UNIT, **done(date(2021, 3, 18), by="desk"))
MISSING = events.ReportMarkedMissing(unit_id=UNIT, on=date(2021, 3, 18), at=at(date(2021, 3, 18)))


def test_a_unit_is_asked_for_a_period_once_and_not_again_with_other_days() -> None:
    the_duty.given().when(report_duty.open_duty, OPEN).then(OPENED)
    the_duty.given(OPENED).when(report_duty.open_duty, replace(OPEN, at=at(DUE), by="desk")).then_nothing()
    the_duty.given(OPENED).when(report_duty.open_duty, replace(OPEN, due_on=date(2021, 3, 20))).then_refused(
        PeriodExists
    )
    at_once = replace(OPEN, opens_on=None)
    the_duty.given().when(report_duty.open_duty, at_once).then(OPENED)
    the_duty.given(OPENED).when(report_duty.open_duty, replace(at_once, at=at(DUE))).then_nothing()


def test_a_report_discharges_an_open_a_returned_and_a_missing_duty_and_is_on_time_by_its_day() -> None:
    the_duty.given(OPENED).when(report_duty.submit, WRITTEN).then(SUBMITTED)
    on_the_day = report.written(replace(SUBMIT, at=at(DUE)))
    the_duty.given(OPENED).when(report_duty.submit, on_the_day).then(replace(SUBMITTED, on=DUE, at=at(DUE)))
    the_duty.given(OPENED, SUBMITTED).when(report_duty.submit, WRITTEN).then_nothing()
    again = report.written(replace(SUBMIT, report_id="r-2", at=at(date(2021, 3, 19))))
    late = replace(SUBMITTED, report_id="r-2", timeliness="late", on=again.on, at=again.at)
    the_duty.given(OPENED, SUBMITTED).when(report_duty.submit, again).then_refused(DutyNotOpen, state="submitted")
    the_duty.given(OPENED, SUBMITTED, SENT_BACK).when(report_duty.submit, again).then(late)
    the_duty.given(OPENED, MISSING).when(report_duty.submit, again).then(late)


def test_a_report_does_not_discharge_what_is_not_owed_by_its_unit_or_has_not_begun() -> None:
    the_duty.given().when(report_duty.submit, WRITTEN).then_refused(UnknownReportDuty)
    the_duty.given(OPENED).when(report_duty.submit, replace(WRITTEN, unit_id="xa-khac")).then_refused(DutyOfAnotherUnit)
    early = replace(WRITTEN, on=date(2021, 3, 14))
    the_duty.given(OPENED).when(report_duty.submit, early).then_refused(DutyNotOpen)


def test_what_becomes_of_a_report_becomes_of_the_duty_it_discharges_now() -> None:
    given = the_duty.given(OPENED, SUBMITTED)
    given.when(report_duty.judge, "r-1", APPROVED).then(FOUND_RIGHT)
    given.when(report_duty.judge, "r-1", RETURNED).then(SENT_BACK)
    given.when(report_duty.judge, "r-0", APPROVED).then_nothing()
    the_duty.given(OPENED, SUBMITTED, FOUND_RIGHT).when(report_duty.judge, "r-1", APPROVED).then_nothing()


def test_a_duty_is_missing_after_its_day_once_and_not_when_a_report_had_come() -> None:
    the_duty.given(OPENED).when(report_duty.mark_missing, at(DUE)).then_nothing()
    the_duty.given(OPENED).when(report_duty.mark_missing, at(date(2021, 3, 18))).then(MISSING)
    the_duty.given(OPENED, MISSING).when(report_duty.mark_missing, at(date(2021, 3, 19))).then_nothing()
    the_duty.given(OPENED, SUBMITTED).when(report_duty.mark_missing, at(date(2021, 3, 19))).then_nothing()


def test_a_report_is_kept_once_and_says_what_it_discharges() -> None:
    the_report.given().when(report.submit, WRITTEN).then(WRITTEN)
    the_report.given(WRITTEN).when(report.submit, WRITTEN).then_nothing()
    the_report.given(WRITTEN).when(report.submit, replace(WRITTEN, on=DUE, at=at(DUE))).then_nothing()
    other = replace(WRITTEN, discharges=("d-2",))
    the_report.given(WRITTEN).when(report.submit, other).then_refused(ReportExists, report_id="r-1")
    for unclear in ((), ("d-1", "d-1")):
        with pytest.raises(DischargesUnclear):
            report.written(replace(SUBMIT, discharges=unclear))


def test_a_report_is_judged_once_and_never_approved_by_who_sent_it() -> None:
    approve = report.JudgeReport(report_id="r-1", approved=True, by="desk", at=APPROVED.at)
    the_report.given(WRITTEN).when(report.judge, approve).then(APPROVED)
    the_report.given(WRITTEN, APPROVED).when(report.judge, approve).then_nothing()
    the_report.given(WRITTEN, RETURNED).when(report.judge, approve).then_refused(ReportNotOpen, state="returned")
    the_report.given(WRITTEN).when(report.judge, replace(approve, by="anna")).then_refused(OwnReport)
    the_report.given().when(report.judge, approve).then_refused(UnknownReport)
    back = report.JudgeReport(report_id="r-1", approved=False, reason="Thiếu", by="desk", at=RETURNED.at)
    the_report.given(WRITTEN).when(report.judge, back).then(RETURNED)


PERIOD = ReportPeriod(period="2021-Q1", kind="quarterly_report", opens_on=OPEN.opens_on, due_on=DUE, due_on_rolled=DUE)
DUTY = Duty(
    code="V1.1b", section="V", paragraph="V.1", text_vi="Báo cáo", lead_unit_ids=(UNIT, "xa-hai"), reports=(PERIOD,)
)
REGISTER = plan.RegisterPlan(
    plan_id="53-kh-ubnd-2021",
    number="53/KH-UBND",
    title_vi="Kế hoạch",
    issued_on=date(2021, 1, 14),
    issuer_unit_id="huyen-thang-binh",
    year=2021,
    duties=(DUTY,),
    by="pack",
    at=at(),
)
REGISTERED = told_by(REGISTER, PlanRegistered)


def test_a_plan_is_taken_in_once_and_its_number_means_one_plan() -> None:
    the_plan.given().when(plan.register, REGISTER).then(REGISTERED)
    the_plan.given(REGISTERED).when(plan.register, replace(REGISTER, at=at(DUE), by="desk")).then_nothing()
    the_plan.given(REGISTERED).when(plan.register, replace(REGISTER, title_vi="Khác")).then_refused(PlanExists)


@pytest.mark.parametrize("duties", [(DUTY, replace(DUTY, code="v1.1B")), (replace(DUTY, lead_unit_ids=(UNIT, UNIT)),)])
def test_a_plan_names_each_duty_and_each_leading_unit_once(duties: tuple) -> None:
    the_plan.given().when(plan.register, replace(REGISTER, duties=duties)).then_refused(DutiesUnclear)


def test_a_duty_is_a_task_of_each_leading_unit_that_counts_from_the_day_of_the_plan() -> None:
    made = list(plan.tasks_of(REGISTERED))
    assert [task.task_id for task in made] == [f"53-kh-ubnd-2021.v1.1b.{unit}" for unit in (UNIT, "xa-hai")]
    assert {task.assigned_on for task in made} == {date(2021, 1, 14)}


def test_a_period_is_opened_once_when_its_figures_are_closed() -> None:
    state = the_plan.given(REGISTERED).state
    assert list(plan.periods_to_open(state, date(2021, 3, 14))) == []
    assert list(plan.periods_to_open(state, date(2021, 3, 15))) == [(DUTY, PERIOD)]
    opened = PeriodOpened(duty_code="V1.1b", period="2021-Q1", on=date(2021, 3, 15), at=OPEN.at)
    the_plan.given(REGISTERED).when(plan.open_period, "V1.1b", "2021-Q1", OPEN.at).then(opened)
    the_plan.given(REGISTERED, opened).when(plan.open_period, "V1.1b", "2021-Q1", OPEN.at).then_nothing()
    assert list(plan.periods_to_open(the_plan.given(REGISTERED, opened).state, DUE)) == []


def test_an_event_of_another_system_is_taken_once() -> None:
    taken = EventTaken(source="/x", event_id="1", type="t", digest="d", by="anna", at=at())
    the_intake.given().when(intake.take, taken).then(taken)
    the_intake.given(taken).when(intake.take, taken).then_nothing()
