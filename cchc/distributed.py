"""The processes of the distributed profile that are not gunicorn's, on PostgreSQL and Kafka.

`python -m cchc.distributed worker survey` keeps a service's read models and seals; `… relay survey` copies its outbox.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.chassis.broker.kafka import KafkaBroker
from services.chassis.broker.port import Broker
from services.chassis.database import open_database
from services.chassis.event_store.opening import open_event_store
from services.chassis.ids import new_id
from services.chassis.logging import configure_logging
from services.chassis.relay_process import RelaySettings, relay_main
from services.chassis.seals import Sealer, Seals, create_seals
from services.chassis.settings import KAFKA, LOG_LEVEL, Environment
from services.chassis.worker import Task, run_worker
from services.gateway import bootstrap as gateway
from services.gateway import worker as gateway_worker
from services.gateway.config import Settings as GatewaySettings
from services.indicators import bootstrap as indicators
from services.indicators import worker as indicators_worker
from services.indicators.config import Settings as IndicatorsSettings
from services.survey import bootstrap as survey
from services.survey import worker as survey_worker
from services.survey.config import Settings as SurveySettings


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """How one service is put together: its settings, its migrations, its tasks."""

    settings: Callable[[Environment], Any]
    migrate: Callable[[Any], None]
    tasks: Callable[[Any, Broker], Sequence[Task]]


SERVICES: Mapping[str, Service] = {
    "survey": Service(settings=SurveySettings.from_env, migrate=survey.migrate, tasks=survey_worker.build_worker),
    "indicators": Service(
        settings=IndicatorsSettings.from_env, migrate=indicators.migrate, tasks=indicators_worker.build_worker
    ),
    "gateway": Service(settings=GatewaySettings.from_env, migrate=gateway.migrate, tasks=gateway_worker.build_worker),
}


def tasks_of(name: str, env: Environment) -> list[Task]:
    """Make everything that the worker of a service does; its database must be there."""
    service = SERVICES[name]
    settings = service.settings(env)
    service.migrate(settings)
    broker = KafkaBroker(env.text(KAFKA))
    return [*service.tasks(settings, broker), _sealer(name, settings.database)]


def relay_settings(name: str, env: Environment) -> RelaySettings:
    """Give what the relay of a service is told; its database must be migrated."""
    return RelaySettings(
        database_url=SERVICES[name].settings(env).database,
        bootstrap=env.text(KAFKA),
        store_name=name,
        owner=f"{name}-relay-{new_id()}",
    )


def _sealer(name: str, database: str) -> Sealer:
    engine = open_database(database)
    with engine.begin() as connection:
        create_seals(connection)
    return Sealer(open_event_store(engine), Seals(engine, store_name=name))


def main() -> None:
    """Run the process named on the command line: `worker` or `relay`, and whose."""
    env = Environment()
    kind, name = sys.argv[1:3]
    configure_logging(f"{name}-{kind}", level=env.text(LOG_LEVEL))
    if kind == "relay":
        relay_main(relay_settings(name, env))
    else:
        run_worker(tasks_of(name, env))


if __name__ == "__main__":
    main()
