"""A task's life through the API, on both stores."""

from services.tasks.handlers.together import Together
from tests.support.tasks import OTHER, UNIT, TasksRig


def _post(client, path, **body):
    answer = client.post(path, json=body)
    return answer.status_code, answer.json()


def test_a_task_is_assigned_accepted_reported_and_accepted_by_somebody_else(rig: TasksRig) -> None:
    task_id, unit, desk = rig.a_task(), rig.unit(), rig.desk()
    assert _post(unit, f"/tasks/{task_id}/acceptance", unit_id=UNIT)[1]["state"] == "accepted"
    _post(unit, f"/tasks/{task_id}/progress", unit_id=UNIT, percent=60, note="Đã rà soát 30 thủ tục")
    paper = {"title": "Báo cáo rà soát", "number": "12/BC-UBND", "dated": "2021-01-15", "signer": "Chủ tịch"}
    _post(unit, f"/tasks/{task_id}/evidence", unit_id=UNIT, kind="document", **paper)
    assert _post(unit, f"/tasks/{task_id}/completion", unit_id=UNIT)[1]["state"] == "reported"
    status, told = _post(desk, f"/tasks/{task_id}/completion-acceptance", note="Đạt")
    assert (status, told["state"], told["timeliness"]) == (200, "completed", "on_time")
    assert [step["what"] for step in told["timeline"]] == [
        "task_assigned",
        "task_accepted",
        "progress_reported",
        "evidence_attached",
        "completion_reported",
        "completion_accepted",
    ]
    rig.catch_up()
    (listed,) = unit.get("/tasks", params={"unit_id": UNIT}).json()["items"]
    assert {name: told[name] for name in listed} == listed


def test_who_reported_a_completion_cannot_accept_it(rig: TasksRig) -> None:
    task_id = rig.accepted()
    both = rig.caller("anna", "tasks:read", "tasks:act", "tasks:lead", appointments=(("unit_head", UNIT),))
    assert _post(both, f"/tasks/{task_id}/completion", unit_id=UNIT)[0] == 200
    status, problem = _post(both, f"/tasks/{task_id}/completion-acceptance")
    assert (status, problem["code"]) == (409, "own_report")
    assert "completion-acceptance" not in both.get(f"/tasks/{task_id}").json()["actions"]
    assert "completion-acceptance" in rig.desk().get(f"/tasks/{task_id}").json()["actions"]


def test_nobody_acts_for_a_unit_in_which_they_are_not_appointed(rig: TasksRig) -> None:
    task_id, stranger = rig.a_task(), rig.unit(OTHER)
    status, problem = _post(stranger, f"/tasks/{task_id}/acceptance", unit_id=UNIT)
    assert (status, problem["code"]) == (403, "unit_not_yours")
    status, problem = _post(stranger, f"/tasks/{task_id}/acceptance", unit_id=OTHER)
    assert (status, problem["code"]) == (403, "task_of_another_unit")
    officer = rig.unit(UNIT, role="counter_officer")
    assert _post(officer, f"/tasks/{task_id}/acceptance", unit_id=UNIT)[1]["code"] == "unit_not_yours"
    assert len(rig.messages("task_accepted")) == 0


def test_a_deadline_in_the_past_an_unknown_unit_and_no_deadline_are_refused_and_leave_nothing(rig: TasksRig) -> None:
    desk = rig.desk()
    before = rig.service.streams.store.last_position()
    for sent, code in (
        ({"unit_id": UNIT, "due_on": "2021-01-14"}, "deadline_in_past"),
        ({"unit_id": "xa-khong-co", "due_on": "2021-03-01"}, "unknown_unit"),
        ({"unit_id": UNIT}, "deadline_unclear"),
        ({"unit_id": UNIT, "due_on": "2021-03-01", "plan_id": "khong-co"}, "unknown_duty"),
        ({"unit_id": UNIT, "due_on": "9999-12-31"}, "fields_invalid"),
    ):
        status, problem = _post(desk, "/tasks", title="Việc", **sent)
        assert (status, problem["code"]) == (422, code)
    assert rig.service.streams.store.last_position() == before


