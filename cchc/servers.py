"""The servers that the distributed profile is given: what has to be said about them, and what has to be made in them."""

from sqlalchemy import inspect, select
from sqlalchemy.exc import SQLAlchemyError

from cchc.catalog import SERVICES, STORES
from services.chassis.database import open_database
from services.chassis.seals import create_seals
from services.chassis.settings import KAFKA, Environment, Setting, SettingError
from services.gateway.streams.log_tables import HEADS, METADATA

STREAM_LOG = "streams"
"""The stream log: a database of the gateway's beside its store, no event store itself."""


def check_settings(env: Environment) -> None:
    """See that the event log and a PostgreSQL database for each store are named.

    Raises:
        SettingError: One is not; without this check a store would quietly become a file.
    """
    told = {name: env.optional(Setting(name=name, meaning="")) for name in (KAFKA.name, *database_variables().values())}
    if missing := [name for name, value in told.items() if not value]:
        raise SettingError(
            f"the distributed profile needs {', '.join(missing)}: set them, or write them into the folder's .env"
        )
    for store, variable in database_variables().items():
        if not str(told[variable]).startswith("postgresql"):
            raise SettingError(f"{variable} has to be the URL of a PostgreSQL database for the store {store}")
    urls = database_urls(env)
    if len(set(urls.values())) < len(urls):
        raise SettingError("two stores are given one database; each needs its own")


def database_variables() -> dict[str, str]:
    """Give the variable that names each store's database."""
    return {store: database_variable(store) for store in STORES}


def database_variable(store: str) -> str:
    """Give the variable that names a database."""
    return f"CCHC_{store.upper()}_DATABASE"


def database_urls(env: Environment) -> dict[str, str]:
    """Give the URL of each store's database, as the services themselves read it."""
    settings = {name: service.settings(env) for name, service in SERVICES.items()}
    return {store: SERVICES[owner].url_of(store, settings[owner]) for store, owner in STORES.items()}


def all_urls(env: Environment) -> dict[str, str]:
    """Give the URL of every database that cannot be made again: the stores', and the stream log's where it has its own."""
    urls, streams = database_urls(env), stream_log_url(env)
    return urls if streams in urls.values() else {**urls, STREAM_LOG: streams}


def stream_log_url(env: Environment) -> str:
    """Give the URL of the database that the stream log is in."""
    return str(SERVICES["gateway"].settings(env).streams_database)


def migrate_databases(env: Environment) -> None:
    """Bring every database to this release's schema."""
    for service in SERVICES.values():
        service.migrate(service.settings(env))


def make_seals(*urls: str) -> None:
    """Make the tables of seals where they are missing in these databases: from now on their absence is a finding."""
    for url in urls:
        engine = open_database(url, pool_size=1)
        with engine.begin() as connection:
            create_seals(connection)
        engine.dispose()


def make_stream_log(env: Environment) -> None:
    """Make the tables of the stream log where they are missing, as with seals."""
    engine = open_database(stream_log_url(env), pool_size=1)
    METADATA.create_all(engine)
    engine.dispose()


def holds_messages(url: str) -> bool:
    """Say whether a stream log holds anything; one that cannot be read may, and its tables alone are nothing."""
    engine = open_database(url, read_only=True, pool_size=1)
    try:
        with engine.connect() as connection:
            return inspect(connection).has_table(HEADS.name) and connection.execute(select(HEADS)).first() is not None
    except SQLAlchemyError:
        return True
    finally:
        engine.dispose()
