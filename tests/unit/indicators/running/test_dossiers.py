"""What dossiers add to which figure."""

from datetime import date

import pytest

from services.chassis.working_calendar import WorkingCalendar
from services.indicators.domain.running.apologies import APOLOGIES
from services.indicators.domain.running.dossier import Dossier, DossierRecorded, dossier_after
from services.indicators.domain.running.dossiers_completed import DOSSIERS_COMPLETED
from services.indicators.domain.running.dossiers_in_software import DOSSIERS_IN_SOFTWARE
from services.indicators.domain.running.dossiers_on_time import DOSSIERS_ON_TIME
from services.indicators.domain.running.dossiers_online import DOSSIERS_ONLINE
from services.indicators.domain.running.dossiers_pending import DOSSIERS_PENDING
from services.indicators.domain.running.handling_time import HANDLING_TIME
from tests.unit.indicators.running.reckoning import day, read

DUE = day(6, 10)
LATE = day(6, 11)
CALENDAR = WorkingCalendar(days_off=frozenset({day(6, 8)}))


def a_dossier(solved_on: date | None = None, **about) -> Dossier:
    said = {"one_stop_id": "xa-a", "dossier_id": "h-1", "received_on": day(6, 1), "due_on": DUE}
    return dossier_after(None, DossierRecorded(**said, solved_on=solved_on, **about), CALENDAR)


IN_TIME, TOO_LATE, PENDING = a_dossier(DUE), a_dossier(day(6, 15)), a_dossier()


@pytest.mark.parametrize(
    ("code", "dossier", "until", "expected"),
    [
        ("ONTIME_SOLVED", IN_TIME, day(6, 9), (0, 0)),
        ("ONTIME_SOLVED", IN_TIME, DUE, (1, 1)),
        ("ONTIME_SOLVED", TOO_LATE, day(6, 15), (0, 1)),
        ("ONTIME_SOLVED", PENDING, day(6, 30), (0, 0)),
        ("ONTIME_766", IN_TIME, day(6, 1), (1, 1)),
        ("ONTIME_766", IN_TIME, day(6, 30), (1, 1)),
        ("ONTIME_766", PENDING, DUE, (1, 1)),
        ("ONTIME_766", PENDING, LATE, (0, 1)),
        ("ONTIME_766", TOO_LATE, DUE, (1, 1)),
        ("ONTIME_766", TOO_LATE, day(6, 30), (0, 1)),
        ("ONTIME_RECEIVED", IN_TIME, day(6, 9), (0, 1)),
        ("ONTIME_RECEIVED", IN_TIME, DUE, (1, 1)),
        ("ONTIME_RECEIVED", PENDING, day(6, 30), (0, 1)),
        ("DOSSIER_LATE_RATE", TOO_LATE, day(6, 15), (1, 1)),
        ("DOSSIER_LATE_RATE", IN_TIME, day(6, 15), (0, 1)),
    ],
)
def test_each_on_time_rate_reads_the_same_dossier_in_its_own_way(code, dossier, until, expected):
    assert read(DOSSIERS_ON_TIME, dossier, until, code=code) == expected


def test_a_dossier_counts_in_the_month_that_the_rate_divides_by():
    july = {"since": day(7, 1)}
    late = a_dossier(day(7, 2))
    assert read(DOSSIERS_ON_TIME, late, day(7, 31), code="ONTIME_SOLVED", **july) == (0, 1)
    assert read(DOSSIERS_ON_TIME, late, day(7, 31), code="ONTIME_RECEIVED", **july) == (0, 0)
    assert read(DOSSIERS_COMPLETED, late, day(7, 31), **july) == (1, 0)


@pytest.mark.parametrize(
    ("dossier", "levels"),
    [(PENDING, [(0, 1), (1, 1), (1, 1)]), (TOO_LATE, [(0, 1), (1, 1), (0, 0)]), (IN_TIME, [(0, 0), (0, 0), (0, 0)])],
)
def test_a_pending_dossier_is_overdue_from_the_day_after_its_due_day(dossier, levels):
    assert [read(DOSSIERS_PENDING, dossier, at) for at in (DUE, LATE, day(6, 15))] == levels


def test_a_dossier_that_was_handed_back_is_neither_on_time_nor_late():
    returned = a_dossier(day(6, 3), returned=True)
    for family in (DOSSIERS_ON_TIME, DOSSIERS_PENDING, DOSSIERS_COMPLETED, HANDLING_TIME, APOLOGIES):
        for figure in family.figures:
            assert read(family, returned, day(6, 30), code=figure.code) == (0, 0)
    assert read(DOSSIERS_ONLINE, returned, day(6, 30)) == (0, 1)


def test_shares_of_all_received_count_each_dossier():
    assert read(DOSSIERS_ONLINE, a_dossier(online=True), day(6, 30)) == (1, 1)
    assert read(DOSSIERS_IN_SOFTWARE, a_dossier(in_software=False), day(6, 30)) == (0, 1)


@pytest.mark.parametrize(("solved_on", "days"), [(day(6, 1), 0), (day(6, 2), 1), (day(6, 7), 4), (DUE, 6)])
def test_handling_time_counts_working_days_after_the_day_of_receipt(solved_on, days):
    assert read(HANDLING_TIME, a_dossier(solved_on), day(6, 30)) == (days, 1)


def test_a_letter_in_advance_counts_for_the_late_dossier_once_it_is_late():
    dossier = a_dossier(apology_sent_on=day(6, 9), new_due_dates=2)
    sent = [read(APOLOGIES, dossier, at, code="APOLOGY_SENT") for at in (DUE, LATE)]
    assert sent == [(0, 0), (1, 1)]
    assert read(APOLOGIES, dossier, day(6, 9), code="APOLOGY_BEFORE_EXPIRY") == (1, 1)
    assert read(APOLOGIES, dossier, day(6, 9), code="APOLOGY_REPEATED") == (1, 1)


def test_a_letter_on_the_due_day_is_not_in_advance_and_a_late_one_counts_from_its_day():
    dossier = a_dossier(day(6, 20), apology_sent_on=day(6, 14), new_due_dates=1)
    sent = [read(APOLOGIES, dossier, at, code="APOLOGY_SENT") for at in (day(6, 13), day(6, 14))]
    assert sent == [(0, 1), (1, 1)]
    on_the_day = a_dossier(apology_sent_on=DUE)
    assert read(APOLOGIES, on_the_day, DUE, code="APOLOGY_BEFORE_EXPIRY") == (0, 1)
    assert read(APOLOGIES, dossier, day(6, 30), code="APOLOGY_REPEATED") == (0, 1)