def test_the_same_key_gives_one_task_and_another_request_under_it_is_refused(rig: TasksRig) -> None:
    desk, key = rig.desk(), {"Idempotency-Key": "nhiem-vu-1"}
    sent = {"title": "Việc", "unit_id": UNIT, "due_on": "2021-03-01"}
    first, again = (desk.post("/tasks", json=sent, headers=key).json()["task_id"] for _ in range(2))
    assert first == again
    other = desk.post("/tasks", json={**sent, "title": "Việc khác"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert len(rig.messages("task_assigned")) == 1


def test_a_change_that_names_an_old_version_is_refused(rig: TasksRig) -> None:
    task_id, unit = rig.a_task(), rig.unit()
    tag = unit.get(f"/tasks/{task_id}").headers["ETag"]
    body = {"unit_id": UNIT}
    assert unit.post(f"/tasks/{task_id}/acceptance", json=body, headers={"If-Match": tag}).status_code == 200
    late = unit.post(f"/tasks/{task_id}/completion", json=body, headers={"If-Match": tag})
    assert (late.status_code, late.json()["code"]) == (412, "precondition_failed")


def test_each_wrong_state_has_a_code_of_its_own(rig: TasksRig) -> None:
    unit, desk, task_id = rig.unit(), rig.desk(), rig.a_task()
    assert _post(unit, f"/tasks/{task_id}/completion", unit_id=UNIT)[1]["code"] == "task_not_in_hand"
    assert _post(desk, f"/tasks/{task_id}/completion-acceptance")[1]["code"] == "task_not_reported"
    assert _post(desk, f"/tasks/{task_id}/reopening", reason="Chưa xong")[1]["code"] == "task_not_ended"
    assert _post(unit, f"/tasks/{task_id}/refusal", unit_id=UNIT, reason="Không thuộc thẩm quyền")[0] == 200
    assert _post(unit, f"/tasks/{task_id}/acceptance", unit_id=UNIT)[1]["code"] == "task_not_awaiting_acceptance"
    assert _post(desk, f"/tasks/{task_id}/reopening", reason="Đúng thẩm quyền")[1]["state"] == "assigned"
    assert (
        _post(desk, f"/tasks/{task_id}/extension-decisions", n=1, decision="approve")[1]["code"] == "unknown_extension"
    )
    assert _post(desk, "/tasks/khong-co/cancellation", reason="x")[1]["code"] == "unknown_task"


def test_an_extension_keeps_the_first_deadline_and_a_completion_within_it_is_called_extended(rig: TasksRig) -> None:
    task_id, unit, desk = rig.accepted(due_on="2021-01-20"), rig.unit(), rig.desk()
    wish = {"unit_id": UNIT, "new_due_on": "2021-02-13", "reason": "Chờ số liệu"}
    assert _post(unit, f"/tasks/{task_id}/extensions", **wish)[1]["extension_pending"]
    _, told = _post(desk, f"/tasks/{task_id}/extension-decisions", n=1, decision="approve")
    assert (told["first_due_on"], told["due_on"], told["due_on_rolled"]) == ("2021-01-20", "2021-02-13", "2021-02-17")
    rig.clock.move(33 * 86400)
    _post(rig.unit(), f"/tasks/{task_id}/completion", unit_id=UNIT)
    _, told = _post(rig.desk(), f"/tasks/{task_id}/completion-acceptance")
    assert (told["timeliness"], told["completed_on"]) == ("extended", "2021-02-17")


def test_a_split_task_is_completed_by_its_last_part(rig: TasksRig) -> None:
    task_id, desk = rig.accepted(), rig.desk()
    parts = [{"unit_id": UNIT, "title": "Phần một"}, {"unit_id": OTHER, "title": "Phần hai"}]
    _, told = _post(rig.unit(), f"/tasks/{task_id}/split", unit_id=UNIT, parts=parts, roll_up="all_parts")
    assert told["state"] == "split"
    for part, unit_id in zip(told["parts"], (UNIT, OTHER), strict=True):
        _post(rig.unit(unit_id), f"/tasks/{part}/acceptance", unit_id=unit_id)
        assert desk.get(f"/tasks/{task_id}").json()["state"] == "split"
        _post(rig.unit(unit_id), f"/tasks/{part}/completion", unit_id=unit_id)
        assert _post(desk, f"/tasks/{part}/completion-acceptance")[0] == 200
    assert desk.get(f"/tasks/{task_id}").json()["state"] == "completed"
    assert _post(desk, f"/tasks/{task_id}/reopening", reason="Sai")[1]["code"] == "task_has_parts"
    assert _post(desk, f"/tasks/{told['parts'][0]}/reopening", reason="Sai")[0] == 200
    assert desk.get(f"/tasks/{task_id}").json()["state"] == "split"


def test_cancelling_a_split_task_cancels_the_parts_that_are_open(rig: TasksRig) -> None:
    task_id, desk = rig.accepted(), rig.desk()
    parts = [{"unit_id": OTHER, "title": "Phần một"}]
    _, told = _post(rig.unit(), f"/tasks/{task_id}/split", unit_id=UNIT, parts=parts)
    assert _post(desk, f"/tasks/{task_id}/cancellation", reason="Kế hoạch thay đổi")[0] == 200
    assert desk.get(f"/tasks/{told['parts'][0]}").json()["state"] == "cancelled"


def test_cancelling_a_task_cancels_parts_that_were_split_off_at_the_same_moment(rig: TasksRig, monkeypatch) -> None:
    task_id, decide = rig.accepted(), Together.decide
    split = {"unit_id": UNIT, "parts": [{"unit_id": OTHER, "title": "Phần một"}]}

    def slowly(self: Together, *told, **more):
        monkeypatch.setattr(Together, "decide", decide)
        assert rig.unit().post(f"/tasks/{task_id}/split", json=split).status_code == 200
        return decide(self, *told, **more)

    monkeypatch.setattr(Together, "decide", slowly)
    _, told = _post(rig.desk(), f"/tasks/{task_id}/cancellation", reason="Kế hoạch thay đổi")
    assert (told["state"], len(told["parts"])) == ("cancelled", 1)
    assert rig.desk().get(f"/tasks/{told['parts'][0]}").json()["state"] == "cancelled"


def test_a_list_goes_by_deadline_page_by_page_and_counts_as_of_a_day(rig: TasksRig) -> None:
    made = [rig.a_task(due_on=f"2021-02-{day:02}") for day in (5, 3, 4)]
    rig.catch_up()
    desk, seen, cursor = rig.desk(), [], None
    while True:
        page = desk.get("/tasks", params={"unit_id": UNIT, "limit": 1, **({"cursor": cursor} if cursor else {})}).json()
        seen += [item["task_id"] for item in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert seen == [made[1], made[2], made[0]]
    (counts,) = desk.get("/tasks/summary", params={"unit_id": UNIT, "as_of": "2021-02-04"}).json()["items"]
    assert (counts["total"], counts["overdue"], counts["due_soon"]) == (3, 1, 2)
    assert [it["task_id"] for it in desk.get("/tasks", params={"due_before": "2021-02-04"}).json()["items"]] == [
        made[1]
    ]
