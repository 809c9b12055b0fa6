"""The sign-in tables of the gateway's database. Only hashes of secrets stand in them."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Dialect, Integer, MetaData, String, Table, Text
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """A UTC instant as RFC 3339 text of one width, so that both databases order it alike."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Write the instant."""
        del dialect
        return None if value is None else value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """Read the instant."""
        del dialect
        return None if value is None else datetime.fromisoformat(value)


SIGN_IN_TABLES = MetaData()

accounts = Table(
    "accounts",
    SIGN_IN_TABLES,
    Column("account_id", String(36), primary_key=True),
    Column("user_name", String(80), nullable=False, unique=True),
    Column("display_name", String(160), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("closed", Boolean, nullable=False, default=False),
    Column("created_at", Instant, nullable=False),
)

set_up_links = Table(
    "set_up_links",
    SIGN_IN_TABLES,
    Column("token_hash", String(64), primary_key=True),
    Column("expires_at", Instant, nullable=False),
)

sessions = Table(
    "sessions",
    SIGN_IN_TABLES,
    Column("session_hash", String(64), primary_key=True),
    Column("account_id", String(36), nullable=False, index=True),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
)

sign_in_attempts = Table(
    "sign_in_attempts",
    SIGN_IN_TABLES,
    Column("subject_hash", String(64), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("counted_since", Instant, nullable=False),
)


ACCESS_TABLES = MetaData()
"""What later migrations put beside the sign-in tables."""

person_links = Table(
    "person_links",
    ACCESS_TABLES,
    Column("token_hash", String(64), primary_key=True),
    Column("account_id", String(36), nullable=False, index=True),
    Column("expires_at", Instant, nullable=False),
)

client_secrets = Table(
    "client_secrets",
    ACCESS_TABLES,
    Column("client_id", String(64), primary_key=True),
    Column("secret_hash", String(64), nullable=False),
)


def create_sign_in_tables(connection: Connection) -> None:
    """Create what is missing; what the first migration does."""
    SIGN_IN_TABLES.create_all(connection)


def create_access_tables(connection: Connection) -> None:
    """Create what is missing of links of people and secrets of programs; what the second migration does."""
    ACCESS_TABLES.create_all(connection)
