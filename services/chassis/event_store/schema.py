"""The tables of an event store, and PostgreSQL's function that is the only way to write them."""

from datetime import datetime
from importlib.resources import files
from uuid import UUID

from sqlalchemy import Connection

from services.chassis.clock import SystemClock
from services.chassis.event_store.timestamps import to_microseconds

TABLES = ("events", "claims", "outbox_heads", "outbox", "incarnations")
"""What belongs to the store in its database."""

LOCK = 7311650234100291
"""Key of PostgreSQL's advisory lock: any number that nothing else in the database uses."""


def create_event_store(
    connection: Connection, *, incarnation: UUID, now: datetime | None = None, application_role: str | None = None
) -> None:
    """Create what is missing of an event store; what is there stays as it is. Migrations call this.

    Args:
        connection: A transaction that may create tables; on PostgreSQL they come into its current schema.
        incarnation: The store's first life; without effect on a store that has one.
        now: When that life began.
        application_role: PostgreSQL only: an existing role that may read everything and write through the append
            function alone; the function runs with the rights of whoever calls this.
    """
    began = now or SystemClock().now()
    if connection.dialect.name == "sqlite":
        _create_sqlite(connection, incarnation, began)
    else:
        _create_postgres(connection, incarnation, began, application_role)


def append_function(schema: str) -> str:
    """Give the statement that creates PostgreSQL's append function; `schema` is a quoted identifier."""
    return _resource("append_events.sql").replace("@schema@", schema).replace("@lock@", str(LOCK))


def take_lock(connection: Connection) -> None:
    """Take the store's one lock until the transaction ends; a SQLite writer holds it since its `BEGIN IMMEDIATE`."""
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")


def _create_sqlite(connection: Connection, incarnation: UUID, began: datetime) -> None:
    for statement in filter(str.strip, _resource("sqlite_schema.sql").split(";\n")):
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql(
        "INSERT INTO incarnations SELECT 1, ?, ?, 'created' WHERE NOT EXISTS (SELECT 1 FROM incarnations)",
        (incarnation.bytes, to_microseconds(began)),
    )


def _create_postgres(connection: Connection, incarnation: UUID, began: datetime, role: str | None) -> None:
    # Two processes that start at once would trip over each other's half-made catalogue rows.
    take_lock(connection)
    schema = connection.exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
    for statement in (_resource("postgres_schema.sql"), append_function(schema)):
        # Without parameters the driver takes several statements at once, and leaves percent signs alone.
        connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
    connection.exec_driver_sql("REVOKE ALL ON FUNCTION append_events FROM PUBLIC")
    connection.exec_driver_sql(
        "INSERT INTO incarnations SELECT 1, %s, %s, 'created' WHERE NOT EXISTS (SELECT FROM incarnations)",
        (incarnation, began),
    )
    if role is not None:
        _grant(connection, schema, role)


def _grant(connection: Connection, schema: str, role: str) -> None:
    quoted = connection.dialect.identifier_preparer.quote_identifier(role)
    tables = ", ".join(TABLES)
    for statement in (
        f"GRANT USAGE ON SCHEMA {schema} TO {quoted}",
        f"REVOKE ALL ON {tables} FROM {quoted}",
        f"GRANT SELECT ON {tables} TO {quoted}",
        f"GRANT EXECUTE ON FUNCTION append_events TO {quoted}",
    ):
        connection.exec_driver_sql(statement)


def _resource(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
