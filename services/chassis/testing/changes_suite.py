"""What is promised about noticing changes, and about writing many rows at once. A subclass gives `engine`."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import BigInteger, Column, Date, DateTime, Engine, MetaData, String, Table, select

from services.chassis.changes import ChangeTeller, ChangeWatcher
from services.chassis.domain import Unavailable
from services.chassis.testing.in_memory import InMemoryBroker, InMemoryLog
from services.chassis.testing.projection_suite import a_projector, drain, some_rows
from services.chassis.testing.sending import Sender
from services.chassis.testing.tallies import Tallies
from services.chassis.upsert import upsert


class ChangesSuite:
    """The contract of `ChangeWatcher`, `ChangeTeller` and `upsert`, on one kind of database."""

    @pytest.fixture
    def watcher(self, engine: Engine) -> Iterator[ChangeWatcher]:
        watcher = ChangeWatcher(engine)
        yield watcher
        watcher.close()

    def test_a_commit_of_a_projector_is_noticed_once(self, engine: Engine, watcher: ChangeWatcher) -> None:
        log = InMemoryLog()
        projector = a_projector(engine, InMemoryBroker(log), Tallies())
        log.write(*some_rows(Sender(), 5))
        drain(projector)
        assert watcher.wait(5)
        assert not watcher.wait(0.02)
        projector.close()

    def test_one_who_waits_is_woken(self, engine: Engine, watcher: ChangeWatcher) -> None:
        log = InMemoryLog()
        projector = a_projector(engine, InMemoryBroker(log), Tallies())
        drain(projector)
        watcher.wait(0)
        log.write(*some_rows(Sender(), 5))
        thread = threading.Timer(0.05, projector.run_once)
        thread.start()
        assert watcher.wait(20)
        thread.join()
        projector.close()

    def test_an_event_loop_is_told_at_once_and_after_each_change_even_if_one_look_failed(self, engine: Engine) -> None:
        log = InMemoryLog()
        projector = a_projector(engine, InMemoryBroker(log), Tallies())
        drain(projector)
        log.write(*some_rows(Sender(), 5))
        looks = asyncio.run(looks_until_told_twice(engine, projector.run_once))
        assert looks >= 3
        projector.close()

    def test_rows_are_replaced_or_added_to_by_their_key(self, engine: Engine) -> None:
        table = Table(
            "amounts",
            MetaData(),
            Column("key", String, primary_key=True),
            Column("at", DateTime(timezone=True)),
            Column("day", Date),
            Column("name", String),
            Column("amount", BigInteger),
        )
        now, later, day = datetime(2021, 6, 18, tzinfo=UTC), datetime(2021, 6, 19, tzinfo=UTC), date(2021, 6, 18)
        with engine.begin() as connection:
            table.create(connection)
            upsert(connection, table, [("a", now, day, "Bình Trị", 1), ("b", now, None, None, 2**40)])
            upsert(connection, table, [("b", later, day, "Bình Định", 5)], adding=("amount",))
            upsert(connection, table, [])
            query = select(table.c.key, table.c.day, table.c.name, table.c.amount).order_by(table.c.key)
            rows = [tuple(row) for row in connection.execute(query)]
        assert rows == [("a", day, "Bình Trị", 1), ("b", day, "Bình Định", 2**40 + 5)]


async def looks_until_told_twice(engine: Engine, change: Callable[[], object]) -> int:
    """Fail at the first look, change something after the second one; give how many looks it took to be told twice."""
    looks, told = 0, asyncio.Semaphore(0)

    def look() -> None:
        nonlocal looks
        looks += 1
        if looks == 1:
            raise Unavailable("not now")
        teller.tell(told.release)

    teller = ChangeTeller("a-test", engine, look)
    teller.start()
    teller.start()
    async with asyncio.timeout(20):
        await told.acquire()
        await asyncio.to_thread(change)
        await told.acquire()
    teller.close()
    return looks
