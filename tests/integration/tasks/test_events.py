"""Facts of units' own systems as CloudEvents, on both stores: each taken once, each with a verdict of its own."""

import json

from cloudevents.v1.conversion import to_binary, to_structured
from cloudevents.v1.http import CloudEvent

from services.tasks.handlers.intake import Taker
from tests.support.tasks import OTHER, UNIT, TasksRig


def _event(task_id: str, fact: str = "task_accepted", event_id: str = "1", **data: object) -> CloudEvent:
    attributes = {
        "id": event_id,
        "source": "/phan-mem/xa-binh-an",
        "type": f"cchc.unit.{fact}.v1",
        "subject": task_id,
        "datacontenttype": "application/json",
    }
    return CloudEvent(attributes, {"unit_id": UNIT, **data})


def _post(client, headers, body):
    answer = client.post("/events", content=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]


def test_the_same_event_structured_and_binary_is_taken_once(rig: TasksRig) -> None:
    unit, event = rig.unit(), _event(rig.a_task())
    (first,) = _post(unit, *to_structured(event))
    (again,) = _post(unit, *to_binary(event))
    assert (first["verdict"], again["verdict"]) == ("created", "already_have")
    assert len(rig.messages("task_accepted")) == 1


def test_an_event_that_came_before_is_known_again_whatever_happened_since(rig: TasksRig) -> None:
    task_id, unit = rig.accepted(), rig.unit()
    half = _event(task_id, "progress_reported", "nua", percent=50, note="Một nửa")
    _post(unit, *to_structured(half))
    unit.post(f"/tasks/{task_id}/progress", json={"unit_id": UNIT, "percent": 90})
    unit.post(f"/tasks/{task_id}/completion", json={"unit_id": UNIT})
    (again,) = _post(unit, *to_structured(half))
    assert again["verdict"] == "already_have"
    other = _event(task_id, "progress_reported", "nua", percent=70, note="Khác")
    (conflict,) = _post(unit, *to_structured(other))
    assert conflict["verdict"] == "conflict"


def test_an_event_that_is_sent_twice_at_once_changes_what_it_changes_once(rig: TasksRig, monkeypatch) -> None:
    task_id, unit = rig.accepted(), rig.unit()
    half = to_structured(_event(task_id, "progress_reported", "nua", percent=50, note="Một nửa"))
    monkeypatch.setattr(Taker, "known", lambda *_: None)  # Both looked before either was recorded.
    _post(unit, *half)
    unit.post(f"/tasks/{task_id}/progress", json={"unit_id": UNIT, "percent": 90})
    (again,) = _post(unit, *half)
    assert again["verdict"] == "already_have"
    (conflict,) = _post(unit, *to_structured(_event(task_id, "progress_reported", "nua", percent=70, note="Khác")))
    assert conflict["verdict"] == "conflict"
    assert unit.get(f"/tasks/{task_id}").json()["progress"] == 90


def test_what_headers_cannot_say_is_sent_percent_encoded(rig: TasksRig) -> None:
    unit, event = rig.unit(), _event(rig.a_task(), event_id="phiếu 1")
    (first,) = _post(unit, *to_structured(event))
    headers, body = to_binary(_event("?", event_id="phieu"))
    headers |= {"ce-id": "phi%E1%BA%BFu%201", "ce-subject": event["subject"]}
    (again,) = _post(unit, headers, body)
    assert (first["verdict"], again) == (
        "created",
        {"id": "phiếu 1", "source": first["source"], "verdict": "already_have"},
    )


def test_a_batch_gets_a_verdict_per_event_and_a_refused_one_stops_no_other(rig: TasksRig) -> None:
    mine, theirs = rig.a_task(), rig.a_task(unit_id=OTHER)
    sent = [
        json.loads(to_structured(event)[1])
        for event in (
            _event(mine, event_id="1"),
            _event(theirs, event_id="2"),
            _event("khong-co", event_id="3"),
            _event(mine, "progress_reported", "4", percent=200),
            _event(mine, "completion_reported", "5"),
            _event(mine, "khong_co", "6"),
        )
    ]
    results = _post(rig.unit(), {"Content-Type": "application/cloudevents-batch+json"}, json.dumps([*sent, 7]))
    assert [(it["verdict"], it.get("code")) for it in results] == [
        ("created", None),
        ("refused", "task_of_another_unit"),
        ("refused", "unknown_task"),
        ("refused", "fields_invalid"),
        ("created", None),
        ("refused", "fields_invalid"),
        ("refused", "fields_invalid"),
    ]
    assert rig.desk().get(f"/tasks/{mine}").json()["state"] == "reported"


def test_an_event_for_a_unit_that_is_not_the_senders_is_refused(rig: TasksRig) -> None:
    (result,) = _post(rig.unit(OTHER), *to_structured(_event(rig.a_task())))
    assert (result["verdict"], result["code"]) == ("refused", "unit_not_yours")


def test_events_attach_evidence_ask_for_time_and_send_reports(rig: TasksRig) -> None:
    task_id, unit = rig.accepted(due_on="2021-01-20"), rig.unit()
    asked = {"kind": "quy", "period": "2021-Q1", "unit_ids": [UNIT], "due_on": "2021-01-20"}
    duties = rig.desk().post("/report-duties", json=asked).json()["items"]
    paper = {"number": "12/BC-UBND", "dated": "2021-01-15"}
    events = [
        _event(task_id, "evidence_attached", "1", title="Báo cáo", **paper),
        _event(task_id, "extension_requested", "2", new_due_on="2021-02-01", reason="Chờ số liệu"),
        _event("", "report_submitted", "3", period="2021-Q1", discharges=duties, document={**paper, "signer": ""}),
    ]
    for event in events:
        (result,) = _post(unit, *to_structured(event))
        assert result["verdict"] == "created", result
    told = unit.get(f"/tasks/{task_id}").json()
    assert (len(told["evidence"]), told["extension_pending"]) == (1, True)
    assert len(rig.messages("report_submitted")) == 1


def test_what_is_no_batch_and_no_event_is_refused_as_a_whole(rig: TasksRig) -> None:
    unit = rig.unit()
    batch = {"Content-Type": "application/cloudevents-batch+json"}
    assert unit.post("/events", content=b"{", headers=batch).status_code == 400
    assert unit.post("/events", content=b"{}", headers=batch).status_code == 422
    assert unit.post("/events", content=json.dumps([{}] * 101).encode(), headers=batch).status_code == 422
    assert unit.post("/events", content=b"x", headers={"Content-Type": "text/plain"}).status_code == 415
