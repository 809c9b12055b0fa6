"""Running figures are told as they move: newest sums only, and nothing twice."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from services.chassis.envelope import decode
from services.indicators.worker import Schedule
from tests.integration.indicators.folder_rig import FolderRig
from tests.integration.indicators.running_cases import assigned, completed, day
from tests.support.running_figures import RunningRig

TOPIC = "indicators.figure.events.v1"
LOOKED_AT = {
    *("TASKS_DONE", "TASKS_EXTENDED", "TASKS_ON_TIME", "TASKS_OVERDUE"),
    *("INITIATIVES", "CERTIFICATES", "TTHC_PUBLISHED"),
}
"""The figures of these cases; others may be told from the same facts."""


@pytest.fixture(params=["sqlite", "postgres"])
def folder(request, tmp_path):
    postgres = request.param == "postgres"
    url = request.getfixturevalue("postgres_url") if postgres else f"sqlite:///{tmp_path / 'folder.db'}"
    rig = FolderRig(url, tmp_path)
    rig.clock.at = datetime(2021, 2, 1, 2, 0, tzinfo=UTC)
    yield rig
    rig.kill()


@pytest.fixture
def rig(folder):
    rig = RunningRig(folder.service.engine, projection=folder.service.running, leases=folder.leases)
    yield rig
    rig.close()


@pytest.fixture
def told(folder):
    """Let the schedule look once, and give what it told."""
    seen = [0]

    def look() -> list[tuple]:
        Schedule(folder.service, folder.leases).run_once()
        rows = folder.service.store.read_outbox(seen[0], 10_000, [TOPIC])
        seen[0] = max((row.position for row in rows), default=seen[0])
        said = [json.loads(bytes(decode(row.value).data)) for row in rows]
        looked_at = [it for it in said if it["indicator"] in LOOKED_AT]
        return sorted(
            (it["indicator"], it["month"], it["numerator"], it["denominator"], it["value"]) for it in looked_at
        )

    return look


def test_a_moved_cell_is_told_once_with_its_newest_sums(folder, rig, told):
    assigned(rig, "t1", due_on=day(1, 20))
    assigned(rig, "t2", due_on=day(1, 20))
    completed(rig, "t1", on=day(1, 20), accepted_on=day(1, 21), timeliness="on_time")
    rig.follow()
    assert told() == [
        ("TASKS_DONE", "2021-01", 1, 2, 50.0),
        ("TASKS_EXTENDED", "2021-01", 0, 2, 0.0),
        ("TASKS_ON_TIME", "2021-01", 1, 2, 50.0),
        ("TASKS_OVERDUE", "2021-02", 1, 1, 1.0),
    ]
    assert told() == []
    completed(rig, "t2", on=day(1, 29), accepted_on=day(2, 1), timeliness="late")
    rig.follow()
    assert told() == [("TASKS_DONE", "2021-01", 2, 2, 100.0), ("TASKS_OVERDUE", "2021-02", 0, 0, 0.0)]


def test_a_day_that_begins_moves_what_begins_to_count_on_it(folder, rig, told):
    assigned(rig, "t1", due_on=day(2, 3))
    rig.follow()
    assert told() == [("TASKS_DONE", "2021-01", 0, 1, 0.0), ("TASKS_OVERDUE", "2021-02", 0, 1, 0.0)]
    folder.clock.move(timedelta(days=2).total_seconds())
    assert told() == [("TASKS_EXTENDED", "2021-02", 0, 1, 0.0), ("TASKS_ON_TIME", "2021-02", 0, 1, 0.0)]
    folder.clock.move(timedelta(days=1).total_seconds())
    assert told() == [("TASKS_OVERDUE", "2021-02", 1, 1, 1.0)]


def test_a_rebuild_tells_nothing_that_did_not_change(folder, rig, told):
    for number in range(30):
        assigned(rig, f"t{number}", unit_id=f"xa-{number % 4}", due_on=day(1, 20))
        completed(rig, f"t{number}", on=day(1, 20), accepted_on=day(1, 21), timeliness="on_time")
    rig.follow()
    assert told()
    rig.projector.rebuild()
    rig.follow()
    assert told() == []
    rig.task("task_reopened", "t0", day(2, 1))
    rig.follow()
    moved = [(code, numerator) for code, _, numerator, _, _ in told()]
    assert moved == [("TASKS_DONE", 7), ("TASKS_ON_TIME", 7), ("TASKS_OVERDUE", 1)]


@pytest.mark.parametrize("defined_first", [True, False])
def test_a_registers_count_of_a_period_is_told_by_month(folder, rig, told, defined_first):
    def define() -> None:
        rig.define("INITIATIVES", "period")
        rig.define("CERTIFICATES", "stock")
        rig.follow()

    if defined_first:
        define()
    counts = [{"indicator": code, "numerator": 1, "denominator": 0} for code in ("INITIATIVES", "CERTIFICATES")]
    for entry_id, on in (("e1", "2020-11-02"), ("e2", "2021-01-04"), ("e3", "2021-01-05")):
        rig.entry("recorded", entry_id, day(2, 1), unit_id="xa-a", counts=counts, on=on, expires_on=None)
    rig.follow()
    if not defined_first:
        levels = [("CERTIFICATES", "2021-02", 3, 0, 3.0), ("INITIATIVES", "2021-02", 3, 0, 3.0)]
        assert told() == levels
        define()
    by_month = [("INITIATIVES", "2020-11", 1, 0, 1.0), ("INITIATIVES", "2021-01", 2, 0, 2.0)]
    assert told() == ([("CERTIFICATES", "2021-02", 3, 0, 3.0), *by_month] if defined_first else by_month)
    assert told() == []
    rig.entry("closed", "e3", day(2, 1), unit_id="xa-a", on="2021-01-20")
    rig.follow()
    assert told() == [("CERTIFICATES", "2021-02", 2, 0, 2.0), ("INITIATIVES", "2021-01", 1, 0, 1.0)]


def test_a_share_of_a_register_that_holds_nothing_has_no_value(folder, rig, told):
    rig.define("TTHC_PUBLISHED", "stock", unit="percent")
    counts = [{"indicator": "TTHC_PUBLISHED", "numerator": 1, "denominator": 1}]
    rig.entry("recorded", "e1", day(2, 1), unit_id="xa-a", counts=counts, on="2021-01-04", expires_on=None)
    rig.follow()
    assert told() == [("TTHC_PUBLISHED", "2021-02", 1, 1, 100.0)]
    rig.entry("closed", "e1", day(2, 1), unit_id="xa-a", on="2021-01-20")
    rig.follow()
    assert told() == [("TTHC_PUBLISHED", "2021-02", 0, 0, None)]
