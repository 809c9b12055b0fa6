"""What wakes a relay on PostgreSQL."""

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from services.chassis.clock import monotonic
from services.chassis.database import open_database
from services.chassis.event_store.postgres import PostgresEventStore
from services.chassis.event_store.schema import create_event_store
from services.chassis.ids import new_id
from services.chassis.relay_process import OutboxAlarm
from services.chassis.testing.requests import a_message, a_request
from tests.support.servers.ports import eventually

_LONG_SECONDS = 30.0
_END_LISTENERS = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query ~ '^LISTEN' AND datname = current_database()"


@pytest.fixture(name="engine")
def postgres_engine(postgres_url: str) -> Iterator[Engine]:
    engine = open_database(postgres_url)
    yield engine
    engine.dispose()


@pytest.fixture(name="alarm")
def an_alarm_that_listens(engine: Engine) -> Iterator[OutboxAlarm]:
    alarm = OutboxAlarm(engine)
    alarm.wait(_LONG_SECONDS)
    yield alarm
    alarm.close()


def _is_woken(alarm: OutboxAlarm, engine: Engine) -> bool:
    store = PostgresEventStore(engine)
    announcing = threading.Timer(0.1, store.announce)
    announcing.start()
    started = monotonic()
    alarm.wait(_LONG_SECONDS)
    announcing.join()
    store.close()
    return monotonic() - started < _LONG_SECONDS / 2


def test_an_announcement_wakes_the_relay(alarm: OutboxAlarm, engine: Engine):
    assert _is_woken(alarm, engine)


def test_an_announcement_made_before_the_wait_is_not_missed(alarm: OutboxAlarm, engine: Engine):
    store = PostgresEventStore(engine)
    store.announce()
    started = monotonic()
    alarm.wait(_LONG_SECONDS)
    assert monotonic() - started < _LONG_SECONDS / 2
    store.close()


def test_without_an_announcement_the_relay_looks_again_after_its_time(alarm: OutboxAlarm):
    started = monotonic()
    alarm.wait(0.1)
    assert 0.05 < monotonic() - started < _LONG_SECONDS / 2


def test_a_lost_connection_costs_one_sleep_and_then_it_listens_again(alarm: OutboxAlarm, engine: Engine):
    with engine.connect() as connection:
        assert connection.exec_driver_sql(_END_LISTENERS).scalar_one() == 1
    started = monotonic()
    alarm.wait(0.1)
    assert 0.05 < monotonic() - started < _LONG_SECONDS / 2
    alarm.wait(_LONG_SECONDS)
    eventually(lambda: _is_woken(alarm, engine), seconds=5)


def _waits_until_woken(alarm: OutboxAlarm, seconds: float) -> bool:
    started = monotonic()
    alarm.wait(seconds)
    return monotonic() - started < seconds / 2


def test_what_is_recorded_within_somebody_elses_transaction_wakes_the_relay_once_it_is_committed(
    alarm: OutboxAlarm, engine: Engine
):
    with engine.begin() as connection:
        create_event_store(connection, incarnation=new_id())
    store = PostgresEventStore(engine)
    with engine.connect() as connection:
        store.append_in(connection, [a_request("things-1")])
        connection.commit()
        store.append_in(
            connection, [a_request("things-2", messages=(a_message("things-2", incarnation=store.incarnation()),))]
        )
        assert not _waits_until_woken(alarm, 0.2)
        connection.commit()
    assert _waits_until_woken(alarm, _LONG_SECONDS)
    store.close()
