"""What is promised about messages that break their contract. A subclass gives `engine`."""

import dataclasses
from collections.abc import Callable, Iterator, Sequence

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from services.chassis import dead_letters
from services.chassis.broker.port import TopicPartition
from services.chassis.domain import NotFound
from services.chassis.event_store.port import OutboxRow
from services.chassis.projection import Delivery, View
from services.chassis.projector import Projector, TooManyDeadLetters
from services.chassis.projector.tables import DEAD_LETTERS
from services.chassis.testing.in_memory import InMemoryBroker, InMemoryLog
from services.chassis.testing.in_memory_broker import record_of
from services.chassis.testing.projection_suite import HASTE, a_projector, drain, plain, some_rows, tables_of
from services.chassis.testing.sending import Sender
from services.chassis.testing.tallies import EVENTS, Tallies, amount_of

BROKEN = {"amount": "nhiều"}
"""Data that the tally cannot read."""

TOO_LARGE = {"amount": 2**63}
"""Data that the tally reads and its table cannot hold."""


class DeadLetterSuite:
    """The contract of parking, retrying and discarding, on one kind of database."""

    @pytest.fixture
    def log(self) -> InMemoryLog:
        return InMemoryLog()

    @pytest.fixture
    def projection(self) -> Tallies:
        return Tallies()

    @pytest.fixture
    def projector(self, engine: Engine, log: InMemoryLog, projection: Tallies) -> Iterator[Projector]:
        projector = a_projector(engine, InMemoryBroker(log), projection)
        yield projector
        projector.close()

    @pytest.fixture
    def letters(self, engine: Engine, projection: Tallies) -> Callable[[], list[dead_letters.DeadLetter]]:
        def read() -> list[dead_letters.DeadLetter]:
            with engine.connect() as connection:
                return list(dead_letters.list_dead_letters(connection, projection.name))

        return read

    def test_a_message_that_breaks_its_contract_is_parked_alone(
        self, engine: Engine, log: InMemoryLog, projector: Projector, projection: Tallies
    ) -> None:
        sender = Sender()
        rows = [*some_rows(sender, 20), sender.row(EVENTS, "key-1", BROKEN), *some_rows(sender, 20)]
        log.write(*rows)
        drain(projector)
        poisoned = rows[20]
        assert tables_of(engine, projection) == plain([row for row in rows if row is not poisoned])
        with engine.connect() as connection:
            (letter,) = dead_letters.list_dead_letters(connection)
            assert dead_letters.incomplete_keys(connection, projection.name) == {(EVENTS, "key-1")}
        assert (letter.topic, letter.partition, letter.number) == (EVENTS, poisoned.partition, poisoned.number)
        assert (letter.value, letter.key, letter.state) == (poisoned.value, "key-1", "parked")

    def test_bytes_that_are_no_message_are_parked_raw_with_their_place(
        self, log: InMemoryLog, projector: Projector, letters: Callable[[], list[dead_letters.DeadLetter]]
    ) -> None:
        sender = Sender()
        rows = [sender.row(EVENTS, "k", {"amount": 1}, partition=2) for _ in range(3)]
        log.put(record_of(rows[0]), replace(record_of(rows[1]), value=b"\xff\x00 not ours"))
        log.write(*rows[1:])
        drain(projector)
        (letter,) = letters()
        assert (letter.value, letter.number, letter.partition, letter.resume) == (b"\xff\x00 not ours", None, 2, 1)

    def test_a_numbered_body_that_cannot_be_decoded_is_parked_and_passed(
        self,
        engine: Engine,
        log: InMemoryLog,
        projector: Projector,
        projection: Tallies,
    ) -> None:
        sender = Sender()
        rows = [sender.row(EVENTS, "k", {"amount": 1}) for _ in range(3)]
        log.write(rows[0], cut_short(rows[1]), rows[2])
        drain(projector)
        assert tables_of(engine, projection) == plain([rows[0], rows[2]])
        assert projector.status().parked == 1

    def test_a_lane_read_again_parks_nothing_twice(
        self, log: InMemoryLog, projector: Projector, letters: Callable[[], list[dead_letters.DeadLetter]]
    ) -> None:
        sender = Sender()
        rows = [sender.row(EVENTS, "k", {"amount": 1}, partition=2), sender.row(EVENTS, "k", BROKEN, partition=2)]
        log.put(replace(record_of(rows[0]), value=b"not ours"))
        log.write(*rows)
        drain(projector)
        log.repeat(TopicPartition(EVENTS, 2), 1, 3)
        drain(projector)
        assert [letter.number for letter in letters()] == [None, 2]

    def test_a_message_whose_values_the_database_refuses_is_parked_alone(
        self, engine: Engine, log: InMemoryLog, projector: Projector, projection: Tallies
    ) -> None:
        sender = Sender()
        refused = sender.row(EVENTS, "key-1", TOO_LARGE)
        rows = [*some_rows(sender, 20), *some_rows(sender, 20)]
        log.write(refused, *rows)
        drain(projector)
        assert tables_of(engine, projection) == plain(rows)
        with engine.connect() as connection:
            (letter,) = dead_letters.list_dead_letters(connection)
        assert (letter.value, letter.state) == (refused.value, "parked")
        assert letter.reason.startswith("The database refuses a value: ")
        assert not dead_letters.retry(engine, projection, letter.id)

    def test_a_mistake_of_the_handler_parks_nothing(self, engine: Engine, log: InMemoryLog) -> None:
        log.write(*some_rows(Sender(), 5))
        projector = a_projector(engine, InMemoryBroker(log), Mistaken())
        with pytest.raises(DBAPIError):
            drain(projector)
        assert projector.status().parked == 0
        projector.close()

    def test_a_retry_applies_the_parked_bytes_when_the_handler_can_read_them(
        self, engine: Engine, log: InMemoryLog, projector: Projector, projection: Tallies
    ) -> None:
        self.parked(log, projector)
        with engine.connect() as connection:
            (letter,) = dead_letters.list_dead_letters(connection)
        assert not dead_letters.retry(engine, projection, letter.id)
        wiser = Lenient()
        assert dead_letters.retry(engine, wiser, letter.id)
        assert tables_of(engine, projection)["sums"] == [("k", 3, 2)]
        with engine.connect() as connection:
            assert not dead_letters.incomplete_keys(connection, projection.name)
        with pytest.raises(NotFound):
            dead_letters.retry(engine, wiser, letter.id)

    def test_a_discarded_message_leaves_its_key_incomplete(
        self, engine: Engine, log: InMemoryLog, projector: Projector, projection: Tallies
    ) -> None:
        self.parked(log, projector)
        with engine.connect() as connection:
            (letter,) = dead_letters.list_dead_letters(connection)
        dead_letters.discard(engine, projection.name, letter.id)
        with engine.connect() as connection:
            assert dead_letters.incomplete_keys(connection, projection.name) == {(EVENTS, "k")}
        assert projector.status().parked == 0
        with pytest.raises(NotFound):
            dead_letters.discard(engine, projection.name, letter.id)

    def test_too_many_parked_messages_stop_the_projection_before_the_next_is_lost(
        self, engine: Engine, log: InMemoryLog, projector: Projector
    ) -> None:
        sender = Sender()
        log.write(*(sender.row(EVENTS, "k", BROKEN) for _ in range(HASTE.max_parked)))
        drain(projector)
        log.write(sender.row(EVENTS, "k", BROKEN))
        with pytest.raises(TooManyDeadLetters):
            drain(projector)
        with engine.connect() as connection:
            assert len(dead_letters.list_dead_letters(connection)) == HASTE.max_parked

    def test_who_cannot_park_a_message_applies_nothing_beyond_it(
        self, engine: Engine, log: InMemoryLog, projector: Projector, projection: Tallies
    ) -> None:
        sender = Sender()
        rows = some_rows(sender, 5)
        log.write(*rows)
        drain(projector)
        with engine.begin() as connection:
            DEAD_LETTERS.drop(connection)
        log.write(sender.row(EVENTS, "k", BROKEN), *some_rows(sender, 5))
        with pytest.raises(DBAPIError):
            drain(projector)
        assert tables_of(engine, projection) == plain(rows)

    def parked(self, log: InMemoryLog, projector: Projector) -> None:
        """Park the second of three messages."""
        sender = Sender()
        rows = [sender.row(EVENTS, "k", data) for data in ({"amount": 1}, BROKEN, {"amount": 1})]
        log.write(*rows)
        drain(projector)


class Mistaken(Tallies):
    """A handler that asks for a table nobody made."""

    def apply(self, view: View, batch: Sequence[Delivery]) -> None:
        if batch:
            view.connection.execute(text("SELECT 1 FROM nowhere"))


class Lenient(Tallies):
    """A later release of the tally, which reads what the first could not as nothing."""

    @staticmethod
    def read_amount(delivery: Delivery) -> int:
        return 0 if delivery.event and b"nhi" in bytes(delivery.event.data) else amount_of(delivery)


def cut_short(row: OutboxRow) -> OutboxRow:
    """Break a body behind its number and incarnation."""
    return dataclasses.replace(row, value=(row.value or b"")[:120])
