"""Opening the event store that fits a database."""

from sqlalchemy import Engine

from services.chassis.event_store.port import EventStore
from services.chassis.event_store.postgres import PostgresEventStore
from services.chassis.event_store.sqlite import SqliteEventStore


def open_event_store(engine: Engine) -> EventStore:
    """Give the event store of a database in which `create_event_store` has been called."""
    return SqliteEventStore(engine) if engine.dialect.name == "sqlite" else PostgresEventStore(engine)
