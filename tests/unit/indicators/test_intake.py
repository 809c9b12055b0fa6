"""Taking dossier batches in: once, whole or not at all, and each bad row by itself."""

from datetime import date, datetime

import pytest

from services.chassis.clock import CIVIL_ZONE
from services.chassis.testing.given_when_then import Specification
from services.indicators.domain.dossier_row import REASONS, DossierRow, read_row
from services.indicators.domain.intake import INITIAL, TakeDossierBatch, content_sha256, evolve, take
from services.indicators.domain.intake_errors import DossierBatchDiffers, TotalsDiffer
from services.indicators.domain.intake_events import ControlTotals, DossierBatchTaken, DossierRecorded, RejectedRow

TODAY = date(2021, 6, 18)
AT = datetime(2021, 6, 18, 9, 0, tzinfo=CIVIL_ZONE)
batch = Specification(INITIAL, evolve)


def a_row(**about) -> dict:
    return {"dossier_id": "h-1", "received_on": "2021-06-01", "due_on": "2021-06-10"} | about


def wish(*rows: dict, count: int | None = None, today: date = TODAY, **totals) -> TakeDossierBatch:
    stated = ControlTotals(count=len(rows) if count is None else count, **{"solved": 0} | totals)
    return TakeDossierBatch(batch_id="b", one_stop_id="xa-a", totals=stated, rows=rows, today=today, at=AT)


def taken(command: TakeDossierBatch, *, accepted: int, rejected: tuple[RejectedRow, ...] = ()) -> DossierBatchTaken:
    return DossierBatchTaken(
        batch_id="b",
        one_stop_id="xa-a",
        totals=command.totals,
        accepted=accepted,
        rejected=rejected,
        content_sha256=content_sha256(command),
        at=AT,
    )


RECORDED = DossierRecorded(
    one_stop_id="xa-a",
    dossier_id="h-1",
    field="",
    procedure="",
    received_on=date(2021, 6, 1),
    due_on=date(2021, 6, 10),
    solved_on=None,
    online=False,
    in_software=True,
    returned=False,
    apology_sent_on=None,
    new_due_dates=0,
    at=AT,
)


def test_a_batch_is_taken_with_each_of_its_dossiers():
    command = wish(a_row())
    batch.given().when(take, command).then(taken(command, accepted=1), RECORDED)


def test_a_bad_row_is_left_out_and_named():
    command = wish(a_row(), a_row(dossier_id="h-2", due_on="2021-05-31"))
    rejected = (RejectedRow(row=2, dossier_id="h-2", reasons=("due_before_received",)),)
    batch.given().when(take, command).then(taken(command, accepted=1, rejected=rejected), RECORDED)


def test_a_batch_without_rows_is_taken_too():
    batch.given().when(take, wish()).then(taken(wish(), accepted=0))


@pytest.mark.parametrize("totals", [{"count": 2}, {"solved": 1}, {"online": 1}, {"returned": 1}])
def test_a_batch_with_a_wrong_total_is_refused_whole(totals):
    batch.given().when(take, wish(a_row(), **totals)).then_refused(TotalsDiffer)


def test_the_same_batch_again_records_nothing_whenever_it_comes():
    command = wish(a_row(solved_on="2021-06-20"), solved=1)
    later = wish(a_row(solved_on="2021-06-20"), solved=1, today=date(2021, 7, 1))
    batch.given(taken(command, accepted=0)).when(take, later).then_nothing()


def test_another_content_under_the_same_id_is_refused():
    batch.given(taken(wish(a_row()), accepted=1)).when(take, wish(a_row(online=True))).then_refused(DossierBatchDiffers)


@pytest.mark.parametrize(
    ("row", "reasons"),
    [
        (a_row(dossier_id=""), ("dossier_id_invalid",)),
        (a_row(dossier_id="a b"), ("dossier_id_invalid",)),
        (a_row(dossier_id=7), ("dossier_id_invalid",)),
        (a_row(procedure="x" * 65), ("code_invalid",)),
        (a_row(received_on=None), ("received_on_invalid",)),
        (a_row(received_on="2021-02-30"), ("received_on_invalid",)),
        (a_row(received_on="0001-01-01"), ("received_on_invalid",)),
        (a_row(due_on=20210610), ("due_on_invalid",)),
        (a_row(solved_on="10/06/2021"), ("solved_on_invalid",)),
        (a_row(apology_sent_on="soon"), ("apology_sent_on_invalid",)),
        (a_row(solved_on="2021-05-31"), ("solved_before_received",)),
        (a_row(apology_sent_on="2021-05-31"), ("apology_before_received",)),
        (a_row(solved_on="2021-06-19"), ("in_the_future",)),
        (a_row(online=1), ("not_yes_or_no",)),
        (a_row(new_due_dates=True), ("new_due_dates_invalid",)),
        (a_row(new_due_dates=100), ("new_due_dates_invalid",)),
        (a_row(name="Nguyễn Văn A"), ("unknown_column",)),
        ({}, ("dossier_id_invalid", "received_on_invalid", "due_on_invalid")),
    ],
)
def test_a_row_is_refused_for_every_reason_it_gives(row, reasons):
    assert read_row(row, TODAY) == reasons
    assert all(REASONS[code] for code in reasons)


def test_a_day_that_is_today_and_a_due_day_to_come_are_right():
    read = read_row(a_row(received_on="2021-06-18", solved_on="2021-06-18", due_on="2021-12-31"), TODAY)
    assert isinstance(read, DossierRow)
