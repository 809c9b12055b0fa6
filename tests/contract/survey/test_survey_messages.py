"""What survey publishes keeps its schemas, and its readers read each schema's example."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import jsonschema
import msgspec
import pytest

from services.chassis.domain import Event
from services.chassis.envelope import CloudEvent, decode, numbered
from services.chassis.ids import new_id
from services.gateway.reporting.projections import fleet
from services.survey.domain import ballot_events as ballots
from services.survey.domain import events
from services.survey.domain.questionnaire import Questionnaire, content_hash
from services.survey.published_events import MESSAGES, TOPICS, Publisher
from tests.support.fixed_clock import FixedClock

CONTRACT = Path("services/survey/contract")
NAMES = sorted(path.name.removesuffix(".v1.schema.json") for path in CONTRACT.glob("*.schema.json"))
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
DAY = date(2026, 3, 2)
DEVICE = "dev_7Q2M4K8P"
BALLOT = "0b9a3f0e-7f9d-4e6d-9a70-5d0d8a3b0001"
PLACE = {"counter_id": "quay-1", "one_stop_id": "mc", "counter_name": "Quầy 1"}
RECEIPT = ballots.Receipt(entry_id=None, seq=None, prev=None, sha256="h", received_at=NOW, raw=b"\xff")
CAST = ballots.BallotCast(
    receipt=None,
    ballot_id=BALLOT,
    counter_id="quay-1",
    one_stop_id="mc",
    field="unknown",
    family="counter",
    questionnaire="sha256:x",
    score=4,
    reasons=("attitude",),
    captured_at=NOW,
    uncertainty_seconds=0.1,
    day=DAY,
    counted=False,
    not_counted_because="no_card",
)
OPENED = events.CounterOpened(
    counter_id="quay-1",
    unit_id="xa-a",
    one_stop_id="mc",
    name="Quầy 1",
    name_en="",
    fields=("dat-dai",),
    cards=False,
    opening_hours=(),
    on=DAY,
)
FACTS: list[tuple[str, Event]] = [
    (f"ballots-{DEVICE}", CAST),
    (f"ballots-{DEVICE}", ballots.BallotChanged(receipt=RECEIPT, ballot_id=BALLOT, score=2, day=DAY)),
    (f"ballots-{DEVICE}", ballots.BallotFollowedUp(receipt=RECEIPT, ballot_id=BALLOT, reasons=("attitude",))),
    (
        f"ballots-{DEVICE}",
        ballots.BallotQuarantined(ballot_id=BALLOT, because="x", score=9, reasons=("x",), rule_set=None),
    ),
    (f"ballots-{DEVICE}", ballots.BallotReleased(ballot_id=BALLOT, released_by="staff-1")),
    (f"ballots-{DEVICE}", ballots.BallotAttributed(ballot_id=BALLOT, field="dat-dai")),
    (f"ballots-{DEVICE}", ballots.EnvelopeQuarantined(receipt=RECEIPT, because="malformed")),
    (f"device-{DEVICE}", events.DevicePaired(device_id=DEVICE, public_jwk={}, at=NOW, **PLACE)),
    (f"device-{DEVICE}", events.DeviceBound(at=NOW, **PLACE)),
    (f"device-{DEVICE}", events.DeviceRevoked(at=NOW, because="mất máy")),
    ("counter-quay-1", OPENED),
    ("counter-quay-1", events.CounterMoved(unit_id="xa-b", one_stop_id="mc-b", on=DAY)),
    ("counter-quay-1", events.CounterRenamed(name="Quầy 2", name_en="", on=DAY)),
    ("counter-quay-1", events.CounterClosed(on=DAY)),
    (
        "day-quay-1-2026-03-02",
        events.ServedCounted(
            counter_id="quay-1", one_stop_id="mc", day=DAY, field="dat-dai", served=3, session_id=None, through=NOW
        ),
    ),
    ("questionnaire-c-1", events.QuestionnairePutIntoForce(in_force_from=DAY)),
    ("survey-s", events.SurveyOpened(survey_id="s", family="counter", opens_on=DAY, closes_on=None)),
    ("survey-s", events.SurveyClosed(closed_on=DAY)),
]
PUBLISHER = Publisher("test", UUID(int=1), FixedClock(), new_id)
AFTER = Questionnaire(code="c", version=1, family="counter", content={"a": 1}, hash=content_hash({"a": 1}))


def refuse_wrong(name: str, data: object) -> None:
    schema = json.loads((CONTRACT / f"{name}.v1.schema.json").read_text(encoding="utf-8"))
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.Draft202012Validator(schema, format_checker=checker).validate(data)


def example_of(name: str) -> Any:
    return json.loads((CONTRACT / f"{name}.v1.example.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_each_example_keeps_its_schema(name: str) -> None:
    refuse_wrong(name, example_of(name))


def test_every_message_has_a_schema_and_a_case_here() -> None:
    named = {message.fact for message in MESSAGES.values()}
    assert named | {"device_reported"} == set(NAMES)
    assert {type(fact) for _, fact in FACTS} == set(MESSAGES)
    assert {message.topic for message in MESSAGES.values()} <= {topic.name for topic in TOPICS}


@pytest.mark.parametrize(("stream", "fact"), FACTS, ids=lambda each: type(each).__name__)
def test_what_is_published_keeps_its_schema(stream: str, fact: Event) -> None:
    [message] = PUBLISHER(stream, [fact], first_version=3, after=AFTER)
    event = decode(numbered(message.value or b"", 7))
    name = event.type.removeprefix("cchc.survey.").removesuffix(".v1")
    refuse_wrong(name, msgspec.json.decode(event.data))
    schema = json.loads((CONTRACT / f"{name}.v1.schema.json").read_text(encoding="utf-8"))
    assert (schema["x-topic"], schema["$id"]) == (message.topic, event.dataschema)
    assert (event.subject, event.streamversion, event.partitionkey) == (stream, 3, message.key)


def test_a_served_count_goes_the_way_of_its_counter_and_a_questionnaire_by_its_hash() -> None:
    keys = {
        type(fact): PUBLISHER(stream, [fact], first_version=0, after=AFTER)[0].key
        for stream, fact in FACTS
        if isinstance(fact, events.ServedCounted | events.QuestionnairePutIntoForce)
    }
    assert keys == {events.ServedCounted: "counter-quay-1", events.QuestionnairePutIntoForce: AFTER.hash}


def test_facts_that_are_private_stay_inside() -> None:
    private = ballots.AnswerAwaited(receipt=RECEIPT, ballot_id=BALLOT, score=2, reasons=(), day=DAY)
    assert PUBLISHER(f"ballots-{DEVICE}", [private], first_version=0, after=None) == ()


def test_the_examples_about_tablets_are_what_the_fleet_reads() -> None:
    for name, kind in (
        ("device_paired", fleet.DeviceBound),
        ("device_revoked", fleet.DeviceRevoked),
        ("device_reported", fleet.DeviceReported),
    ):
        event = CloudEvent(
            number="0" * 20,
            incarnation="",
            id="",
            source="",
            type=name,
            subject="",
            time="",
            data=msgspec.Raw(json.dumps(example_of(name)).encode()),
        )
        assert fleet.read(event, kind).device_id == DEVICE
