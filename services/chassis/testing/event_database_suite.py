"""What event stores in a database promise beside the port: the caller's transaction, lives, and a full disk's end."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import Engine

from services.chassis.envelope import PARTITIONS, decode, numbered
from services.chassis.event_store.incarnations import MARKER, begin_incarnation
from services.chassis.event_store.port import EventStore, IncarnationSuperseded, NewMessage, OutboxRow, Outcome
from services.chassis.event_store.schema import create_event_store
from services.chassis.ids import new_id
from services.chassis.testing.event_store_suite import assert_outbox_is_dense, kind_of
from services.chassis.testing.in_memory import InMemoryBroker, InMemoryLog
from services.chassis.testing.projection_suite import a_projector, drain, tables_of
from services.chassis.testing.requests import TOPIC, a_message, a_request, a_stream
from services.chassis.testing.tallies import STATES, Tallies

OpenStore = Callable[[], EventStore]

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def _state(key: str, amount: int, incarnation: UUID) -> NewMessage:
    message = a_message(key, topic=STATES, incarnation=incarnation)
    return replace(message, value=(message.value or b"").replace(b'"kept":true', b'"amount":%d' % amount))


def _restamped(row: OutboxRow, incarnation: UUID, *, number: int) -> bytes:
    """Give the body of a row as another life says it, byte for byte."""
    body = numbered(row.value or b"", number)
    return body.replace(decode(body).incarnation.encode(), str(incarnation).encode(), 1)


class EventDatabaseSuite:
    """Rules for a subclass that gives `engine` and `open_store`."""

    @pytest.fixture
    def store(self, open_store: OpenStore) -> EventStore:
        return open_store()

    def test_creating_the_tables_again_changes_nothing(self, engine: Engine, store: EventStore) -> None:
        store.append(a_request(a_stream()))
        with engine.begin() as connection:
            create_event_store(connection, incarnation=new_id())
        assert store.append(a_request(a_stream())).position == 2

    def test_the_callers_transaction_commits_its_facts(self, engine: Engine, store: EventStore) -> None:
        store.append(a_request(a_stream(), messages=(a_message("k"),)))
        stream = a_stream()
        with engine.connect() as connection:
            batch = [a_request(stream, messages=(a_message("k"),)), a_request(stream), a_request(stream, 0)]
            verdicts = store.append_in(connection, batch)
            assert store.last_position() == 1
            connection.commit()
        assert [kind_of(verdict) for verdict in verdicts] == ["created", "ConcurrencyConflict", "created"]
        assert store.last_position() == 3
        assert_outbox_is_dense(store)

    def test_the_callers_rollback_leaves_no_trace_and_no_hole(self, engine: Engine, store: EventStore) -> None:
        request = a_request(a_stream(), messages=(a_message("k"),), claims=("card",))
        with engine.connect() as connection:
            store.append_in(connection, [request])
            connection.rollback()
        assert (store.last_position(), store.heads()) == (0, {})
        assert store.append(request).position == 1
        assert_outbox_is_dense(store)

    def test_an_empty_batch_in_a_transaction_is_nothing(self, engine: Engine, store: EventStore) -> None:
        with engine.begin() as connection:
            assert store.append_in(connection, []) == []

    def test_a_new_life_marks_every_lane(self, engine: Engine, store: EventStore) -> None:
        for partition in (1, 1, 4):
            store.append(a_request(a_stream(), messages=(a_message("k", partition=partition),)))
        before, after = store.incarnation(), new_id()
        with engine.begin() as connection:
            begin_incarnation(connection, new=after, now=NOW, source="/cchc/tests/things")
        rows = store.read_outbox(3, 10)
        assert [(row.topic, row.partition, row.number) for row in rows] == [(TOPIC, 1, 3), (TOPIC, 4, 2)]
        for row in rows:
            assert row.value is not None
            event = decode(row.value)
            assert (event.type, event.incarnation, event.source) == (MARKER, str(after), "/cchc/tests/things")
            assert bytes(event.data) == b'{"previous":"%s","kept_through":%d}' % (
                str(before).encode(),
                row.number - 1,
            )
            assert row.incarnation == after

    def test_a_new_life_marks_the_lanes_that_the_backup_never_saw(self, engine: Engine, store: EventStore) -> None:
        store.append(a_request(a_stream(), messages=(a_message("k", partition=4),)))
        with engine.begin() as connection:
            begin_incarnation(connection, new=new_id(), now=NOW, source="/cchc/tests/things", topics=[TOPIC])
        numbers = {row.partition: row.number for row in store.read_outbox(1, 20)}
        assert numbers == {partition: 2 if partition == 4 else 1 for partition in range(PARTITIONS)}
        assert_outbox_is_dense(store)

    def test_a_new_life_says_the_kept_state_of_each_key_again(self, engine: Engine, store: EventStore) -> None:
        gone = NewMessage(topic=STATES, partition=1, key="gone", value=None)
        store.append(a_request(a_stream(), messages=(a_message("k"), a_message("a", topic=STATES, partition=1))))
        store.append(a_request(a_stream(), messages=(a_message("a", topic=STATES, partition=1), gone)))
        kept, after = store.read_outbox(2, 1)[0], new_id()
        with engine.begin() as connection:
            begin_incarnation(connection, new=after, now=NOW, source="/cchc/tests/things")
        again = [row for row in store.read_outbox(4, 10) if row.value is None or decode(row.value).type != MARKER]
        assert [(row.topic, row.partition, row.number, row.key) for row in again] == [
            (STATES, 1, 5, "a"),
            (STATES, 1, 6, "gone"),
        ]
        said, tombstone = again
        assert said.value == _restamped(kept, after, number=5)
        assert tombstone.value is None
        assert {said.incarnation, tombstone.incarnation} == {after}
        assert_outbox_is_dense(store)

    def test_a_life_after_a_life_says_each_state_once_more_and_no_marker(
        self, engine: Engine, store: EventStore
    ) -> None:
        store.append(a_request(a_stream(), messages=(a_message("a", topic=STATES, partition=1),)))
        for _ in range(2):
            with engine.begin() as connection:
                begin_incarnation(connection, new=new_id(), now=NOW, source="/cchc/tests/things")
        kinds = [decode(row.value or b"").type == MARKER for row in store.read_outbox(0, 10)]
        assert kinds == [False, True, False, True, False]
        assert_outbox_is_dense(store)

    def test_a_reader_of_a_log_that_compacted_the_kept_state_away_ends_with_it(
        self, engine: Engine, store: EventStore
    ) -> None:
        store.append(a_request(a_stream(), messages=(_state("a", 1, store.incarnation()),)))
        (kept,) = store.read_outbox(0, 1)
        lost = replace(kept, number=2, value=numbered(_state("a", 1000, store.incarnation()).value or b"", 2))
        with engine.begin() as connection:
            begin_incarnation(connection, new=new_id(), now=NOW, source="/cchc/tests/things")
        log, projection = InMemoryLog(), Tallies()
        log.write(lost, *store.read_outbox(1, 10))
        projector = a_projector(engine, InMemoryBroker(log), projection)
        drain(projector)
        projector.close()
        assert tables_of(engine, projection)["states"] == [("a", 3, 1)]

    def test_who_opened_the_store_in_an_old_life_is_refused(
        self, engine: Engine, store: EventStore, open_store: OpenStore
    ) -> None:
        store.append(a_request(a_stream(), messages=(a_message("k"),)))
        with engine.begin() as connection:
            begin_incarnation(connection, new=new_id(), now=NOW, source="/cchc/tests/things")
        with pytest.raises(IncarnationSuperseded):
            store.append(a_request(a_stream()))
        with engine.connect() as connection, pytest.raises(IncarnationSuperseded):
            store.append_in(connection, [a_request(a_stream())])
        successor = open_store()
        assert successor.incarnation() != store.incarnation()
        verdict = successor.append(a_request(a_stream(), messages=(a_message("k"),)))
        assert (verdict.outcome, verdict.position) == (Outcome.CREATED, 2)
        assert_outbox_is_dense(successor)
