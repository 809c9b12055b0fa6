"""What falls due by itself, on both stores: each reminder once, whatever the clock and the processes do."""

import threading
from collections import Counter

import msgspec

from services.gateway.identity.accounts import SCOPES_OF_ROLES
from services.tasks.handlers.actions import TaskDesk
from tests.support.tasks import PLAN, UNIT, TasksRig

DAY = 86400


def _notices(rig: TasksRig) -> list[dict]:
    return [msgspec.json.decode(row.value)["data"] for row in rig.messages("reminder_due")]


def _rules(rig: TasksRig) -> list[str]:
    return sorted(notice["rule"] for notice in _notices(rig))


def test_a_rule_reminds_once_for_each_deadline_however_often_the_schedule_runs(rig: TasksRig) -> None:
    rig.accepted(due_on="2021-01-22")
    assert rig.run_schedule()["reminders"] == 1
    assert rig.run_schedule()["reminders"] == 0
    assert _rules(rig) == ["task_due_in_7"]


def test_a_run_before_the_read_models_have_caught_up_reminds_of_nothing_twice(rig: TasksRig) -> None:
    rig.accepted(due_on="2021-01-22")
    rig.catch_up()
    operator = rig.operator()
    counts = [operator.post("/schedule-runs", json={}).json()["reminders"] for _ in range(3)]
    assert counts == [1, 0, 0]


def test_after_a_jump_of_the_clock_and_a_restart_every_occurrence_is_there_once(rig: TasksRig) -> None:
    rig.accepted(due_on="2021-01-22")
    rig.run_schedule()
    rig.clock.move(60 * DAY)
    assert rig.run_schedule()["reminders"] == 5
    another = rig.another()
    try:
        assert another.run_schedule()["reminders"] == 0
    finally:
        another.close()
    assert set(Counter(_rules(rig)).values()) == {1}
    assert len(_rules(rig)) == 6


def test_a_clock_that_goes_back_takes_nothing_back_and_reminds_of_nothing_again(rig: TasksRig) -> None:
    rig.accepted(due_on="2021-01-22")
    rig.clock.move(7 * DAY)
    rig.run_schedule()
    rig.clock.move(-3 * DAY)
    assert rig.run_schedule()["reminders"] == 0
    rig.clock.move(3 * DAY)
    assert rig.run_schedule()["reminders"] == 0


def test_two_schedules_at_once_remind_once(rig: TasksRig) -> None:
    for _ in range(5):
        rig.accepted(due_on="2021-01-22")
    rig.catch_up()
    statuses = []

    def run() -> None:
        statuses.append(rig.operator().post("/schedule-runs", json={}).status_code)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # One that lost every race says so and is sent again; what it wanted is there.
    assert set(statuses) <= {200, 409}
    rig.run_schedule()
    assert set(Counter(notice["notice_id"] for notice in _notices(rig)).values()) == {1}
    assert len(_notices(rig)) == 5


def test_a_later_deadline_is_reminded_of_anew_and_a_completed_task_no_more(rig: TasksRig) -> None:
    task_id = rig.accepted(due_on="2021-01-22")
    rig.run_schedule()
    wish = {"unit_id": UNIT, "new_due_on": "2021-01-29", "reason": "Chờ số liệu"}
    rig.unit().post(f"/tasks/{task_id}/extensions", json=wish)
    rig.desk().post(f"/tasks/{task_id}/extension-decisions", json={"n": 1, "decision": "approve"})
    rig.clock.move(8 * DAY)
    rig.run_schedule()
    assert [notice["due_on"] for notice in _notices(rig) if notice["rule"] == "task_due_in_7"] == [
        "2021-01-22",
        "2021-01-29",
    ]
    rig.unit().post(f"/tasks/{task_id}/completion", json={"unit_id": UNIT})
    rig.clock.move(30 * DAY)
    assert rig.run_schedule()["reminders"] == 0


def test_a_unit_reads_and_acknowledges_its_reminders_and_the_desk_sees_those_that_went_up(rig: TasksRig) -> None:
    rig.accepted(due_on="2021-01-22")
    rig.clock.move(20 * DAY)
    rig.run_schedule()
    unit = rig.unit()
    items = unit.get("/inbox", params={"unit_id": UNIT}).json()["items"]
    assert [item["kind"] for item in items] == ["task_overdue_1", "task_due_today", "task_due_in_2", "task_due_in_7"]
    assert items[0]["text_vi"] == "Nhiệm vụ đã quá hạn"
    task = unit.get(f"/tasks/{items[0]['task_id']}").json()
    assert task["title"]
    assert {item["task_title"] for item in items} == {task["title"]}
    assert not items[0]["acknowledged"]
    stranger = rig.unit("xa-binh-tu").post(f"/inbox/{items[0]['notice_id']}/acknowledgement")
    assert (stranger.status_code, stranger.json()["code"]) == (403, "unit_not_yours")
    assert unit.post(f"/inbox/{items[0]['notice_id']}/acknowledgement").status_code == 200
    assert unit.post(f"/inbox/{items[0]['notice_id']}/acknowledgement").status_code == 200
    rig.catch_up()
    assert unit.get("/inbox", params={"unit_id": UNIT}).json()["items"][0]["acknowledged"]
    assert len(rig.messages("notice_acknowledged")) == 1
    assert len(rig.desk().get("/inbox", params={"unit_id": UNIT}).json()["items"]) == 5


