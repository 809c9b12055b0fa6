from datetime import date
from functools import reduce

import msgspec
import pytest

from services.chassis.event_registry import EventRegistry
from services.chassis.testing.given_when_then import Specification
from services.gateway.directory.domain import unit
from services.gateway.directory.domain.commands import RecordUnit
from services.gateway.directory.domain.errors import UnitRecordInvalid
from services.gateway.directory.domain.events import (
    EVENTS,
    UnitDissolved,
    UnitEstablished,
    UnitMerged,
    UnitMoved,
    UnitNamed,
    UnitRecordCorrected,
)
from services.gateway.directory.domain.records import (
    DatedName,
    DatedParent,
    Succession,
    UnitRecord,
    holds_on,
    name_on,
    parent_on,
)
from services.gateway.directory.pack import read_record
from services.gateway.directory.published_events import published_record
from tests.support.gateway import the_pack

units = Specification(unit.initial, unit.evolve)
PHU = UnitEstablished(
    unit_id="xa-binh-phu", kind="commune", name_en="Bình Phú", confidence="verified", valid_from=None, has_one_stop=True
)
NAMED = UnitNamed(name=DatedName(name="Xã Bình Phú"))
UNDER = UnitMoved(parent=DatedParent(parent_id="huyen-thang-binh"))


def a_record(**told):
    usual = {
        "id": "xa-binh-phu",
        "kind": "commune",
        "name_en": "Bình Phú",
        "confidence": "verified",
        "has_one_stop": True,
    }
    dated = {"names_vi": (DatedName(name="Xã Bình Phú"),), "parents": (DatedParent(parent_id="huyen-thang-binh"),)}
    return RecordUnit(record=UnitRecord(**(usual | dated | told)))


def test_a_new_unit_is_established_named_and_placed():
    units.given().when(unit.record_unit, a_record()).then(PHU, NAMED, UNDER)


def test_a_record_that_says_nothing_new_records_nothing():
    units.given(PHU, NAMED, UNDER).when(unit.record_unit, a_record()).then_nothing()


def test_an_end_to_what_holds_is_a_fact_of_its_own():
    ended = date(2025, 7, 1)
    name, parent = (
        DatedName(name="Xã Bình Phú", valid_to=ended),
        DatedParent(parent_id="huyen-thang-binh", valid_to=ended),
    )
    merged = Succession(unit_id="xa-thang-phu-2025", on=ended, legal_document="NQ 1659", relation="merged_to_form")
    command = a_record(names_vi=(name,), parents=(parent,), valid_to=ended, succeeded_by=(merged,))
    units.given(PHU, NAMED, UNDER).when(unit.record_unit, command).then(
        UnitNamed(name=name), UnitMoved(parent=parent), UnitMerged(succession=merged), UnitDissolved(on=ended)
    )


def test_a_statement_that_was_wrong_is_corrected_as_a_whole():
    command = a_record(names_vi=(DatedName(name="Xã Bình Phú mới"),))
    written = msgspec.to_builtins(command.record)
    units.given(PHU, NAMED, UNDER).when(unit.record_unit, command).then(UnitRecordCorrected(record=written))


def test_an_interval_that_ends_before_it_begins_is_refused():
    wrong = DatedName(name="Xã", valid_from=date(2025, 1, 1), valid_to=date(2025, 1, 1))
    units.given().when(unit.record_unit, a_record(names_vi=(wrong,))).then_refused(UnitRecordInvalid)


def test_a_unit_above_itself_is_refused():
    above = (DatedParent(parent_id="xa-binh-phu"),)
    units.given().when(unit.record_unit, a_record(parents=above)).then_refused(UnitRecordInvalid)


def test_intervals_are_half_open():
    name = DatedName(name="x", valid_from=date(2025, 1, 1), valid_to=date(2025, 7, 1))
    days = [date(2024, 12, 31), date(2025, 1, 1), date(2025, 6, 30), date(2025, 7, 1)]
    assert [holds_on(name, day) for day in days] == [False, True, True, False]


def test_a_unit_is_called_and_placed_as_it_was_on_the_day():
    then, since = DatedName(name="Cũ", valid_to=date(2025, 1, 1)), DatedName(name="Mới", valid_from=date(2025, 1, 1))
    record = a_record(names_vi=(then, since)).record
    assert (name_on(record, date(2021, 6, 18)), name_on(record, date(2025, 1, 1))) == ("Cũ", "Mới")
    assert parent_on(record, date(2021, 6, 18)) == "huyen-thang-binh"


@pytest.mark.parametrize("written", the_pack()["units"]["units"], ids=lambda it: it["id"])
def test_every_unit_of_the_pack_is_rebuilt_from_its_facts_and_published_as_it_was_written(written):
    registry, record = EventRegistry(EVENTS), read_record(written)
    facts = [registry.encode(event) for event in unit.record_unit(None, RecordUnit(record=record))]
    rebuilt = reduce(unit.evolve, (registry.decode(fact.type, fact.data) for fact in facts), None)
    assert rebuilt == record
    usual = {"has_one_stop": False, "boundary_changes": []}
    published = msgspec.json.decode(msgspec.json.encode(published_record(record)))
    assert published == usual | written


def test_a_record_that_lacks_a_statement_is_refused_by_name():
    with pytest.raises(UnitRecordInvalid, match="kind"):
        read_record({"id": "x", "name_en": "X", "confidence": "stated"})
