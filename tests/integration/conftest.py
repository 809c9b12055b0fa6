"""Real servers, started once per session; each test gets databases and topics of its own."""

from collections.abc import Iterator

import pytest

from tests.support.servers.fixtures_kafka import kafka_to_be_killed, one_kafka
from tests.support.servers.postgres import PostgresServer, TestDatabases, postgres_server

__all__ = ["kafka_to_be_killed", "one_kafka"]


@pytest.fixture(scope="session", name="postgres_server")
def one_postgres_server() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    databases = TestDatabases.on(postgres_server)
    url = databases.create()
    yield url
    databases.drop(url)
