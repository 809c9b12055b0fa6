"""Facts of old versions are read through a chain of upcasters; the stored bytes stay what they are."""

from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec
import pytest

from services.chassis.domain import Event
from services.chassis.event_registry import EventRegistry, UnknownEvent


@dataclass(frozen=True, kw_only=True, slots=True)
class LampLit(Event):
    """A lamp was lit. v1 said `on: true`; v2 gave the watts as text; v3 gives them as a number, and the place."""

    wire_name: ClassVar[str] = "lamps.lamp_lit.v3"
    watts: int
    place: str


def upcast_v1_v2(data: dict[str, Any]) -> dict[str, Any]:
    return {"watts": "60"} if data["on"] else {"watts": "0"}


def upcast_v2_v3(data: dict[str, Any]) -> dict[str, Any]:
    return {"watts": int(data["watts"]), "place": "hall"}


CHAIN = {
    "lamps.lamp_lit.v1": ("lamps.lamp_lit.v2", upcast_v1_v2),
    "lamps.lamp_lit.v2": ("lamps.lamp_lit.v3", upcast_v2_v3),
}
STORED = {
    "lamps.lamp_lit.v1": b'{"on": true}',
    "lamps.lamp_lit.v2": b'{"watts": "60"}',
    "lamps.lamp_lit.v3": b'{"watts": 60, "place": "hall"}',
}


@pytest.mark.parametrize("wire_name", STORED)
def test_every_version_is_read_as_todays(wire_name: str) -> None:
    assert EventRegistry([LampLit], CHAIN).decode(wire_name, STORED[wire_name]) == LampLit(watts=60, place="hall")


@pytest.mark.parametrize("wire_name", STORED)
def test_reading_leaves_the_stored_bytes_as_they_are(wire_name: str) -> None:
    stored = bytearray(STORED[wire_name])
    EventRegistry([LampLit], CHAIN).decode(wire_name, bytes(stored))
    EventRegistry([LampLit], CHAIN).decode(wire_name, memoryview(stored))  # type: ignore[arg-type]  # as SQLite gives it
    assert bytes(stored) == STORED[wire_name]


def test_what_is_written_has_todays_name() -> None:
    fact = EventRegistry([LampLit], CHAIN).encode(LampLit(watts=60, place="hall"))
    assert (fact.type, fact.data) == ("lamps.lamp_lit.v3", b'{"watts":60,"place":"hall"}')


def test_a_version_of_a_later_release_is_refused_by_its_name() -> None:
    with pytest.raises(UnknownEvent, match=r"lamps\.lamp_lit\.v4.*reads lamps\.lamp_lit\.v1, .*v2, .*v3"):
        EventRegistry([LampLit], CHAIN).decode("lamps.lamp_lit.v4", b'{"lumen": 800}')


def test_a_fact_that_nobody_knows_is_refused_by_its_name() -> None:
    with pytest.raises(UnknownEvent, match=r"lamps\.lamp_stolen\.v1"):
        EventRegistry([LampLit], CHAIN).decode("lamps.lamp_stolen.v1", b"{}")


def test_a_gap_in_the_chain_is_refused_before_anything_is_read() -> None:
    with pytest.raises(ValueError, match=r"lamps\.lamp_lit\.v1 leads to lamps\.lamp_lit\.v2"):
        EventRegistry([LampLit], {"lamps.lamp_lit.v1": CHAIN["lamps.lamp_lit.v1"]})


def test_a_chain_that_leads_back_is_refused_before_anything_is_read() -> None:
    circle = {**CHAIN, "lamps.lamp_lit.v2": ("lamps.lamp_lit.v1", upcast_v2_v3)}
    with pytest.raises(ValueError, match=r"lamps\.lamp_lit\.v1"):
        EventRegistry([LampLit], circle)


def test_an_upcaster_of_a_name_that_is_a_class_is_refused() -> None:
    again = {**CHAIN, "lamps.lamp_lit.v3": ("lamps.lamp_lit.v1", upcast_v1_v2)}
    with pytest.raises(ValueError, match=r"lamps\.lamp_lit\.v3"):
        EventRegistry([LampLit], again)


def test_an_upcaster_that_forgets_a_field_is_noticed() -> None:
    forgetful = {"lamps.lamp_lit.v2": ("lamps.lamp_lit.v3", lambda data: {"watts": int(data["watts"])})}
    with pytest.raises(msgspec.ValidationError, match="place"):
        EventRegistry([LampLit], forgetful).decode("lamps.lamp_lit.v2", STORED["lamps.lamp_lit.v2"])
