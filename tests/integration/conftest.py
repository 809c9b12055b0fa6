"""Real servers, started once per session; each test gets databases and topics of its own."""

from collections.abc import Iterator

import pytest

from tests.support.servers.fixtures_kafka import kafka_to_be_killed, one_kafka
from tests.support.servers.postgres import Databases, GivenServer, PostgresServer, postgres_server

__all__ = ["kafka_to_be_killed", "one_kafka"]


@pytest.fixture(scope="session", name="postgres_server")
def one_postgres_server() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_databases(postgres_server: PostgresServer) -> Iterator[Databases]:
    databases = Databases(postgres_server)
    yield databases
    if isinstance(postgres_server, GivenServer):
        databases.close()


@pytest.fixture
def postgres_url(postgres_databases: Databases) -> Iterator[str]:
    url = postgres_databases.lend()
    yield url
    postgres_databases.take_back(url)
