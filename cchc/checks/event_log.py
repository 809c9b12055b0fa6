"""The event log on Kafka: can it be reached, are the topics there, does it get what the stores hold."""

from sqlalchemy import inspect

from cchc.checks.finding import Checks, Finding, ill, look, tried, well
from cchc.log_of_outboxes import OWNERS
from cchc.servers import database_urls
from services.chassis.broker.kafka import KafkaBroker
from services.chassis.database import open_database
from services.chassis.leases import is_held
from services.chassis.relay_cursor import count_unsent, lease_of
from services.chassis.settings import KAFKA, Environment

ANSWER_WITHIN_SECONDS = 5.0
MANY_UNSENT = 1_000
"""So many messages a busy store has on their way in half a second; more of them wait for something."""


def look_at_event_log(env: Environment) -> Checks:
    """Look at the brokers that the settings name, and at what waits to be sent there."""
    yield tried("kafka", lambda: _topics(env), f"start it, and see that {KAFKA.name} names it")
    for store, url in database_urls(env).items():
        yield tried(f"relay {store}", lambda: _sent(store, url), "see its database")  # noqa: B023 - called here


def _topics(env: Environment) -> Finding:
    there = KafkaBroker(env.text(KAFKA), deadline_seconds=ANSWER_WITHIN_SECONDS).topics()
    missing = sorted(set(OWNERS) - there)
    if missing:
        return ill("kafka", f"it answers and has no {', '.join(missing)}", "runbook, *Kafka is lost*")
    return well("kafka", f"it answers and has all {len(OWNERS)} topics")


def _sent(store: str, url: str) -> Finding:
    name, engine = f"relay {store}", open_database(url, read_only=True, pool_size=1)
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table("relay_cursor"):
                return look(name, "its store was never migrated", "see what is said of its database")
            unsent = count_unsent(connection)
            leads = is_held(connection, lease_of(store))
    finally:
        engine.dispose()
    if unsent and not leads:
        return look(name, f"{unsent} messages wait and no relay leads", "start it (runbook, *the relay exits*)")
    if unsent >= MANY_UNSENT:
        return look(
            name, f"{unsent} messages wait to be sent", "see that Kafka takes them (runbook, *the relay exits*)"
        )
    return well(name, f"{unsent} messages are on their way" if unsent else "the log has everything")
