"""Secrets of programs that have no key: 32 random bytes, shown once, kept as a hash."""

import hmac

from sqlalchemy import Connection, Engine, delete, insert, select

from services.gateway.identity.sessions import fresh_secret, hash_of
from services.gateway.identity.tables import client_secrets


def issue_secret(connection: Connection, client_id: str) -> str:
    """Make a program's secret; the one it had before ends."""
    secret = fresh_secret()
    withdraw_secret(connection, client_id)
    connection.execute(insert(client_secrets).values(client_id=client_id, secret_hash=hash_of(secret)))
    return secret


def withdraw_secret(connection: Connection, client_id: str) -> None:
    """End a program's secret."""
    connection.execute(delete(client_secrets).where(client_secrets.c.client_id == client_id))


def secret_belongs(engine: Engine, client_id: str, secret: str) -> bool:
    """Say whether a secret is a program's; random as it is, a plain hash keeps it."""
    query = select(client_secrets.c.secret_hash).where(client_secrets.c.client_id == client_id)
    with engine.connect() as connection:
        kept = connection.execute(query).scalar()
    return hmac.compare_digest(hash_of(secret), kept or "")
