"""What tasks publishes keeps its schemas, and its readers read each schema's example."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import jsonschema
import msgspec
import pytest

from services.chassis.clock import CIVIL_ZONE
from services.chassis.domain import Event
from services.chassis.envelope import CloudEvent, decode, numbered
from services.chassis.ids import new_id
from services.tasks.domain import events, plan_events, report_events
from services.tasks.projections import board_messages
from services.tasks.published_events import MESSAGES, TOPICS, Publisher
from tests.support.fixed_clock import FixedClock

CONTRACT = Path("services/tasks/contract")
NAMES = sorted(path.name.removesuffix(".v1.schema.json") for path in CONTRACT.glob("*.schema.json"))
AT = datetime(2021, 2, 17, 9, 30, tzinfo=CIVIL_ZONE)
ON = date(2021, 2, 17)
SECRET = "Nguyễn Thị Bí Mật"
DONE: dict[str, Any] = {"on": ON, "by": SECRET, "at": AT}
OF_UNIT: dict[str, Any] = {**DONE, "unit_id": "xa-binh-an"}
TASK = "task-53-kh-ubnd-2021.v1.2.xa-binh-an"
DUTY = "duty-53-kh-ubnd-2021.v1.1b.2021-q1.xa-binh-an"
ASSIGNED = events.TaskAssigned(
    task_id=TASK.removeprefix("task-"),
    plan_id="53-kh-ubnd-2021",
    duty_code="V1.2",
    paragraph="V.1 ¶2",
    title="Xây dựng kế hoạch",
    text=SECRET,
    unit_id="xa-binh-an",
    cooperating=("phong-noi-vu",),
    due_on=ON,
    due_on_rolled=ON,
    cadence=None,
    day_rule="calendar_rolled",
    deliverable=SECRET,
    parent_task_id=None,
    assigned_on=ON,
    by=SECRET,
    at=AT,
)
EVIDENCE = events.EvidenceAttached(
    evidence_id="e-1", kind="document", title=SECRET, number=SECRET, dated=ON, signer=SECRET, file=None, **OF_UNIT
)
PLAN = plan_events.PlanRegistered(
    plan_id="53-kh-ubnd-2021",
    number="53/KH-UBND",
    title_vi="Kế hoạch",
    title_en="",
    issued_on=ON,
    issuer_unit_id="huyen-thang-binh",
    year=2021,
    sections=(plan_events.Section(code="1", title_vi="Chỉ đạo"),),
    duties=(plan_events.Duty(code="V1.2", section="V", paragraph="V.1", text_vi="Xây dựng kế hoạch"),),
    by=SECRET,
    at=AT,
)
REMINDER = report_events.ReminderDue(
    notice_id="n-1",
    rule="task_due_today",
    role="unit_head",
    task_id="t-1",
    duty_id=None,
    unit_id="xa-binh-an",
    due_on=ON,
    on=ON,
    at=AT,
)
OPENED = report_events.ReportDutyOpened(
    duty_id=DUTY.removeprefix("duty-"),
    kind="quarterly_report",
    unit_id="xa-binh-an",
    period="2021-Q1",
    plan_id=None,
    duty_code=None,
    opens_on=ON,
    due_on=ON,
    due_on_rolled=ON,
    by=SECRET,
    at=AT,
)
COMPLETED = events.CompletionAccepted(
    note=SECRET, completed_on=ON, timeliness="late", due_on=None, first_due_on=None, **OF_UNIT
)
FACTS: list[tuple[str, Event]] = [
    (TASK, ASSIGNED),
    (TASK, events.TaskAccepted(**OF_UNIT)),
    (TASK, events.TaskRefused(reason=SECRET, **OF_UNIT)),
    (TASK, events.TaskSplit(parts=("a.p1",), roll_up="all_parts", **OF_UNIT)),
    (TASK, events.ProgressReported(percent=60, note=SECRET, **OF_UNIT)),
    (TASK, EVIDENCE),
    (TASK, events.CompletionReported(note=SECRET, **OF_UNIT)),
    (TASK, COMPLETED),
    (TASK, events.CompletionReturned(reason=SECRET, **OF_UNIT)),
    (TASK, events.ExtensionRequested(n=1, new_due_on=ON, reason=SECRET, **OF_UNIT)),
    (TASK, events.ExtensionDecided(n=1, decision="approve", due_on=ON, due_on_rolled=ON, reason=SECRET, **DONE)),
    (TASK, events.TaskCancelled(reason=SECRET, **DONE)),
    (TASK, events.TaskReopened(reason=SECRET, state="accepted", **DONE)),
    ("notice-n-1", REMINDER),
    ("notice-n-1", report_events.NoticeAcknowledged(**DONE)),
    (DUTY, OPENED),
    (DUTY, report_events.ReportSubmitted(report_id="r-1", timeliness="on_time", **OF_UNIT)),
    (DUTY, report_events.ReportReturned(report_id="r-1", **OF_UNIT)),
    (DUTY, report_events.ReportApproved(report_id="r-1", **OF_UNIT)),
    (DUTY, report_events.ReportMarkedMissing(unit_id="xa-binh-an", on=ON, at=AT)),
    ("plan-53-kh-ubnd-2021", PLAN),
]


def _schema(name: str) -> dict[str, Any]:
    return json.loads((CONTRACT / f"{name}.v1.schema.json").read_text("utf-8"))


def _published(stream: str, fact: Event) -> tuple[str, str, CloudEvent]:
    publish = Publisher("test", UUID(int=1), FixedClock(), new_id)
    (message,) = publish(stream, [fact], first_version=0, after=None)
    assert message.value is not None
    return message.topic, message.key, decode(numbered(message.value, 1))


@pytest.mark.parametrize(("stream", "fact"), FACTS, ids=lambda it: it if isinstance(it, str) else type(it).__name__)
def test_what_is_published_fits_its_schema_and_names_its_topic(stream: str, fact: Event) -> None:
    topic, key, event = _published(stream, fact)
    schema = _schema(event.type.split(".")[2])
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(
        msgspec.json.decode(event.data)
    )
    assert topic == schema["x-topic"]
    assert key == ("53-kh-ubnd-2021" if fact is PLAN else stream)
    assert msgspec.json.decode(event.data)["at"].startswith("2021-02-17T09:30:00")


@pytest.mark.parametrize(("stream", "fact"), FACTS, ids=lambda it: it if isinstance(it, str) else type(it).__name__)
def test_no_name_of_a_person_and_no_free_text_but_a_title_leaves(stream: str, fact: Event) -> None:
    assert SECRET not in bytes(_published(stream, fact)[2].data).decode()


def test_every_message_has_a_schema_and_every_schema_a_message_that_is_tried_here() -> None:
    assert {message.fact for message in MESSAGES.values()} == set(NAMES)
    assert {type(fact) for _, fact in FACTS} == set(MESSAGES)
    assert {message.topic for message in MESSAGES.values()} == {topic.name for topic in TOPICS}


@pytest.mark.parametrize("name", [name for name in NAMES if name != "plan_registered"])
def test_the_board_reads_the_example_of_every_message(name: str) -> None:
    kind = board_messages.KINDS[f"cchc.tasks.{name}.v1"]
    assert msgspec.json.decode((CONTRACT / f"{name}.v1.example.json").read_bytes(), type=kind)
