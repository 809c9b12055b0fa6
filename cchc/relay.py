"""`python -m cchc.relay survey`: copies one store's outbox to Kafka, and knows nothing of the services."""

import sys

from services.chassis.ids import new_id
from services.chassis.logging import configure_logging
from services.chassis.relay_process import RelaySettings, relay_main
from services.chassis.settings import INTERNAL_PORT, KAFKA, KAFKA_COPIES, LOG_LEVEL, Environment, Setting


def settings_of(store: str, env: Environment) -> RelaySettings:
    """Give what the relay of a store is told; its database must be migrated.

    Raises:
        SettingError: The database or the log is not named.
    """
    database = Setting(name=f"CCHC_{store.upper()}_DATABASE", meaning=f"URL of the store {store}'s database.")
    return RelaySettings(
        database_url=env.text(database),
        bootstrap=env.text(KAFKA),
        store_name=store,
        replication_factor=env.integer(KAFKA_COPIES),
        owner=f"{store}-relay-{new_id()}",
        internal_port=env.integer(INTERNAL_PORT),
    )


def main() -> None:
    """Relay the store named on the command line; health and metrics are told on an internal port, which is logged."""
    env, store = Environment(), sys.argv[1]
    configure_logging(f"{store}-relay", level=env.text(LOG_LEVEL))
    relay_main(settings_of(store, env))


if __name__ == "__main__":
    main()