def test_whoever_leads_says_that_they_have_seen_what_they_are_reminded_of(rig: TasksRig) -> None:
    rig.accepted(due_on="2021-01-22")
    rig.clock.move(60 * DAY)
    rig.run_schedule()
    (to_chairman,) = [it["notice_id"] for it in _notices(rig) if it["role"] == "chairman"]
    seen = f"/inbox/{to_chairman}/acknowledgement"
    reader = rig.caller("thanh-tra", "tasks:read", appointments=(("unit_head", UNIT),)).post(seen)
    assert (reader.status_code, reader.json()["code"]) == (403, "scope_missing")
    chairman = rig.caller("chu-tich", *SCOPES_OF_ROLES["chairman"], appointments=(("chairman", "huyen-thang-binh"),))
    assert chairman.post(seen).status_code == 200
    assert chairman.post("/inbox/khong-co/acknowledgement").json()["code"] == "unknown_notice"


def test_a_run_for_a_time_that_has_not_come_is_refused(rig: TasksRig) -> None:
    answer = rig.operator().post("/schedule-runs", json={"at": "2021-06-01T00:00:00+07:00"})
    assert (answer.status_code, answer.json()["code"]) == (422, "time_not_come")
    assert rig.desk().post("/schedule-runs", json={}).status_code == 403


def test_a_period_opens_when_its_figures_are_closed_and_its_missing_reports_are_marked_once(rig: TasksRig) -> None:
    rig.load_plan()
    assert rig.run_schedule()["reports_asked_for"] == 0
    rig.clock.move((59 + 1) * DAY)  # 16/3: the first quarter's figures closed on 14/3
    assert rig.run_schedule()["reports_asked_for"] == 68
    query = {"unit_id": UNIT, "period": "2021-Q1"}
    duties = rig.desk().get("/report-duties", params=query).json()["items"]
    assert [(duty["kind"], duty["opens_on"], duty["due_on"]) for duty in duties] == [
        ("quarterly_report", "2021-03-15", "2021-03-17"),
        ("self_inspection_report", "2021-03-15", "2021-03-17"),
    ]
    rig.clock.move(2 * DAY)
    assert rig.run_schedule()["marked_missing"] == 68
    assert rig.run_schedule()["marked_missing"] == 0
    assert {duty["state"] for duty in rig.desk().get("/report-duties", params=query).json()["items"]} == {"missing"}


def test_loading_the_pack_makes_every_duty_a_task_of_each_of_its_leading_units_once(rig: TasksRig) -> None:
    rig.load_plan()
    before = rig.service.streams.store.last_position()
    rig.load_plan()
    assert rig.service.streams.store.last_position() == before
    assert len(rig.messages("task_assigned")) == 58 + 2 + 5 * 34
    plan = rig.desk().get(f"/plans/{PLAN}").json()
    assert sum(len(paragraph["duties"]) for paragraph in plan["paragraphs"]) == 65
    task = rig.desk().get(f"/tasks/{PLAN}.v1.2.{UNIT}").json()
    assert (task["due_on"], task["due_on_rolled"], task["assigned_on"]) == ("2021-02-13", "2021-02-17", "2021-01-14")


def test_a_whole_whose_parts_ended_while_nobody_looked_is_completed_by_the_schedule(rig: TasksRig, monkeypatch) -> None:
    task_id, unit = rig.accepted(), rig.unit()
    parts = {"unit_id": UNIT, "parts": [{"unit_id": UNIT, "title": "Một"}, {"unit_id": UNIT, "title": "Hai"}]}
    first, second = unit.post(f"/tasks/{task_id}/split", json=parts).json()["parts"]
    with monkeypatch.context() as broken_off:
        broken_off.setattr(TaskDesk, "roll_up", lambda *_: None)
        unit.post(f"/tasks/{first}/acceptance", json={"unit_id": UNIT})
        unit.post(f"/tasks/{first}/completion", json={"unit_id": UNIT})
        rig.desk().post(f"/tasks/{first}/completion-acceptance", json={})
        rig.run_schedule()
        assert rig.desk().get(f"/tasks/{task_id}").json()["state"] == "split"
        rig.desk().post(f"/tasks/{second}/cancellation", json={"reason": "Không còn cần"})
    rig.run_schedule()
    assert rig.desk().get(f"/tasks/{task_id}").json()["state"] == "completed"
