"""What running figures promise, whichever database is below them."""

from datetime import date, datetime, time

from services.chassis.clock import CIVIL_ZONE
from tests.support.running_figures import RunningRig

YEAR = date(2021, 1, 1)
GIVEN = date(2021, 1, 4)


def day(month: int, number: int) -> date:
    return date(2021, month, number)


def evening(on: date) -> datetime:
    return datetime.combine(on, time(20), CIVIL_ZONE)


def assigned(rig: RunningRig, task_id: str, *, unit_id: str = "xa-a", on: date = GIVEN, due_on: date) -> None:
    about = {"plan_id": "p", "duty_code": "V1.1", "assigned_on": on.isoformat(), "due_on": due_on.isoformat()}
    rig.task("task_assigned", task_id, on, unit_id=unit_id, **about)


def completed(rig: RunningRig, task_id: str, *, on: date, accepted_on: date, timeliness: str) -> None:
    rig.task(
        "completion_accepted",
        task_id,
        accepted_on,
        unit_id="xa-a",
        completed_on=on.isoformat(),
        timeliness=timeliness,
    )


class RunningCases:
    """Run by each database's own test module."""

    def test_a_task_completed_in_time_moves_the_on_time_share_of_its_due_month(self, rig: RunningRig) -> None:
        assigned(rig, "t1", due_on=day(2, 10))
        assigned(rig, "t2", due_on=day(2, 11))
        rig.follow()
        assert rig.figure("TASKS_ON_TIME", since=YEAR, until=day(2, 28)) == (0, 2)
        completed(rig, "t1", on=day(2, 9), accepted_on=day(2, 15), timeliness="on_time")
        rig.follow()
        assert rig.figure("TASKS_ON_TIME", since=YEAR, until=day(2, 28)) == (1, 2)
        assert rig.figure("TASKS_ON_TIME", since=YEAR, until=day(2, 28), known_until=evening(day(2, 14))) == (0, 2)
        assert rig.figure("TASKS_ON_TIME", since=YEAR, until=day(2, 10)) == (1, 1)
        assert rig.figure("TASKS_ON_TIME", since=YEAR, until=day(1, 31)) is None

    def test_a_reopened_task_takes_back_what_its_completion_added(self, rig: RunningRig) -> None:
        assigned(rig, "t1", due_on=day(2, 10))
        completed(rig, "t1", on=day(2, 9), accepted_on=day(2, 9), timeliness="on_time")
        rig.task("task_reopened", "t1", day(3, 1))
        rig.follow()
        assert rig.figure("TASKS_ON_TIME", since=YEAR, until=day(3, 31)) == (0, 1)
        assert rig.figure("TASKS_DONE", since=YEAR, until=day(3, 31)) == (0, 1)
        assert rig.figure("TASKS_ON_TIME", since=YEAR, until=day(3, 31), known_until=evening(day(2, 28))) == (1, 1)

    def test_a_task_is_overdue_from_the_day_after_its_due_day_until_it_is_completed(self, rig: RunningRig) -> None:
        assigned(rig, "t1", due_on=day(3, 10))
        completed(rig, "t1", on=day(3, 20), accepted_on=day(3, 22), timeliness="late")
        rig.follow()
        levels = [rig.figure("TASKS_OVERDUE", since=None, until=day(3, at)) for at in (10, 11, 19, 20)]
        assert levels == [(0, 1), (1, 1), (1, 1), (0, 0)]
        assert rig.figure("TASKS_OVERDUE", since=None, until=day(3, 21), known_until=evening(day(3, 21))) == (1, 1)
        assert rig.series("TASKS_OVERDUE", since=YEAR, until=day(4, 2))[0] == ("2021-01", (0, 1))
        assert [sums for _, sums in rig.series("TASKS_OVERDUE", since=day(3, 1), until=day(4, 2))] == [(0, 0), (0, 0)]

    def test_more_time_moves_the_overdue_day_and_not_the_first_date(self, rig: RunningRig) -> None:
        assigned(rig, "t1", due_on=day(3, 10))
        rig.task("extension_decided", "t1", day(3, 5), n=1, decision="approve", due_on="2021-04-09")
        rig.follow()
        assert rig.figure("TASKS_OVERDUE", until=day(3, 31), since=None) == (0, 1)
        assert rig.figure("TASKS_OVERDUE", until=day(4, 10), since=None) == (1, 1)
        assert rig.figure("TASKS_EXTENDED", since=day(3, 1), until=day(3, 31)) == (1, 1)
        assert rig.figure("TASKS_ON_TIME", since=day(4, 1), until=day(4, 30)) is None

    def test_a_cancelled_task_leaves_every_figure(self, rig: RunningRig) -> None:
        assigned(rig, "t1", due_on=day(3, 10))
        rig.task("task_cancelled", "t1", day(3, 15))
        rig.follow()
        assert rig.figure("TASKS_ON_TIME", since=YEAR, until=day(3, 31)) == (0, 0)
        assert rig.figure("TASKS_OVERDUE", since=None, until=day(3, 31)) == (0, 0)
        assert rig.figure("TASKS_OVERDUE", since=None, until=day(3, 14)) == (1, 1)

    def test_the_duty_of_issuing_a_plan_counts_units(self, rig: RunningRig) -> None:
        for unit_id, timeliness in (("xa-a", "on_time"), ("xa-b", "late")):
            about = {"plan_id": "53-kh-ubnd-2021", "duty_code": "V1.2", "due_on": "2021-02-13"}
            rig.task("task_assigned", unit_id, day(1, 14), unit_id=unit_id, assigned_on="2021-01-14", **about)
            completed(rig, unit_id, on=day(2, 17), accepted_on=day(2, 18), timeliness=timeliness)
        rig.follow()
        assert rig.figure("UNIT_PLANS_ON_TIME", since=YEAR, until=day(12, 31)) == (1, 2)
        assert rig.units("UNIT_PLANS_ON_TIME", since=YEAR, until=day(12, 31)) == {"xa-a": (1, 1), "xa-b": (0, 1)}

    def test_the_first_submission_decides_whether_a_report_came_in_time(self, rig: RunningRig) -> None:
        for duty_id in ("d1", "d2"):
            rig.duty("report_duty_opened", duty_id, day(3, 1), unit_id="xa-a", due_on="2021-03-15", period="2021-Q1")
        rig.duty("report_submitted", "d1", day(3, 14), report_id="r", timeliness="on_time")
        rig.duty("report_submitted", "d1", day(3, 20), report_id="r2", timeliness="late")
        rig.follow()
        assert rig.figure("REPORTS_ON_TIME", since=YEAR, until=day(3, 31)) == (1, 2)
        assert rig.series("REPORTS_ON_TIME", since=YEAR, until=day(3, 31)) == [("2021-03", (1, 2))]

    def test_the_three_on_time_rates_of_the_same_dossiers_differ(self, rig: RunningRig) -> None:
        dates = {"received_on": "2021-06-01", "due_on": "2021-06-10"}
        rig.dossier("on-time", day(6, 20), **dates, solved_on="2021-06-10")
        rig.dossier("late", day(6, 20), **dates, solved_on="2021-06-15")
        rig.dossier("pending", day(6, 20), **dates, solved_on=None)
        rig.dossier("pending-in-time", day(6, 20), received_on="2021-06-18", due_on="2021-07-02", solved_on=None)
        rig.dossier("handed-back", day(6, 20), **dates, solved_on="2021-06-11", returned=True)
        rig.follow()
        june = {"since": day(6, 1), "until": day(6, 30)}
        assert rig.figure("ONTIME_SOLVED", **june) == (1, 2)
        assert rig.figure("ONTIME_766", **june) == (2, 4)
        assert rig.figure("ONTIME_RECEIVED", **june) == (1, 4)
        assert rig.figure("DOSSIER_LATE_RATE", **june) == (1, 2)
        assert rig.figure("ONTIME_766", since=day(6, 1), until=day(7, 3)) == (1, 4)
        assert rig.figure("DOSSIER_PENDING_OVERDUE", **june) == (1, 2)
        assert rig.figure("DOSSIER_PENDING_OVERDUE", since=None, until=day(6, 12)) == (2, 2)
        assert rig.figure("ONLINE_SHARE", **june) == (0, 5)

    def test_a_newer_statement_about_a_dossier_replaces_the_older(self, rig: RunningRig) -> None:
        dates = {"received_on": "2021-06-01", "due_on": "2021-06-10"}
        rig.dossier("d1", day(6, 11), **dates, solved_on=None, online=True)
        rig.dossier("d1", day(6, 11), **dates, solved_on=None, online=True)
        rig.dossier("d1", day(6, 14), **dates, solved_on="2021-06-09", online=False)
        rig.follow()
        year = {"since": YEAR, "until": day(12, 31)}
        assert rig.figure("ONTIME_SOLVED", **year) == (1, 1)
        assert rig.figure("HANDLING_TIME_MEAN", **year) == (6, 1)
        assert rig.figure("ONLINE_SHARE", **year) == (0, 1)
        assert rig.figure("DOSSIER_PENDING_OVERDUE", **year) == (0, 0)
        assert rig.figure("ONLINE_SHARE", **year, known_until=evening(day(6, 13))) == (1, 1)
        assert rig.figure("DOSSIER_PENDING_OVERDUE", **year, known_until=evening(day(6, 13))) == (1, 1)

    def test_apologies_are_held_against_the_late(self, rig: RunningRig) -> None:
        dates = {"received_on": "2021-06-01", "due_on": "2021-06-10"}
        rig.dossier("d1", day(6, 20), **dates, apology_sent_on="2021-06-09", new_due_dates=1)
        rig.dossier("d2", day(6, 20), **dates, apology_sent_on="2021-06-10", new_due_dates=2)
        rig.dossier("d3", day(6, 20), **dates, solved_on="2021-06-15")
        rig.follow()
        june = {"since": day(6, 1), "until": day(6, 30)}
        assert rig.figure("APOLOGY_SENT", **june) == (2, 3)
        assert rig.figure("APOLOGY_BEFORE_EXPIRY", **june) == (1, 2)
        assert rig.figure("APOLOGY_REPEATED", **june) == (1, 2)

    def test_a_register_counts_what_it_holds_on_the_day(self, rig: RunningRig) -> None:
        share = [{"indicator": "TTHC_PUBLISHED", "numerator": 1, "denominator": 1}]
        rig.entry("recorded", "e1", day(2, 1), unit_id="xa-a", counts=share, on="2021-02-01", expires_on="2021-05-31")
        rig.entry("recorded", "e2", day(2, 1), unit_id="xa-b", counts=share, on="2021-02-01", expires_on=None)
        unpublished = [{"indicator": "TTHC_PUBLISHED", "numerator": 0, "denominator": 1}]
        rig.entry("amended", "e2", day(3, 1), unit_id="xa-b", counts=unpublished, on="2021-03-01", expires_on=None)
        rig.entry("closed", "e2", day(6, 1), unit_id="xa-b", on="2021-06-15")
        rig.follow()
        at = {"since": YEAR, "until": day(4, 1)}
        assert rig.figure("TTHC_PUBLISHED", **at) == (1, 2)
        assert rig.figure("TTHC_PUBLISHED", **at, known_until=evening(day(2, 28))) == (2, 2)
        assert rig.figure("TTHC_PUBLISHED", since=YEAR, until=day(6, 1)) == (0, 1)
        assert rig.figure("TTHC_PUBLISHED", since=YEAR, until=day(6, 15)) == (0, 0)
        assert rig.units("TTHC_PUBLISHED", {"xa-a"}, **at) == {"xa-a": (1, 1)}

    def test_a_registers_count_is_summed_as_its_indicator_is_defined(self, rig: RunningRig) -> None:
        counts = [{"indicator": code, "numerator": 1, "denominator": 0} for code in ("INITIATIVES", "CERTIFICATES")]
        for entry_id, on in (("e1", "2020-11-02"), ("e2", "2021-02-03"), ("e3", "2021-04-01")):
            rig.entry("recorded", entry_id, day(4, 1), unit_id="xa-a", counts=counts, on=on, expires_on=None)
        rig.define("INITIATIVES", "stock", "period")
        rig.define("CERTIFICATES", "stock")
        rig.follow()
        year = {"since": YEAR, "until": day(4, 30)}
        assert rig.figure("INITIATIVES", **year) == (2, 0)
        assert rig.series("INITIATIVES", **year) == [("2021-02", (1, 0)), ("2021-04", (1, 0))]
        assert rig.units("INITIATIVES", **year) == {"xa-a": (2, 0)}
        assert rig.figure("CERTIFICATES", **year) == (3, 0)
        assert [sums for _, sums in rig.series("CERTIFICATES", **year)] == [(1, 0), (2, 0), (2, 0), (3, 0)]

    def test_an_amended_entry_counts_as_it_was_known(self, rig: RunningRig) -> None:
        one, two = ([{"indicator": code, "numerator": 1, "denominator": 0}] for code in ("X", "Y"))
        rig.entry("recorded", "e1", day(2, 1), unit_id="xa-a", counts=one, on="2021-02-01", expires_on=None)
        rig.entry("amended", "e1", day(3, 1), unit_id="xa-b", counts=two, on="2021-01-15", expires_on=None)
        rig.follow()
        before = {"since": YEAR, "until": day(2, 10), "known_until": evening(day(2, 28))}
        assert (rig.units("X", **before), rig.units("Y", **before)) == ({"xa-a": (1, 0)}, {})
        after = {"since": YEAR, "until": day(2, 10), "known_until": evening(day(3, 1))}
        assert (rig.units("X", **after), rig.units("Y", **after)) == ({"xa-a": (0, 0)}, {"xa-b": (1, 0)})

    def test_a_fact_about_a_task_that_nobody_told_of_is_parked_alone(self, rig: RunningRig) -> None:
        rig.task("task_accepted", "lost", day(1, 5), unit_id="xa-a")
        assigned(rig, "t1", due_on=day(2, 10))
        rig.follow()
        assert rig.figure("TASKS_ON_TIME", since=YEAR, until=day(2, 28)) == (0, 1)
        assert rig.projector.status().parked == 1

    def test_a_rebuild_gives_the_same_rows_however_the_log_was_cut(self, rig: RunningRig) -> None:
        for number in range(60):
            assigned(rig, f"t{number}", unit_id=f"xa-{number % 5}", due_on=day(1 + number % 12, 10))
            if number % 3:
                completed(rig, f"t{number}", on=day(2, 1), accepted_on=day(2, 2), timeliness="on_time")
            if number % 7 == 1:
                rig.task("task_reopened", f"t{number}", day(2, 2))
            rig.projector.run_once()
        rig.follow()
        before = rig.tables()
        rig.projector.rebuild()
        assert rig.tables() == before
