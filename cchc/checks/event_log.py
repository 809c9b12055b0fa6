"""The event log on Kafka: can it be reached, are the topics there."""

from cchc.checks.finding import Checks, Finding, ill, tried, well
from cchc.log_of_outboxes import OWNERS
from services.chassis.broker.kafka import KafkaBroker
from services.chassis.settings import KAFKA, Environment

ANSWER_WITHIN_SECONDS = 5.0


def look_at_event_log(env: Environment) -> Checks:
    """Look at the brokers that the settings name."""
    yield tried("kafka", lambda: _topics(env), f"start it, and see that {KAFKA.name} names it")


def _topics(env: Environment) -> Finding:
    there = KafkaBroker(env.text(KAFKA), deadline_seconds=ANSWER_WITHIN_SECONDS).topics()
    missing = sorted(set(OWNERS) - there)
    if missing:
        return ill("kafka", f"it answers and has no {', '.join(missing)}", "run `cchc migrate`: it makes the topics")
    return well("kafka", f"it answers and has all {len(OWNERS)} topics")
