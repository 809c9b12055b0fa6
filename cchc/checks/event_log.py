"""The event log on Kafka: can it be reached, are the topics there, does it get what the stores hold."""

from cchc.checks.finding import Checks, Finding, ill, look, tried, well
from cchc.log_of_outboxes import OWNERS
from cchc.servers import database_urls
from services.chassis.broker.kafka import KafkaBroker
from services.chassis.database import open_database
from services.chassis.relay_cursor import count_unsent
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
    engine = open_database(url, read_only=True, pool_size=1)
    try:
        with engine.connect() as connection:
            unsent = count_unsent(connection)
    finally:
        engine.dispose()
    if unsent >= MANY_UNSENT:
        reason = f"{unsent} messages are not in the log yet"
        return look(f"relay {store}", reason, "see that it runs and that Kafka takes them (runbook, *the relay exits*)")
    return well(f"relay {store}", f"{unsent} messages are on their way" if unsent else "the log has everything")
