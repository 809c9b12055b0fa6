"""What a channel's messages come to: the state of each thing, by the messages that told of it."""

from collections.abc import Mapping
from typing import Any

from services.chassis.envelope import CloudEvent, decode
from services.chassis.testing.sending import Sender
from services.gateway.streams.states import Row, State, fold
from tests.support.stream_log import REPORTS, TASKS


def told(subject: str, *messages: tuple[str, str, Mapping[str, Any]]) -> Row:
    """Fold messages of one subject: topic, fact, data."""
    sender, state = Sender(), State()
    for topic, fact, data in messages:
        fold(state, event_of(sender, topic, subject, fact, data))
    (row,) = state.values()
    return row


def event_of(sender: Sender, topic: str, subject: str, fact: str, data: Mapping[str, Any]) -> CloudEvent:
    body = sender.row(topic, subject, data, kind=f"cchc.tasks.{fact}.v1").value
    assert body is not None
    return decode(body)


def test_a_row_says_of_what_it_is_whatever_kind_a_message_names() -> None:
    evidence = {"task_id": "t1", "evidence_id": "e1", "kind": "document"}
    row = told("task-t1", (TASKS, "task_assigned", {"unit_id": "xa-an"}), (TASKS, "evidence_attached", evidence))
    assert (row["kind"], row["evidence_kind"]) == ("task", "document")
    opened = told("duty-d1", (REPORTS, "report_duty_opened", {"duty_id": "d1", "kind": "quarterly_report"}))
    assert (opened["kind"], opened["duty_kind"]) == ("duty", "quarterly_report")


def test_a_task_that_is_reopened_goes_on_in_the_state_that_the_message_names() -> None:
    row = told(
        "task-t1",
        (TASKS, "task_split", {"parts": ["p1"]}),
        (TASKS, "task_cancelled", {}),
        (TASKS, "task_reopened", {"state": "split"}),
    )
    assert row["state"] == "split"
