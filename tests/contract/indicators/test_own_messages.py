"""What the service's own store publishes keeps its contract, and its readers read the examples."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import reduce
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import select

from services.chassis.database import open_database
from services.chassis.domain import Event
from services.chassis.envelope import decode, encode, numbered, partition_of
from services.chassis.event_store.port import OutboxRow
from services.chassis.ids import new_id
from services.chassis.leases import Leases, create_leases
from services.chassis.projector import Projector, active_view
from services.chassis.projector.tables import create_projection_tables
from services.chassis.testing.in_memory import InMemoryBroker, InMemoryLog
from services.chassis.testing.projection_suite import drain
from services.indicators.domain import cell, definition, register, target
from services.indicators.domain.catalogue_events import (
    Aim,
    Condition,
    Definition,
    Document,
    IndicatorDefined,
    IndicatorRetired,
    Scope,
    TargetAmended,
    TargetSet,
    TargetWithdrawn,
)
from services.indicators.domain.measurement_events import (
    Measured,
    MeasurementApproved,
    MeasurementCorrected,
    MeasurementPublished,
    MeasurementReturned,
    MeasurementSubmitted,
    PeriodReopened,
)
from services.indicators.domain.register_events import (
    Counted,
    RegisterCount,
    RegisterDefined,
    RegisterEntryAmended,
    RegisterEntryClosed,
    RegisterEntryRecorded,
    RegisterField,
    RegisterForm,
    Where,
)
from services.indicators.projections.catalogue import CATALOGUE, read_indicators, read_registers, read_targets
from services.indicators.projections.entries import ENTRIES
from services.indicators.projections.measurements import MEASUREMENTS
from services.indicators.published_events import (
    DEFINITION_STATE,
    MEASUREMENT_EVENTS,
    MESSAGES,
    REGISTER_EVENTS,
    Publisher,
)
from tests.support.fixed_clock import FixedClock

TOPICS = (DEFINITION_STATE, MEASUREMENT_EVENTS, REGISTER_EVENTS)
CONTRACT = Path(__file__).parents[3] / "services/indicators/contract"
AT, ON = datetime(2021, 7, 3, 2, tzinfo=UTC), date(2021, 7, 3)
WHEN = {"on": ON, "at": AT}
PAPER = Document(number="215/BC-PNV", dated=ON)
WORDS = Definition(
    name_vi="…",
    name_en="…",
    unit="percent",
    direction="higher",
    formula="…",
    source="manual",
    frequency="yearly",
    valid_from=ON,
)
AIM = Aim(
    text_vi="…",
    text_en="…",
    year=2021,
    scope=Scope(unit_id="nhom", members=("xa-a",)),
    operator="at_least",
    value=1,
    conditions=(Condition(indicator="A", operator="gte", value=1),),
)
FIRST = MeasurementSubmitted(
    n=1,
    indicator="A",
    unit_id="xa-a",
    period="2021-Q2",
    measured=Measured(numerator=1, denominator=2, note="riêng", document=PAPER),
    value=50.0,
    submitted_by="u-1",
    **WHEN,
)
FORM = RegisterForm(
    name_vi="…",
    name_en="…",
    fields=(RegisterField(code="name", name_vi="…", name_en="…", kind="text"),),
    counts=(RegisterCount(indicator="A", numerator=(Where(field="name"),), denominator=()),),
)
ENTRY = {"register": "tthc", "entry_id": "1", "unit_id": "xa-a", **WHEN}
WRITTEN = {"values": {"name": "…"}, "counts": (Counted(indicator="A", numerator=1, denominator=1),), "expires_on": ON}
DECIDED = {**WHEN, "decision": PAPER, "reason": "…"}
OFFICIAL = (FIRST, MeasurementApproved(n=1, approved_by="u-2", **WHEN), MeasurementPublished(n=1, **WHEN))

HISTORIES: Sequence[tuple[str, Any, Callable[[Any, Event], Any], tuple[Event, ...]]] = (
    (
        "indicator-A",
        definition.INITIAL,
        definition.evolve,
        (
            IndicatorDefined(code="A", version=1, definition=WORDS, at=AT),
            IndicatorRetired(on=ON, reason="…", at=AT),
        ),
    ),
    (
        "target-T1",
        target.INITIAL,
        target.evolve,
        (
            TargetSet(code="T1", aim=AIM, **WHEN),
            TargetAmended(aim=AIM, **DECIDED),
            TargetWithdrawn(**DECIDED),
        ),
    ),
    (
        "measurement-A.xa-a.2021-Q2",
        cell.INITIAL,
        cell.evolve,
        (
            *OFFICIAL,
            PeriodReopened(n=1, reason="…", document=PAPER, **WHEN),
            MeasurementSubmitted(
                n=2,
                indicator="A",
                unit_id="xa-a",
                period="2021-Q2",
                measured=Measured(value=60.0, document=PAPER),
                value=60.0,
                submitted_by="u-1",
                replaces=1,
                reason="…",
                **WHEN,
            ),
            MeasurementReturned(n=2, reason="riêng", **WHEN),
            MeasurementCorrected(n=2, replaces=1, reason="…", **WHEN),
        ),
    ),
    (
        "register-tthc",
        register.NO_REGISTER,
        register.evolve,
        (RegisterDefined(code="tthc", form=FORM, at=AT),),
    ),
    (
        "entry-tthc.1",
        register.NO_ENTRY,
        register.evolve_entry,
        (
            RegisterEntryRecorded(**ENTRY, **WRITTEN),
            RegisterEntryAmended(**ENTRY, **WRITTEN),
            RegisterEntryClosed(**ENTRY, reason="riêng"),
        ),
    ),
)


@pytest.fixture
def publisher() -> Publisher:
    return Publisher("test", UUID(int=7), FixedClock(AT), new_id)


def schema_of(name: str) -> dict[str, Any]:
    return json.loads((CONTRACT / f"{name}.v1.schema.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("stream", "initial", "evolve", "facts"), HISTORIES, ids=lambda it: it if isinstance(it, str) else ""
)
def test_every_message_keeps_its_schema(publisher, stream, initial, evolve, facts):
    for at in range(len(facts)):
        after = reduce(evolve, facts[: at + 1], initial)
        (message,) = publisher(stream, [facts[at]], first_version=at, after=after)
        event = decode(numbered(message.value, 1))
        schema = schema_of(event.type.removeprefix("cchc.indicators.").removesuffix(".v1"))
        checker = Draft202012Validator.FORMAT_CHECKER
        Draft202012Validator(schema, format_checker=checker).validate(msgspec.json.decode(event.data))
        assert (schema["x-topic"], schema["$id"]) == (message.topic, event.dataschema)
        assert event.partitionkey == message.key


def test_every_published_fact_has_a_case_here():
    of_this_page = {kind for kind, message in MESSAGES.items() if message.topic in TOPICS}
    assert {type(fact) for *_, facts in HISTORIES for fact in facts} == of_this_page


def test_neither_notes_nor_people_leave(publisher):
    for stream, initial, evolve, facts in HISTORIES:
        for at, fact in enumerate(facts):
            after = reduce(evolve, facts[: at + 1], initial)
            (message,) = publisher(stream, [fact], first_version=at, after=after)
            body = bytes(decode(message.value).data).decode()
            assert "riêng" not in body
            assert "u-1" not in body
            assert "u-2" not in body


def test_the_read_models_read_the_examples(tmp_path):
    engine = open_database(f"sqlite:///{tmp_path}/read.db")
    with engine.begin() as connection:
        create_leases(connection)
        create_projection_tables(connection)
    log, leases = InMemoryLog(), Leases(engine, owner="test")
    for topic in TOPICS:
        names = sorted({message.fact for message in MESSAGES.values() if message.topic == topic})
        log.write(*(example_row(name, number) for number, name in enumerate(names, 1)))
    for projection in (CATALOGUE, MEASUREMENTS, ENTRIES):
        projector = Projector(engine, InMemoryBroker(log, waits=False), projection, leases)
        drain(projector)
        projector.close()
    with engine.connect() as connection:
        catalogue = active_view(connection, CATALOGUE)
        assert (list(read_indicators(catalogue)), list(read_targets(catalogue))) == (["ONTIME_SOLVED"], ["T5d"])
        assert list(read_registers(catalogue)) == ["sang-kien"]
        stages = connection.execute(select(active_view(connection, MEASUREMENTS).table("measurements").c.stage))
        assert sorted(stages.scalars()) == ["published", "submitted"]
        entries = connection.execute(select(active_view(connection, ENTRIES).table("entries").c.entry_id))
        assert list(entries.scalars()) == ["2.000635"]
    engine.dispose()


def example_row(name: str, number: int) -> OutboxRow:
    topic, key = schema_of(name)["x-topic"], "key"
    data = json.loads((CONTRACT / f"{name}.v1.example.json").read_text("utf-8"))
    value = encode(
        incarnation=UUID(int=7),
        event_id=UUID(int=number),
        source="/cchc/test/indicators",
        type=f"cchc.indicators.{name}.v1",
        subject=key,
        time=AT,
        data=data,
        key=key,
    )
    return OutboxRow(
        position=number,
        topic=topic,
        partition=partition_of(key),
        number=number,
        key=key,
        value=numbered(value, number),
        incarnation=UUID(int=7),
    )
