"""The services of the distributed profile, and the worker of each: `python -m cchc.distributed worker survey`.

A service has one store of its name; the indicators service has a second one, `folder`. A store's relay is `cchc.relay`.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.chassis.broker.kafka import KafkaBroker
from services.chassis.broker.port import Broker
from services.chassis.clock import open_clock
from services.chassis.database import open_database
from services.chassis.event_store.opening import open_event_store
from services.chassis.identity.key_sets import key_set
from services.chassis.identity.keys import load_or_create_signing_key, public_half
from services.chassis.identity.tokens import TokenVerifier
from services.chassis.logging import configure_logging
from services.chassis.projector.projector import Projector
from services.chassis.seals import Sealer, Seals, create_seals
from services.chassis.settings import INTERNAL_PORT, KAFKA, LOG_LEVEL, Environment
from services.chassis.worker import Task, run_worker
from services.chassis.worker_control import WorkerControl
from services.gateway import bootstrap as gateway
from services.gateway import worker as gateway_worker
from services.gateway.config import Settings as GatewaySettings
from services.indicators import bootstrap as indicators
from services.indicators import worker as indicators_worker
from services.indicators.config import Settings as IndicatorsSettings
from services.survey import bootstrap as survey
from services.survey import worker as survey_worker
from services.survey.config import Settings as SurveySettings
from services.tasks import bootstrap as tasks
from services.tasks import worker as tasks_worker
from services.tasks.config import Settings as TasksSettings


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """How one service is put together: its settings, its migrations, its stores, its tasks, whose tokens its worker believes."""

    settings: Callable[[Environment], Any]
    migrate: Callable[[Any], None]
    stores: Mapping[str, Callable[[Any], str]]
    """The URL of each event store by the store's name; each has a database, a relay and a sealer of its own."""
    tasks: Callable[[Any, Broker], Sequence[Task]]
    key_set: Callable[[Any], Callable[[], Mapping[str, Any]]]


def _issuers_keys(settings: Any) -> Callable[[], Mapping[str, Any]]:
    return key_set(settings.keys, settings.jwks_url)


def _own_database(settings: Any) -> str:
    return str(settings.database)


def _migrate_indicators(settings: IndicatorsSettings) -> None:
    indicators.migrate(settings)
    indicators.migrate_folder(settings)


SERVICES: Mapping[str, Service] = {
    "survey": Service(
        settings=SurveySettings.from_env,
        migrate=survey.migrate,
        stores={"survey": _own_database},
        tasks=survey_worker.build_worker,
        key_set=_issuers_keys,
    ),
    "tasks": Service(
        settings=TasksSettings.from_env,
        migrate=tasks.migrate,
        stores={"tasks": _own_database},
        tasks=tasks_worker.build_worker,
        key_set=_issuers_keys,
    ),
    "indicators": Service(
        settings=IndicatorsSettings.from_env,
        migrate=_migrate_indicators,
        stores={"indicators": _own_database, "folder": lambda settings: settings.folder_database},
        tasks=indicators_worker.build_worker,
        key_set=_issuers_keys,
    ),
    "gateway": Service(
        settings=GatewaySettings.from_env,
        migrate=gateway.migrate,
        stores={"gateway": _own_database},
        tasks=gateway_worker.build_worker,
        # The gateway is the one that signs.
        key_set=lambda settings: (
            lambda: {"keys": [public_half(load_or_create_signing_key(settings.keys / "access-signing.jwk"))]}
        ),
    ),
}

STORES: Mapping[str, str] = {store: name for name, service in SERVICES.items() for store in service.stores}
"""Which service an event store belongs to."""


def tasks_of(name: str, env: Environment) -> list[Task]:
    """Make everything that the worker of a service does; its database must be there."""
    service = SERVICES[name]
    settings = service.settings(env)
    return [*_own_tasks(name, env), *(_sealer(store, url(settings)) for store, url in service.stores.items())]


def projectors_of(name: str, env: Environment) -> list[Projector]:
    """Make every projector of a service, for a program that follows the log in the place of its worker."""
    return [task for task in _own_tasks(name, env) if isinstance(task, Projector)]


def _own_tasks(name: str, env: Environment) -> Sequence[Task]:
    service = SERVICES[name]
    settings = service.settings(env)
    service.migrate(settings)
    return service.tasks(settings, KafkaBroker(env.text(KAFKA)))


def control_of(name: str, env: Environment, tasks: Sequence[Task]) -> WorkerControl:
    """Make what a worker's internal port answers: health, metrics, and an operator's wishes."""
    service = SERVICES[name]
    settings = service.settings(env)
    clock = open_clock(settings.shift, settings.clock_file)
    projectors = [task for task in tasks if isinstance(task, Projector)]
    return WorkerControl(projectors, verifier=TokenVerifier(service.key_set(settings), clock=clock), clock=clock)


def _sealer(name: str, database: str) -> Sealer:
    engine = open_database(database)
    with engine.begin() as connection:
        create_seals(connection)
    return Sealer(open_event_store(engine), Seals(engine, store_name=name))


def main() -> None:
    """Run the worker of the service named on the command line: `worker survey`.

    It tells its health and metrics on its internal port, which it logs when it starts.
    """
    env, name = Environment(), sys.argv[2]
    configure_logging(f"{name}-worker", level=env.text(LOG_LEVEL))
    tasks = tasks_of(name, env)
    run_worker(tasks, control=control_of(name, env, tasks), internal_port=env.integer(INTERNAL_PORT))


if __name__ == "__main__":
    main()
