"""What the folder publishes keeps its own contract."""

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator

from services.chassis.envelope import decode
from services.chassis.ids import new_id
from services.chassis.testing.in_memory import InMemoryEventStore
from services.indicators.domain.events import BALLOTS, MOVES, BlockReleased, RemainderMovedUp, ServedReleased
from services.indicators.domain.leaf import Leaf
from services.indicators.projections.sums import Figure
from services.indicators.published_events import FigureMessages
from tests.support.fixed_clock import FixedClock

CONTRACT = Path(__file__).parents[3] / "services/indicators/contract"
LEAF = Leaf("xa-a", "dat-dai", "counter", "sha256:" + "0" * 64, True, "cell")


def block(**about) -> BlockReleased:
    given = {
        "block_id": str(UUID(int=1)),
        "kind": BALLOTS,
        "leaf": LEAF,
        "closed_on": "2021-06-18",
        "ballots": ("a", "b", "c", "d", "e"),
        "scores": (5, 5, 5, 5, 1),
        "reasons": ((), (), (), (), ("attitude",)),
        "score_tally": {"1": 1, "5": 4},
        "reason_tally": {"attitude": 1},
    }
    return BlockReleased(**given | about)


MOVE = block(kind=MOVES, to_leaf=LEAF._replace(counted=False), counterpart_id=str(UUID(int=2)))
SERVED = ServedReleased(one_stop_id="xa-a", field="dat-dai", day="2021-06-18", served=3)
UP = RemainderMovedUp(kind=BALLOTS, leaf=LEAF, to_leaf=LEAF, on="2021-06-18", ballots=("a",))
FIGURE = Figure(leaf=LEAF, n=5, blocks=1, scores={"1": 1, "5": 4}, reasons={"attitude": 1}, as_of="2021-06-18")


@pytest.fixture
def messages() -> FigureMessages:
    clock = FixedClock(datetime(2021, 6, 18, 1, 23, 45, tzinfo=UTC))
    return FigureMessages(tenant="test", store=InMemoryEventStore(), clock=clock, new_id=new_id)


def schema_of(wire_type: str) -> Draft202012Validator:
    name = wire_type.removeprefix("cchc.indicators.")
    return Draft202012Validator(json.loads((CONTRACT / f"{name}.schema.json").read_text()))


@pytest.mark.parametrize("path", sorted(CONTRACT.glob("*.example.json")), ids=lambda path: path.name)
def test_each_example_keeps_its_schema(path):
    schema = json.loads(path.with_name(path.name.replace(".example.", ".schema.")).read_text())
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(json.loads(path.read_text()))


@pytest.mark.parametrize(("fact", "count"), [(block(), 1), (MOVE, 2), (SERVED, 1), (UP, 0)])
def test_what_leaves_keeps_the_schema_and_names_no_ballot(messages, fact, count):
    published = messages.of(fact)
    assert len(published) == count
    for message in published:
        event = decode(message.value)
        schema_of(event.type).validate(json.loads(bytes(event.data)))
        assert event.time == "2021-06-18T01:00:00.000Z"
        assert (event.traceparent, event.correlationid, event.causationid) == (None, None, None)
        assert b"ballots" not in bytes(event.data).replace(b'"kind":"ballots"', b"")


def test_the_two_sides_of_a_move_cancel(messages):
    sides = [json.loads(bytes(decode(message.value).data)) for message in messages.of(MOVE)]
    assert [side["scores"] for side in sides] == [{"1": -1, "5": -4}, {"1": 1, "5": 4}]
    assert [side["counted"] for side in sides] == [True, False]


def test_the_state_of_a_leaf_keeps_its_schema_under_the_leafs_key(messages):
    message = messages.state(FIGURE)
    event = decode(message.value)
    schema_of(event.type).validate(json.loads(bytes(event.data)))
    assert message.key == LEAF.key
