"""The topics of the distributed profile's event log."""

from cchc.log_of_outboxes import OWNERS
from services.chassis.broker.kafka import KafkaBroker
from services.chassis.broker.port import Topic, is_compacted
from services.chassis.domain import Unavailable
from services.chassis.settings import KAFKA, KAFKA_COPIES, Environment, SettingError


def make_topics(env: Environment) -> list[str]:
    """Create the topics that are missing, with the product's partitions and the copies asked for; give all their names.

    Raises:
        SettingError: The log answers and does not make them.
    """
    names = sorted(OWNERS)
    broker = KafkaBroker(env.text(KAFKA), replication_factor=env.integer(KAFKA_COPIES))
    try:
        broker.ensure_topics(Topic(name=name, compacted=is_compacted(name)) for name in names)
    except Unavailable as refused:
        raise SettingError(
            f"the log made no topics; see {KAFKA_COPIES.name} and who may make them: {refused}"
        ) from None
    broker.close()
    return names
