"""Official measurements: other eyes approve, one figure stands for a period, and a correction names what it replaces."""

from datetime import UTC, date, datetime

import pytest

from services.chassis.testing.given_when_then import Specification
from services.indicators.domain.catalogue_events import Definition, Document
from services.indicators.domain.cell import INITIAL, evolve
from services.indicators.domain.commands import (
    ApproveMeasurement,
    CorrectMeasurement,
    PublishMeasurement,
    ReopenPeriod,
    ReturnMeasurement,
    SubmitMeasurement,
)
from services.indicators.domain.errors import (
    DocumentMissing,
    InvalidPeriod,
    MeasurementIncomplete,
    MeasurementNotApproved,
    MeasurementNotPublished,
    MeasurementNotSubmitted,
    OwnMeasurement,
    PeriodHasMeasurement,
    UnknownIndicator,
    UnknownMeasurement,
    ValueOutOfRange,
)
from services.indicators.domain.measurement import approve, correct, publish, reopen, send_back, submit
from services.indicators.domain.measurement_events import (
    Measured,
    MeasurementApproved,
    MeasurementCorrected,
    MeasurementPublished,
    MeasurementReturned,
    MeasurementSubmitted,
    PeriodReopened,
)

cell = Specification(INITIAL, evolve)
AT, ON = datetime(2021, 7, 3, 2, tzinfo=UTC), date(2021, 7, 3)
WHEN = {"on": ON, "at": AT}
CELL = "EDOC_SHARE.phong-noi-vu.2021-Q2"
PAPER = Document(number="215/BC-PNV", dated=date(2021, 7, 2))


def a_definition(unit: str = "percent") -> Definition:
    return Definition(
        name_vi="…",
        name_en="…",
        unit=unit,
        direction="higher",
        formula="…",
        source="manual",
        frequency="quarterly",
        valid_from=date(2021, 1, 1),
    )


PERCENT = a_definition()
COUNTS = Measured(numerator=490, denominator=500)


def submitting(measured: Measured = COUNTS, *, by: str = "u-1", period: str = "2021-Q2") -> SubmitMeasurement:
    about = {"indicator": "EDOC_SHARE", "unit_id": "phong-noi-vu", "period": period}
    return SubmitMeasurement(**about, measured=measured, submitted_by=by, **WHEN)


def submitted(
    n: int = 1, measured: Measured = COUNTS, *, value: float | None = 98.0, **replacing
) -> MeasurementSubmitted:
    about = {"indicator": "EDOC_SHARE", "unit_id": "phong-noi-vu", "period": "2021-Q2"}
    return MeasurementSubmitted(n=n, **about, measured=measured, value=value, submitted_by="u-1", **WHEN, **replacing)


APPROVED = MeasurementApproved(n=1, approved_by="u-2", **WHEN)
PUBLISHED = MeasurementPublished(n=1, **WHEN)
RETURNED = MeasurementReturned(n=1, reason="Thiếu văn bản", **WHEN)
OFFICIAL = (submitted(), APPROVED, PUBLISHED)
CORRECTED = Measured(numerator=480, denominator=500, document=PAPER)


def test_a_figure_is_brought_with_its_value_worked_out():
    cell.given().when(submit, submitting(), PERCENT).then(submitted())


def test_the_same_figure_again_by_the_same_hand_records_nothing():
    cell.given(submitted()).when(submit, submitting(), PERCENT).then_nothing()


def test_a_second_figure_waits_until_the_first_is_decided():
    other = submitting(Measured(value=97.0))
    cell.given(submitted()).when(submit, other, PERCENT).then_refused(PeriodHasMeasurement, stage="submitted")
    cell.given(submitted(), RETURNED).when(submit, other, PERCENT).then(submitted(2, Measured(value=97.0), value=97.0))


def test_a_published_figure_is_corrected_and_not_brought_anew():
    cell.given(*OFFICIAL).when(submit, submitting(), PERCENT).then_refused(PeriodHasMeasurement, stage="published")


def test_nothing_to_divide_by_is_kept_without_a_value():
    nothing = Measured(numerator=0, denominator=0)
    cell.given().when(submit, submitting(nothing), PERCENT).then(submitted(1, nothing, value=None))


@pytest.mark.parametrize(
    ("unit", "measured", "refusal"),
    [
        ("percent", Measured(), MeasurementIncomplete),
        ("percent", Measured(numerator=1), MeasurementIncomplete),
        ("percent", Measured(value=1.0, numerator=1, denominator=2), MeasurementIncomplete),
        ("percent", Measured(value=100.5), ValueOutOfRange),
        ("percent", Measured(numerator=6, denominator=5), ValueOutOfRange),
        ("percent", Measured(numerator=-1, denominator=-5), ValueOutOfRange),
        ("index_0_1", Measured(value=1.2), ValueOutOfRange),
        ("rank", Measured(value=0.0, document=PAPER), ValueOutOfRange),
        ("rank", Measured(value=2.5, document=PAPER), ValueOutOfRange),
        ("rank", Measured(value=8.0), DocumentMissing),
        ("milestone", Measured(value=1.0), DocumentMissing),
    ],
)
def test_a_figure_that_can_be_none_of_its_indicator_is_refused(unit, measured, refusal):
    cell.given().when(submit, submitting(measured), a_definition(unit)).then_refused(refusal)


