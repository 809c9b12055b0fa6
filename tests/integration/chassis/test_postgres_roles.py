"""The roles of `infra/postgres`: a migrator that owns, an application that writes through the append function only."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ProgrammingError

from services.chassis.database import open_database
from services.chassis.event_store.schema import create_event_store
from services.chassis.ids import new_id
from services.chassis.testing.requests import a_message, a_request, a_stream
from tests.support.event_stores import opener
from tests.support.servers.postgres import PostgresServer, local_binaries

ROLES = Path(__file__).parents[3] / "infra" / "postgres" / "roles.sql"


def psql(url: str, *options: str, statements: str | None = None) -> None:
    binaries = local_binaries()
    program = str(binaries / "psql") if binaries else "psql"
    subprocess.run(
        [program, "-X", "-q", "-v", "ON_ERROR_STOP=1", *options, url],
        check=True,
        capture_output=True,
        text=True,
        input=statements,
    )


@pytest.fixture
def service(postgres_server: PostgresServer) -> Iterator[str]:
    name = f"service_{new_id().hex[:8]}"
    psql(postgres_server.url, "-v", f"service={name}", "-f", str(ROLES))
    yield name
    psql(postgres_server.url, statements=f"DROP DATABASE {name} WITH (FORCE); DROP ROLE {name}, {name}_migrator;")


def test_the_application_appends_and_cannot_write_by_itself(postgres_server: PostgresServer, service: str) -> None:
    database = make_url(postgres_server.url).set(database=service)
    migrator = open_database(database.set(username=f"{service}_migrator").render_as_string(hide_password=False))
    application = open_database(database.set(username=service).render_as_string(hide_password=False))
    with migrator.begin() as connection:
        create_event_store(connection, incarnation=new_id(), application_role=service)
    with opener(application) as open_one:
        assert open_one().append(a_request(a_stream(), messages=(a_message("k"),), claims=("card",))).position == 1
    for table in ("events", "outbox", "outbox_heads", "claims", "incarnations"):
        for statement in (f"DELETE FROM {table}", f"INSERT INTO {table} SELECT * FROM {table}"):
            with application.connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
                connection.exec_driver_sql(statement)
    application.dispose()
    migrator.dispose()
