"""What the projector promises, as tests over a log with every fault. A subclass named `Test…` gives `engine`."""

from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy import Engine, select

from services.chassis.broker.port import Broker, TopicPartition
from services.chassis.envelope import PARTITIONS
from services.chassis.event_store.port import OutboxRow
from services.chassis.leases import Leases
from services.chassis.projection import Projection
from services.chassis.projector import Limits, Projector, active_view
from services.chassis.testing.in_memory import InMemoryBroker, InMemoryLog
from services.chassis.testing.sending import Sender
from services.chassis.testing.tallies import EVENTS, STATES, Tallies

Tables = dict[str, list[tuple[object, ...]]]

HASTE = Limits(batch=50, poll_seconds=0.0, max_parked=5)
"""Small batches and no waiting."""


def tables_of(engine: Engine, projection: Projection, ignoring: Sequence[str] = ("applied_at",)) -> Tables:
    """Give every table of the build that readers see, row by row, without the columns that tell when."""
    with engine.connect() as connection:
        view = active_view(connection, projection)
        tables = {}
        for table in view.tables:
            columns = [column for column in table.columns if column.name not in ignoring]
            rows = connection.execute(select(*columns)).all()
            tables[table.name.split("_", 3)[-1]] = sorted(tuple(row) for row in rows)
    return tables


def drain(projector: Projector, calls: int = 500) -> None:
    """Let a projector read until the log has no more.

    Raises:
        AssertionError: It never came to an end.
    """
    for _ in range(calls):
        if not projector.run_once():
            return
    raise AssertionError("the projector never came to the end of the log")


def a_projector(engine: Engine, broker: Broker, projection: Projection, *, limits: Limits = HASTE) -> Projector:
    """Make a projector that owns its lease alone."""
    return Projector(engine, broker, projection, Leases(engine, owner="tests"), limits=limits)


class ProjectionSuite:
    """The contract of the projector, on one kind of database."""

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

    def test_every_message_of_twelve_interleaved_lanes_is_applied_once(
        self, engine: Engine, log: InMemoryLog, projector: Projector, projection: Tallies
    ) -> None:
        rows = some_rows(Sender(), 300)
        log.write(*rows)
        drain(projector)
        assert tables_of(engine, projection) == plain(rows)
        assert {lane.partition for lane in log.lanes} == set(range(PARTITIONS))

    def test_twins_and_repeated_beginnings_are_dropped(
        self, engine: Engine, log: InMemoryLog, projector: Projector, projection: Tallies
    ) -> None:
        rows = some_rows(Sender(), 200)
        log.write(*rows)
        for lane in log.lanes:
            log.repeat(lane, 0, 7)
        log.write(*rows[150:])
        drain(projector)
        assert tables_of(engine, projection) == plain(rows)

    def test_a_lost_prefix_that_comes_late_is_applied(
        self, engine: Engine, log: InMemoryLog, projector: Projector, projection: Tallies
    ) -> None:
        sender = Sender()
        rows = [sender.row(EVENTS, "k", {"amount": 2**nth}) for nth in range(6)]
        log.write(*(rows[number - 1] for number in (4, 5, 6, 1, 2, 3, 4, 5, 6)))
        drain(projector)
        assert tables_of(engine, projection) == plain(rows)

    def test_a_gap_holds_its_lane_and_no_other(
        self, engine: Engine, log: InMemoryLog, projector: Projector, projection: Tallies
    ) -> None:
        sender = Sender()
        held = [sender.row(EVENTS, "k", {"amount": 1}, partition=3) for _ in range(4)]
        free = [sender.row(EVENTS, "other", {"amount": 1}, partition=5) for _ in range(4)]
        log.write(held[0], *held[2:], *free)
        drain(projector)
        assert tables_of(engine, projection) == plain([held[0], *free])
        log.write(held[1])
        await_tables(engine, projector, plain([*held, *free]))

    def test_a_restart_goes_on_where_the_commit_was(
        self, engine: Engine, log: InMemoryLog, projector: Projector, projection: Tallies
    ) -> None:
        rows = some_rows(Sender(), 200)
        log.write(*rows[:120])
        projector.run_once()
        projector.close()
        successor = a_projector(engine, InMemoryBroker(log, seed=9), projection)
        log.write(*rows[120:])
        drain(successor)
        successor.close()
        assert tables_of(engine, projection) == plain(rows)

    def test_a_key_of_a_compacted_topic_only_gets_newer(
        self, engine: Engine, log: InMemoryLog, projector: Projector, projection: Tallies
    ) -> None:
        sender = Sender()
        rows = [sender.row(STATES, key, {"amount": nth}) for nth in range(5) for key in ("a", "b")]
        erased = sender.tombstone(STATES, "b")
        log.write(*rows[4:], erased)
        drain(projector)
        log.write(*rows[:6], *rows)
        drain(projector)
        assert tables_of(engine, projection)["states"] == [("a", rows[8].number, 4)]

    def test_rebuilding_gives_the_same_tables_row_by_row(
        self, engine: Engine, log: InMemoryLog, projector: Projector, projection: Tallies
    ) -> None:
        log.write(*some_rows(Sender(), 300))
        drain(projector)
        before, told = tables_of(engine, projection), list[tuple[int, int]]()
        assert projector.rebuild(lambda done, total: told.append((done, total))) == 2
        assert tables_of(engine, projection) == before
        assert told[-1] == (300, 300)

    def test_after_a_rebuild_the_projector_goes_on_with_the_new_tables(
        self, engine: Engine, log: InMemoryLog, projector: Projector, projection: Tallies
    ) -> None:
        rows = some_rows(Sender(), 300)
        log.write(*rows[:200])
        drain(projector)
        projector.rebuild()
        log.write(*rows[200:])
        projector.run_once()
        drain(projector)
        assert tables_of(engine, projection) == plain(rows)


def some_rows(sender: Sender, count: int) -> list[OutboxRow]:
    """Make rows of many keys, so that every lane has some."""
    return [sender.row(EVENTS, f"key-{nth % 40}", {"amount": nth}) for nth in range(count)]


def plain(rows: Sequence[OutboxRow]) -> Tables:
    """Fold rows in their plain order, each once: what every reading has to come to."""
    sums: dict[str, tuple[int, int]] = {}
    entries: list[tuple[object, ...]] = []
    for row in rows:
        amount = amount_in(row)
        messages, total = sums.get(row.key, (0, 0))
        sums[row.key] = (messages + 1, total + amount)
        entries.append((*TopicPartition(row.topic, row.partition), row.number, row.key, amount))
    return {"sums": sorted((key, *folded) for key, folded in sums.items()), "entries": sorted(entries), "states": []}


def amount_in(row: OutboxRow) -> int:
    """Read the amount of a row that `Sender.row` made with one."""
    return int((row.value or b"").rpartition(b'"amount":')[2].rstrip(b"}"))


def await_tables(engine: Engine, projector: Projector, expected: Tables, calls: int = 4000) -> None:
    """Let a projector read until the tables are as expected.

    Raises:
        AssertionError: They never were.
    """
    for _ in range(calls):
        projector.run_once()
        if tables_of(engine, projector.projection) == expected:
            return
    assert tables_of(engine, projector.projection) == expected