@pytest.mark.parametrize("period", ["2021-Q5", "2021-13", "0000", "2021-Q4", "2022"])
def test_a_period_that_is_none_or_has_not_begun_is_refused(period):
    cell.given().when(submit, submitting(period=period), PERCENT).then_refused(InvalidPeriod, period=period)


def test_a_figure_of_an_indicator_that_nobody_defined_is_refused():
    cell.given().when(submit, submitting(), None).then_refused(UnknownIndicator, indicator="EDOC_SHARE")


def test_other_eyes_approve():
    command = ApproveMeasurement(cell=CELL, n=1, approved_by="u-2", **WHEN)
    cell.given(submitted()).when(approve, command).then(APPROVED)
    cell.given(submitted(), APPROVED).when(approve, command).then_nothing()
    cell.given(submitted(), RETURNED).when(approve, command).then_refused(MeasurementNotSubmitted, stage="returned")


def test_who_brought_a_figure_does_not_approve_it():
    own = ApproveMeasurement(cell=CELL, n=1, approved_by="u-1", **WHEN)
    cell.given(submitted()).when(approve, own).then_refused(OwnMeasurement, n=1)


def test_a_figure_is_sent_back_until_it_is_published():
    command = ReturnMeasurement(cell=CELL, n=1, reason="Thiếu văn bản", **WHEN)
    cell.given(submitted()).when(send_back, command).then(RETURNED)
    cell.given(submitted(), APPROVED).when(send_back, command).then(RETURNED)
    cell.given(submitted(), RETURNED).when(send_back, command).then_nothing()
    cell.given(*OFFICIAL).when(send_back, command).then_refused(MeasurementNotSubmitted, stage="published")


def test_what_nobody_approved_is_not_published():
    command = PublishMeasurement(cell=CELL, n=1, **WHEN)
    cell.given(submitted()).when(publish, command).then_refused(MeasurementNotApproved, stage="submitted")
    cell.given(submitted(), APPROVED).when(publish, command).then(PUBLISHED)
    cell.given(*OFFICIAL).when(publish, command).then_nothing()
    cell.given().when(publish, command).then_refused(UnknownMeasurement, n=1)


def correcting(measured: Measured = CORRECTED, n: int = 1) -> CorrectMeasurement:
    return CorrectMeasurement(cell=CELL, n=n, measured=measured, reason="Đếm trùng", submitted_by="u-1", **WHEN)


REPLACING = submitted(2, CORRECTED, value=96.0, replaces=1, reason="Đếm trùng")
CONFIRMED = MeasurementApproved(n=2, approved_by="u-2", **WHEN)
CORRECTION = MeasurementCorrected(n=2, replaces=1, reason="Đếm trùng", **WHEN)


def test_a_correction_names_what_it_replaces_why_and_the_document():
    cell.given(*OFFICIAL).when(correct, correcting(), PERCENT).then(REPLACING)
    cell.given(*OFFICIAL).when(correct, correcting(COUNTS), PERCENT).then_refused(DocumentMissing)
    cell.given(submitted()).when(correct, correcting(), PERCENT).then_refused(
        MeasurementNotPublished, stage="submitted"
    )


def test_until_a_correction_is_published_the_first_figure_stands():
    given = cell.given(*OFFICIAL, REPLACING, CONFIRMED)
    assert given.state.published.n == 1
    given.when(publish, PublishMeasurement(cell=CELL, n=2, **WHEN)).then(CORRECTION)
    after = cell.given(*OFFICIAL, REPLACING, CONFIRMED, CORRECTION).state
    assert (after.published.n, after.nth(1).replaced_by, after.nth(1).stage) == (2, 2, "replaced")


def test_what_was_replaced_is_not_corrected_again():
    given = cell.given(*OFFICIAL, REPLACING, CONFIRMED, CORRECTION)
    given.when(correct, correcting(), PERCENT).then_refused(MeasurementNotPublished, stage="replaced")


REOPENED = PeriodReopened(n=1, reason="Thiếu ba đơn vị", document=PAPER, **WHEN)


def test_an_opened_period_takes_a_new_figure_that_replaces_the_published_one():
    command = ReopenPeriod(cell=CELL, n=1, reason="Thiếu ba đơn vị", document=PAPER, **WHEN)
    cell.given(*OFFICIAL).when(reopen, command).then(REOPENED)
    cell.given(*OFFICIAL, REOPENED).when(reopen, command).then_nothing()
    cell.given(submitted()).when(reopen, command).then_refused(MeasurementNotPublished)
    cell.given(*OFFICIAL, REOPENED).when(submit, submitting(Measured(value=95.0)), PERCENT).then(
        submitted(2, Measured(value=95.0), value=95.0, replaces=1, reason="Thiếu ba đơn vị")
    )


def test_a_period_is_closed_again_by_the_figure_that_it_was_opened_for():
    replacing = submitted(2, replaces=1, reason="Thiếu ba đơn vị")
    correction = MeasurementCorrected(n=2, replaces=1, reason="Thiếu ba đơn vị", **WHEN)
    after = cell.given(*OFFICIAL, REOPENED, replacing, CONFIRMED, correction)
    after.when(submit, submitting(), PERCENT).then_refused(PeriodHasMeasurement, n=2)
