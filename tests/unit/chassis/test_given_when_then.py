from dataclasses import dataclass

import pytest

from services.chassis.domain import Event, StateConflict
from services.chassis.testing.given_when_then import Specification


@dataclass(frozen=True, kw_only=True, slots=True)
class DoorOpened(Event):
    wire_name = "demo.door_opened.v1"

    by: str


class DoorLocked(StateConflict):
    """Raised when a locked door is opened."""

    code = "demo_door_locked"
    title = "Cửa đã khóa"


def evolve(opened, _fact):
    return opened + 1


def decide_open(opened, by, *, limit=1):
    if by == "thief":
        raise DoorLocked("No.", by=by)
    return [] if opened >= limit else [DoorOpened(by=by)]


door = Specification(0, evolve)


def test_it_says_what_follows():
    door.given().when(decide_open, "an").then(DoorOpened(by="an"))
    door.given(DoorOpened(by="an")).when(decide_open, "an", limit=2).then(DoorOpened(by="an"))


def test_it_says_that_nothing_follows():
    door.given(DoorOpened(by="an")).when(decide_open, "an").then_nothing()


def test_it_says_what_is_refused():
    door.given().when(decide_open, "thief").then_refused(DoorLocked, by="thief")


def test_it_fails_when_something_else_follows():
    for wrong in (
        lambda said: said.then(),
        lambda said: said.then(DoorOpened(by="binh")),
        lambda said: said.then_refused(DoorLocked),
    ):
        with pytest.raises(AssertionError):
            wrong(door.given().when(decide_open, "an"))
    with pytest.raises(AssertionError):
        door.given().when(decide_open, "thief").then_refused(StateConflict)
    with pytest.raises(AssertionError):
        door.given().when(decide_open, "thief").then_refused(DoorLocked, by="an")
    with pytest.raises(AssertionError):
        door.given().when(decide_open, "thief").then_nothing()
