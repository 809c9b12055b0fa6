"""What every event store promises, as tests. A subclass named `Test…` gives `open_store`."""

import threading
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

import pytest

from services.chassis.domain import ConcurrencyConflict, Refusal
from services.chassis.envelope import NUMBER_AT, number_of
from services.chassis.event_store.group_commit import GroupCommit
from services.chassis.event_store.port import (
    ClaimTaken,
    EventStore,
    NewMessage,
    Outcome,
    Verdict,
)
from services.chassis.ids import new_id
from services.chassis.testing.requests import TOPIC, a_fact, a_message, a_request, a_stream

OpenStore = Callable[[], EventStore]
"""Opens the test's own store, each time as a process that starts would."""


class EventStoreSuite:
    """Rules of `EventStore`, told one by one."""

    @pytest.fixture
    def store(self, open_store: OpenStore) -> EventStore:
        return open_store()

    def test_the_first_fact_has_version_0_and_position_1(self, store: EventStore) -> None:
        verdict = store.append(a_request(a_stream()))
        assert verdict == Verdict(outcome=Outcome.CREATED, version=0, position=1)

    def test_a_verdict_tells_the_last_of_several_facts(self, store: EventStore) -> None:
        verdict = store.append(a_request(a_stream(), facts=(a_fact(), a_fact(), a_fact())))
        assert (verdict.version, verdict.position) == (2, 3)

    def test_a_stream_is_loaded_as_it_was_recorded(self, store: EventStore) -> None:
        stream = a_stream()
        store.append(a_request(stream, facts=(a_fact(b"\x00\xff", type="a.b.v1"), a_fact(b"2"))))
        store.append(a_request(a_stream()))
        first, second = store.load(stream)
        assert (first.stream, first.version, first.type, first.data) == (stream, 0, "a.b.v1", b"\x00\xff")
        assert store.load(stream, after_version=0) == [second]

    def test_a_stream_that_moved_on_refuses_and_tells_its_version(self, store: EventStore) -> None:
        stream = a_stream()
        store.append(a_request(stream))
        with pytest.raises(ConcurrencyConflict) as refused:
            store.append(a_request(stream, messages=(a_message(stream),)))
        assert refused.value.params["actual_version"] == 0
        assert (store.last_position(), store.heads()) == (1, {})

    def test_a_stream_that_does_not_exist_refuses_a_version(self, store: EventStore) -> None:
        with pytest.raises(ConcurrencyConflict):
            store.append(a_request(a_stream(), 3))

    def test_the_same_command_again_is_answered_with_its_result(self, store: EventStore) -> None:
        request = a_request(a_stream(), facts=(a_fact(), a_fact()), result=b"done", claims=("card",))
        store.append(request)
        again = store.append(request)
        assert again == Verdict(outcome=Outcome.ALREADY_HAVE, version=0, position=1, result=b"done")
        assert store.last_position() == 2

    def test_the_first_fact_of_a_command_tells_which_one_it_was(self, store: EventStore) -> None:
        request = a_request(a_stream(), facts=(a_fact(), a_fact()), command_id=new_id(), result=b"done")
        store.append(request)
        assert request.command_id is not None
        assert [(fact.command_id, fact.command_hash, fact.result) for fact in store.read(0, 10)] == [
            (request.command_id.bytes, request.command_hash, b"done"),
            (None, None, None),
        ]

    def test_another_command_under_a_known_id_is_a_conflict(self, store: EventStore) -> None:
        command_id = new_id()
        store.append(a_request(a_stream(), command_id=command_id))
        verdict = store.append(a_request(a_stream(), command_id=command_id, command_hash=b"other"))
        assert (verdict.outcome, verdict.position, store.last_position()) == (Outcome.CONFLICT, 1, 1)

    def test_a_claim_is_taken_once(self, store: EventStore) -> None:
        store.append(a_request(a_stream(), claims=("card-1", "card-2")))
        with pytest.raises(ClaimTaken) as refused:
            store.append(a_request(a_stream(), claims=("card-3", "card-2")))
        assert refused.value.params["claim"] == "card-2"
        assert store.append(a_request(a_stream(), claims=("card-3",))).position == 2

    def test_a_claim_named_twice_by_one_command_is_one_claim(self, store: EventStore) -> None:
        assert store.append(a_request(a_stream(), claims=("card", "card"))).outcome is Outcome.CREATED

    def test_one_refusal_leaves_the_rest_of_a_batch_be(self, store: EventStore) -> None:
        moved, known = a_stream(), a_request(a_stream())
        store.append_many([a_request(moved), known, a_request(a_stream(), claims=("card",))])
        batch = [a_request(a_stream()), a_request(moved), known, a_request(a_stream(), claims=("card",))]
        verdicts = store.append_many([*batch, a_request(a_stream())])
        assert [kind_of(verdict) for verdict in verdicts] == [
            "created",
            "ConcurrencyConflict",
            "already_have",
            "ClaimTaken",
            "created",
        ]
        assert [fact.position for fact in store.read(0, 10)] == [1, 2, 3, 4, 5]

    def test_commands_of_a_batch_on_one_stream_see_each_other(self, store: EventStore) -> None:
        stream = a_stream()
        verdicts = store.append_many([a_request(stream), a_request(stream, 0), a_request(stream, 0)])
        assert [kind_of(verdict) for verdict in verdicts] == ["created", "created", "ConcurrencyConflict"]
        assert [fact.version for fact in store.load(stream)] == [0, 1]

    def test_what_follows_a_command_that_was_not_created_is_refused_though_its_version_fits(
        self, store: EventStore
    ) -> None:
        stream = a_stream()
        twin = a_request(stream)
        store.append(twin)
        store.append_many([a_request(stream, 0, claims=(stream,))])
        answers = store.append_many(
            [
                a_request(stream, 1, claims=(stream,)),
                a_request(stream, 1, follows=True),
                twin,
                a_request(stream, 1, follows=True),
                a_request(stream, 1),
                a_request(stream, 2, follows=True),
            ]
        )
        refused, behind, known, after_twin, plain, after_created = answers
        assert isinstance(refused, ClaimTaken)
        assert isinstance(behind, ConcurrencyConflict)
        assert isinstance(known, Verdict)
        assert known.outcome is Outcome.ALREADY_HAVE
        assert isinstance(after_twin, ConcurrencyConflict)
        assert [verdict.version for verdict in (plain, after_created) if isinstance(verdict, Verdict)] == [2, 3]

    def test_twin_commands_of_a_batch_are_recorded_once(self, store: EventStore) -> None:
        request = a_request(a_stream())
        verdicts = store.append_many([request, request])
        assert [kind_of(verdict) for verdict in verdicts] == ["created", "already_have"]

    def test_twin_claims_of_a_batch_are_taken_once(self, store: EventStore) -> None:
        verdicts = store.append_many([a_request(a_stream(), claims=("card",)) for _ in range(2)])
        assert [kind_of(verdict) for verdict in verdicts] == ["created", "ClaimTaken"]

    def test_messages_are_numbered_densely_in_each_lane(self, store: EventStore) -> None:
        lanes = [(TOPIC, 1), (TOPIC, 2), ("things.other.events.v1", 1), (TOPIC, 1)]
        for _ in range(2):
            messages = tuple(a_message("k", topic=topic, partition=partition) for topic, partition in lanes)
            store.append(a_request(a_stream(), messages=messages))
        assert store.heads() == {lane: count * 2 for lane, count in Counter(lanes).items()}
        assert_outbox_is_dense(store)

    def test_a_message_is_stored_with_its_number_and_nothing_else_changed(self, store: EventStore) -> None:
        message, stream = a_message("khoá"), a_stream()
        assert message.value is not None
        store.append(a_request(stream, messages=(a_message("x", partition=message.partition), message)))
        row = store.read_outbox(1, 10)[0]
        assert row.value == message.value.replace(b"0" * 20, b"00000000000000000002", 1)
        assert (row.topic, row.partition, row.key) == (message.topic, message.partition, "khoá")
        assert row.incarnation == store.incarnation()

    def test_a_tombstone_is_numbered_too(self, store: EventStore) -> None:
        tombstone = NewMessage(topic="things.thing.state.v1", partition=3, key="k", value=None)
        store.append(a_request(a_stream(), messages=(tombstone,)))
        row = store.read_outbox(0, 10)[0]
        assert (row.number, row.value) == (1, None)

    def test_what_is_refused_takes_no_number(self, store: EventStore) -> None:
        stream = a_stream()
        batch = [a_request(stream, version, messages=(a_message("k"),)) for version in (-1, 7, 0)]
        store.append_many(batch)
        assert [row.number for row in store.read_outbox(0, 10)] == [1, 2]

    def test_messages_may_go_without_facts(self, store: EventStore) -> None:
        verdict = store.append(a_request(a_stream(), facts=(), messages=(a_message("k"),)))
        assert (verdict, store.last_position()) == (Verdict(outcome=Outcome.CREATED, version=-1, position=0), 0)
        assert len(store.read_outbox(0, 10)) == 1

    def test_a_body_without_room_for_its_number_is_a_mistake(self, store: EventStore) -> None:
        with pytest.raises(ValueError, match="no hole"):
            store.append(a_request(a_stream(), messages=(NewMessage(topic="t", partition=0, key="k", value=b"{}"),)))
        assert store.last_position() == 0

    def test_an_id_without_facts_is_a_mistake(self, store: EventStore) -> None:
        with pytest.raises(ValueError, match="command id"):
            store.append(a_request(a_stream(), facts=(), command_id=new_id()))

    def test_an_empty_batch_is_nothing(self, store: EventStore) -> None:
        assert store.append_many([]) == []

    def test_facts_are_read_in_pages(self, store: EventStore) -> None:
        store.append_many([a_request(a_stream()) for _ in range(5)])
        pages = [[fact.position for fact in store.read(after, 2)] for after in (0, 2, 4, 5)]
        assert pages == [[1, 2], [3, 4], [5], []]

    def test_the_outbox_is_read_by_topic(self, store: EventStore) -> None:
        for topic in ("a.a.events.v1", "b.b.events.v1", "a.a.events.v1", "c.c.events.v1"):
            store.append(a_request(a_stream(), messages=(a_message("k", topic=topic),)))
        assert [row.position for row in store.read_outbox(1, 10, ["a.a.events.v1", "c.c.events.v1"])] == [3, 4]

    def test_recorded_at_never_runs_backwards(self, store: EventStore) -> None:
        for _ in range(20):
            store.append(a_request(a_stream()))
        moments = [fact.recorded_at for fact in store.read(0, 100)]
        assert all(earlier <= later for earlier, later in pairwise(moments))
        assert moments[0].utcoffset() is not None

    def test_a_store_opened_again_goes_on_where_it_was(self, open_store: OpenStore) -> None:
        first = open_store()
        request = a_request(a_stream(), messages=(a_message("k"),))
        first.append(request)
        kept = first.read(0, 10), first.read_outbox(0, 10), first.heads(), first.incarnation()
        first.close()
        second = open_store()
        assert (second.read(0, 10), second.read_outbox(0, 10), second.heads(), second.incarnation()) == kept
        assert second.append(request).outcome is Outcome.ALREADY_HAVE
        assert second.append(a_request(a_stream(), messages=(a_message("k"),))).position == 2
        assert_outbox_is_dense(second)

    def test_threads_leave_no_hole_in_positions_and_numbers(self, store: EventStore) -> None:
        def append_some() -> None:
            for nth in range(15):
                messages = (a_message(f"k{nth % 3}"), a_message("k"))
                store.append(a_request(a_stream(), messages=messages))

        run_together(append_some, threads=6)
        assert [fact.position for fact in store.read(0, 1000)] == list(range(1, 91))
        assert len(store.read_outbox(0, 1000)) == 180
        assert_outbox_is_dense(store)

    def test_threads_in_one_group_commit_are_told_their_own_verdicts(self, store: EventStore) -> None:
        commits, contested, outcomes = GroupCommit(store), a_stream(), Counter[str]()

        def append_some() -> None:
            for _ in range(15):
                own, shared = commits.append_many(
                    [a_request(a_stream(), messages=(a_message("k"),)), a_request(contested)]
                )
                outcomes[kind_of(own)] += 1
                outcomes[f"contested {kind_of(shared)}"] += 1

        run_together(append_some, threads=6)
        commits.close()
        assert outcomes == {"created": 90, "contested created": 1, "contested ConcurrencyConflict": 89}
        assert [fact.position for fact in store.read(0, 1000)] == list(range(1, 92))
        assert_outbox_is_dense(store)

    def test_threads_that_race_for_one_version_are_told_apart(self, store: EventStore) -> None:
        stream, outcomes = a_stream(), Counter[str]()

        def race() -> None:
            outcomes[kind_of(store.append_many([a_request(stream)])[0])] += 1

        run_together(race, threads=6)
        assert outcomes == {"created": 1, "ConcurrencyConflict": 5}


def kind_of(verdict: Verdict | Refusal) -> str:
    """Name what became of a request."""
    return type(verdict).__name__ if isinstance(verdict, Refusal) else str(verdict.outcome)


def assert_outbox_is_dense(store: EventStore) -> None:
    """Check that positions and numbers have no holes, and that bodies carry their numbers."""
    rows = store.read_outbox(0, 1_000_000)
    assert [row.position for row in rows] == list(range(1, len(rows) + 1))
    last = Counter[tuple[str, int]]()
    for row in rows:
        last[row.topic, row.partition] += 1
        assert row.number == last[row.topic, row.partition]
        if row.value is not None:
            assert number_of(row.value) == row.number
            assert row.value[NUMBER_AT.stop : NUMBER_AT.stop + 1] == b'"'
    assert store.heads() == dict(last)


def run_together(work: Callable[[], None], *, threads: int) -> None:
    """Run `work` in several threads at once, and fail if one of them does."""
    failures: list[BaseException] = []

    def guarded() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - the test's own thread raises it
            failures.append(error)

    started = [threading.Thread(target=guarded) for _ in range(threads)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    assert not failures, failures
