"""Leases on PostgreSQL."""

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from services.chassis.database import open_database
from services.chassis.leases import LeaseLost, Leases, create_leases
from services.chassis.testing.lease_suite import LeaseSuite
from tests.support.servers.ports import eventually


@pytest.fixture(name="engine")
def postgres_engine(postgres_url: str) -> Iterator[Engine]:
    engine = open_database(postgres_url)
    with engine.begin() as connection:
        create_leases(connection)
    yield engine
    engine.dispose()


class TestPostgresLeases(LeaseSuite):
    def test_a_lease_that_is_not_renewed_is_free_after_its_time(self, engine: Engine):
        paused, successor = Leases(engine, owner="paused", ttl_seconds=0.3), Leases(engine, owner="successor")
        old = paused.acquire("relay") or 0
        assert successor.acquire("relay") is None
        eventually(lambda: successor.acquire("relay") == 2, seconds=5)
        assert not paused.renew("relay", old)
        with engine.begin() as connection, pytest.raises(LeaseLost):
            paused.fence(connection, "relay", old)

    def test_nobody_takes_a_lease_in_the_middle_of_its_owners_write(self, engine: Engine):
        owner, taker = Leases(engine, owner="owner", ttl_seconds=0.05), Leases(engine, owner="taker")
        epoch = owner.acquire("relay") or 0
        taken: list[int | None] = []
        thread = threading.Thread(target=lambda: taken.append(taker.acquire("relay")))
        with engine.begin() as connection:
            owner.fence(connection, "relay", epoch)
            thread.start()
            eventually(lambda: _waits_for_a_lock(engine) and _is_over(engine))
            assert taken == []
        thread.join()
        assert taken == [2]


def _is_over(engine: Engine) -> bool:
    with engine.connect() as connection:
        return bool(connection.exec_driver_sql("SELECT expires_at < clock_timestamp() FROM leases").scalar_one())


def _waits_for_a_lock(engine: Engine) -> bool:
    with engine.connect() as connection:
        waiting = connection.exec_driver_sql(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return bool(waiting.scalar_one())
