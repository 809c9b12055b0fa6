"""Whether the servers that the settings name can be reached, asked before anything is made in one of them."""

import time

import click
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from cchc.servers import all_urls, check_settings, database_variable
from services.chassis.broker.kafka import KafkaBroker
from services.chassis.clock import monotonic
from services.chassis.database import open_database
from services.chassis.domain import Unavailable
from services.chassis.settings import KAFKA, Environment

ANSWER_WITHIN_SECONDS = 5.0
GONE_WITHIN_SECONDS = 5.0
"""A server notices a moment later that a program has ended."""
LOOK_SECONDS = 0.1

_OTHERS = text("""
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
""")


def require_servers(env: Environment) -> None:
    """See that every database lets us in and that the event log answers; the settings must have been checked.

    Raises:
        click.ClickException: One does not; it says which setting names it.
    """
    require_databases(env)
    if away := why_log_is_away(env):
        raise click.ClickException(away)


def why_log_is_away(env: Environment) -> str:
    """Say why the event log cannot be asked, nothing when it can."""
    try:
        KafkaBroker(env.text(KAFKA), deadline_seconds=ANSWER_WITHIN_SECONDS).topics()
    except (Unavailable, ValueError) as away:
        return f"{KAFKA.name}: {env.text(KAFKA)} does not answer: {away}"
    return ""


def require_quiet_databases(env: Environment) -> None:
    """See that every database is named and lets us in, and that nobody else is connected to one.

    Raises:
        SettingError: One is not named.
        click.ClickException: One does not, or somebody is.
    """
    check_settings(env)
    require_databases(env)
    for store, url in all_urls(env).items():
        ends_at = monotonic() + GONE_WITHIN_SECONDS
        while others := _others_connected(url):
            if monotonic() > ends_at:
                raise click.ClickException(
                    f"{database_variable(store)}: the database has {others} other connections; "
                    "stop what runs on it first (`cchc down`)"
                )
            time.sleep(LOOK_SECONDS)


def require_databases(env: Environment) -> None:
    """See that every database lets us in; the settings must have been checked.

    Raises:
        click.ClickException: One does not; it says which setting names it.
    """
    for store, url in all_urls(env).items():
        if why := _why_not_let_in(url):
            raise click.ClickException(f"{database_variable(store)}: {why}")


def _others_connected(url: str) -> int:
    engine = open_database(url, pool_size=1)
    try:
        with engine.connect() as connection:
            return int(connection.execute(_OTHERS).scalar_one())
    finally:
        engine.dispose()


def _why_not_let_in(url: str) -> str:
    try:
        place = make_url(url).render_as_string(hide_password=True)
        engine = open_database(url, pool_size=1)
    except (ArgumentError, ValueError):
        return "that is no URL of a database"
    try:
        with engine.connect():
            return ""
    except SQLAlchemyError as error:
        return f"{place} does not let us in: {_first_line(error)}"
    finally:
        engine.dispose()


def _first_line(error: SQLAlchemyError) -> str:
    told = str(getattr(error, "orig", None) or error).strip()
    return told.splitlines()[0] if told else type(error).__name__
