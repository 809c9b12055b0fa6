"""The event log of the embedded profile."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from services.chassis.broker.outbox_file import OutboxFile
from services.chassis.broker.outbox_reader import OutboxBroker
from services.chassis.broker.port import TopicPartition
from services.chassis.database import open_database
from services.chassis.envelope import number_of
from services.chassis.event_store.port import OutboxRow
from services.chassis.event_store.schema import create_event_store
from services.chassis.ids import new_id
from services.chassis.testing.broker_suite import INCARNATION, BrokerSuite, a_row, lanes_of, read

TOPICS = {"events": "survey.ballot.events.v1", "state": "survey.questionnaire.state.v1"}


class OutboxLog:
    """A store's file, its outbox written by hand: a real store would not write twins and gaps."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "survey.db"
        self.broker = OutboxBroker({"survey": self.path}, dict.fromkeys(TOPICS.values(), "survey"))
        self._engine: Engine | None = None
        self._positions = itertools.count(1)

    def topic(self, kind: str) -> str:
        return TOPICS[kind]

    def open(self) -> Engine:
        if self._engine is None:
            self._engine = open_database(f"sqlite:///{self.path}")
            with self._engine.begin() as connection:
                create_event_store(connection, incarnation=INCARNATION)
        return self._engine

    def write(self, rows: Sequence[OutboxRow]) -> None:
        placed = [replace(row, position=next(self._positions)) for row in rows]
        with self.open().begin() as connection:
            for row in placed:
                connection.exec_driver_sql(
                    "INSERT INTO outbox VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (row.position, row.topic, row.partition, row.number, row.key, row.value, row.incarnation.bytes),
                )
                connection.exec_driver_sql(
                    "INSERT OR REPLACE INTO outbox_heads VALUES (?, ?, ?)", (row.topic, row.partition, row.number)
                )

    def close(self) -> None:
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None


@pytest.fixture(name="log")
def outbox_log(tmp_path: Path) -> Iterator[OutboxLog]:
    log = OutboxLog(tmp_path)
    yield log
    log.close()


class TestOutboxBroker(BrokerSuite):
    def test_a_file_that_is_not_there_yet_is_an_empty_log(self, log: OutboxLog):
        topic = log.topic("events")
        reader = log.broker.reader(lanes_of(topic))
        assert list(reader.poll(10, 0.02)) == []
        assert set(reader.end().values()) == {None}
        assert set(log.broker.tails(topic).values()) == {None}
        log.path.touch()
        assert list(reader.poll(10, 0.02)) == []
        log.write([a_row(topic, 1)])
        read(reader, 1)
        reader.close()

    def test_a_file_whose_writer_has_gone_can_still_be_read(self, log: OutboxLog):
        topic = log.topic("events")
        log.write([a_row(topic, 1)])
        log.close()
        assert not log.path.with_name("survey.db-wal").exists()
        reader = log.broker.reader(lanes_of(topic))
        read(reader, 1)
        log.write([a_row(topic, 2)])
        read(reader, 1)
        reader.close()

    def test_topics_of_others_are_passed_over_and_not_looked_at_again(self, log: OutboxLog):
        events, state = log.topic("events"), log.topic("state")
        log.write([a_row(events, number) for number in range(1, 50)])
        reader = log.broker.reader(lanes_of(state))
        assert list(reader.poll(10, 0)) == []
        assert reader._stores[0]._scanned == 49
        log.write([a_row(state, 1), a_row(events, 50)])
        assert [record.topic for record in read(reader, 1)] == [state]
        reader.close()

    def test_a_place_that_belongs_to_another_message_is_read_from_the_beginning(self, log: OutboxLog):
        # A restored store gives positions again; the reader of before remembers what they used to be.
        topic = log.topic("events")
        log.write([a_row(topic, 1, partition=2), a_row(topic, 1, partition=3)])
        for forgotten in (1, 9):
            reader = log.broker.reader({TopicPartition(topic, 3): forgotten})
            assert [number_of(record.value or b"") for record in read(reader, 1)] == [1]
            reader.close()

    def test_nothing_is_published_to_it(self, log: OutboxLog):
        with pytest.raises(TypeError):
            log.broker.publisher()
        with pytest.raises(LookupError):
            log.broker.reader(lanes_of("tasks.task.events.v1"))

    def test_an_empty_lane_does_not_send_a_reader_back_to_the_beginning(
        self, log: OutboxLog, monkeypatch: pytest.MonkeyPatch
    ):
        asked = list[tuple[str, Sequence[object]]]()
        rows = OutboxFile.rows

        def noted(file: OutboxFile, query: str, parameters: Sequence[object] = ()) -> list[Any]:
            asked.append((query, parameters))
            return rows(file, query, parameters)

        topic = log.topic("events")
        log.write([a_row(topic, number) for number in range(1, 51)])
        (lane,) = [TopicPartition(topic, number) for number, tail in log.broker.tails(topic).items() if tail]
        places: dict[TopicPartition, int | None] = {
            **lanes_of(topic),
            **lanes_of(log.topic("state")),
            lane: 50,
        }
        reader = log.broker.reader(places)
        monkeypatch.setattr(OutboxFile, "rows", noted)
        assert list(reader.poll(10, 0.01)) == []
        assert {parameters[0] for query, parameters in asked if query.endswith("ORDER BY position LIMIT ?")} == {50}
        log.write([a_row(topic, 51)])
        assert [record.resume for record in reader.poll(10, 1)] == [51]
        reader.close()

    def test_the_ends_of_a_restored_store_are_looked_up_anew(self, log: OutboxLog):
        topic = log.topic("events")
        log.write([a_row(topic, number) for number in range(1, 6)])
        before = [tail for tail in log.broker.tails(topic).values() if tail]
        assert [tail.resume for tail in before] == [5]
        with log.open().begin() as connection:
            connection.exec_driver_sql("DELETE FROM outbox WHERE position > 2")
            connection.exec_driver_sql("INSERT INTO incarnations VALUES (2, ?, 0, 'restored')", (new_id().bytes,))
        after = [tail for tail in log.broker.tails(topic).values() if tail]
        assert [tail.resume for tail in after] == [2]
