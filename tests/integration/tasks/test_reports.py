"""Reports through the API, on both stores: one document, several duties, four eyes."""

import pytest

from tests.support.tasks import OTHER, UNIT, TasksRig

DAY = 86400


@pytest.fixture
def duties(rig: TasksRig) -> list[str]:
    names = []
    for kind in ("quy", "tu_kiem_tra"):
        asked = {
            "kind": kind,
            "period": "2021-Q1",
            "unit_ids": [UNIT],
            "opens_on": "2021-01-15",
            "due_on": "2021-01-17",
        }
        names += rig.desk().post("/report-duties", json=asked).json()["items"]
    rig.catch_up()
    return names


def _report(duties: list[str], unit_id: str = UNIT) -> dict:
    return {
        "unit_id": unit_id,
        "period": "2021-Q1",
        "discharges": duties,
        "fields": {"procedures": "Đã rà soát 30 thủ tục."},
        "figures": [{"code": "TTHC", "value": 30}],
        "document": {"number": "15/BC-UBND", "dated": "2021-01-15", "signer": "Chủ tịch"},
    }


def test_one_document_discharges_several_duties_and_its_approval_settles_all(rig: TasksRig, duties: list[str]) -> None:
    told = rig.unit().post("/reports", json=_report(duties)).json()
    assert told["state"] == "submitted"
    assert len(rig.messages("report_submitted")) == 2
    answer = rig.desk().post(f"/reports/{told['report_id']}/approval", json={})
    assert (answer.status_code, answer.json()["state"]) == (200, "approved")
    rig.catch_up()
    listed = rig.desk().get("/report-duties", params={"unit_id": UNIT}).json()["items"]
    assert {(duty["state"], duty["report_id"], duty["timeliness"]) for duty in listed} == {
        ("approved", told["report_id"], "on_time")
    }


def test_a_report_that_cannot_discharge_all_its_duties_discharges_none(rig: TasksRig, duties: list[str]) -> None:
    before = rig.service.streams.store.last_position()
    unknown = rig.unit().post("/reports", json=_report([*duties, "khong.co"]))
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_report_duty")
    twice = rig.unit().post("/reports", json=_report([duties[0], duties[0]]))
    assert (twice.status_code, twice.json()["code"]) == (422, "discharges_unclear")
    foreign = rig.unit(OTHER).post("/reports", json=_report(duties, OTHER))
    assert (foreign.status_code, foreign.json()["code"]) == (403, "duty_of_another_unit")
    assert rig.service.streams.store.last_position() == before


def test_another_report_under_a_key_that_was_used_is_refused_and_discharges_nothing(
    rig: TasksRig, duties: list[str]
) -> None:
    unit, key = rig.unit(), {"Idempotency-Key": "bao-cao-quy-1"}
    first, again = (unit.post("/reports", json=_report(duties[:1]), headers=key) for _ in range(2))
    assert first.json() == again.json()
    before = rig.service.streams.store.last_position()
    other = unit.post("/reports", json=_report(duties[1:]), headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert rig.service.streams.store.last_position() == before
    assert unit.post("/reports", json=_report(duties[1:])).status_code == 201


def test_a_returned_report_is_owed_again_and_one_after_the_day_is_late(rig: TasksRig, duties: list[str]) -> None:
    first = rig.unit().post("/reports", json=_report(duties)).json()["report_id"]
    assert rig.unit().post("/reports", json=_report(duties)).json()["code"] == "report_duty_not_open"
    returned = rig.desk().post(f"/reports/{first}/return", json={"reason": "Thiếu phụ lục"})
    assert returned.json()["reason"] == "Thiếu phụ lục"
    assert rig.desk().post(f"/reports/{first}/approval", json={}).json()["code"] == "report_not_open"
    rig.clock.move(10 * DAY)
    rig.unit().post("/reports", json=_report(duties))
    rig.catch_up()
    listed = rig.desk().get("/report-duties", params={"unit_id": UNIT}).json()["items"]
    assert {(duty["state"], duty["timeliness"]) for duty in listed} == {("submitted", "late")}


def test_a_report_on_the_working_day_after_a_due_day_that_is_off_is_on_time(rig: TasksRig, duties: list[str]) -> None:
    rig.clock.move(3 * DAY)  # Monday 18/1; it was due on Sunday 17/1
    rig.unit().post("/reports", json=_report(duties))
    rig.catch_up()
    listed = rig.desk().get("/report-duties", params={"unit_id": UNIT}).json()["items"]
    assert {(duty["due_on"], duty["due_on_rolled"], duty["timeliness"]) for duty in listed} == {
        ("2021-01-17", "2021-01-18", "on_time")
    }


def test_nobody_approves_their_own_report(rig: TasksRig, duties: list[str]) -> None:
    both = rig.caller("anna", "tasks:read", "tasks:act", "tasks:lead", appointments=(("unit_clerk", UNIT),))
    told = both.post("/reports", json=_report(duties)).json()
    refused = both.post(f"/reports/{told['report_id']}/approval", json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "own_report")


def test_a_period_is_not_asked_for_with_other_days_or_for_a_day_that_has_passed(
    rig: TasksRig, duties: list[str]
) -> None:
    desk = rig.desk()
    asked = {"kind": "quy", "period": "2021-Q1", "unit_ids": [UNIT], "opens_on": "2021-01-15", "due_on": "2021-01-17"}
    assert desk.post("/report-duties", json=asked).status_code == 201
    at_once = {**asked, "period": "rieng", "due_on": "2021-01-20"}
    del at_once["opens_on"]
    first = desk.post("/report-duties", json=at_once)
    rig.clock.move(DAY)
    desk = rig.desk()
    again = desk.post("/report-duties", json=at_once)
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    other = desk.post("/report-duties", json={**asked, "due_on": "2021-01-20"})
    assert (other.status_code, other.json()["code"]) == (409, "period_exists")
    past = desk.post("/report-duties", json={**asked, "period": "cu", "due_on": "2021-01-10"})
    assert (past.status_code, past.json()["code"]) == (422, "deadline_in_past")
    assert len(duties) == 2


@pytest.mark.parametrize("named", [{"plan_id": "1-kh-ubnd-2021"}, {"duty_code": "v1.1b"}])
def test_a_report_that_no_plan_asks_for_is_not_asked_for_in_its_name(rig: TasksRig, named: dict) -> None:
    asked = {"kind": "quy", "period": "2021-Q1", "unit_ids": [UNIT], "due_on": "2021-01-17", **named}
    refused = rig.desk().post("/report-duties", json=asked)
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_duty")
