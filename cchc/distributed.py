"""The worker of a service in the distributed profile: `python -m cchc.distributed worker survey`."""

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cchc.catalog import SERVICES
from cchc.data_folder import DataFolder
from cchc.noted_stores import require_noted_stores
from cchc.supervisor import REFUSED
from services.chassis.broker.kafka import KafkaBroker
from services.chassis.clock import open_clock
from services.chassis.database import open_database
from services.chassis.event_store.opening import open_event_store
from services.chassis.identity.key_sets import key_set
from services.chassis.identity.keys import load_or_create_signing_key, public_half
from services.chassis.identity.tokens import TokenVerifier
from services.chassis.logging import configure_logging
from services.chassis.projector.projector import Projector
from services.chassis.seals import Sealer, Seals, create_seals
from services.chassis.settings import DATA, INTERNAL_PORT, KAFKA, KAFKA_COPIES, LOG_LEVEL, Environment, SettingError
from services.chassis.worker import Task, run_worker
from services.chassis.worker_control import WorkerControl

SIGNS = "gateway"
"""The service that issues tokens, and so needs not ask for the keys that they are signed with."""


def tasks_of(name: str, env: Environment) -> list[Task]:
    """Make everything that the worker of a service does; its database must be there."""
    service = SERVICES[name]
    settings = service.settings(env)
    return [*_own_tasks(name, env), *(_sealer(store, service.url_of(store, settings)) for store in service.stores)]


def projectors_of(name: str, env: Environment) -> list[Projector]:
    """Make every projector of a service, for a program that follows the log in the place of its worker."""
    return [task for task in _own_tasks(name, env) if isinstance(task, Projector)]


def _own_tasks(name: str, env: Environment) -> Sequence[Task]:
    service = SERVICES[name]
    settings = service.settings(env)
    require_noted_stores(DataFolder(env.path(DATA)), service.stores)
    service.migrate(settings)
    return service.tasks(settings, KafkaBroker(env.text(KAFKA), replication_factor=env.integer(KAFKA_COPIES)))


def control_of(name: str, env: Environment, tasks: Sequence[Task]) -> WorkerControl:
    """Make what a worker's internal port answers: health, metrics, and an operator's wishes."""
    service = SERVICES[name]
    settings = service.settings(env)
    clock = open_clock(settings.shift, settings.clock_file)
    projectors = [task for task in tasks if isinstance(task, Projector)]
    return WorkerControl(projectors, verifier=TokenVerifier(_key_set(name, settings), clock=clock), clock=clock)


def _key_set(name: str, settings: Any) -> Callable[[], Mapping[str, Any]]:
    if name == SIGNS:
        return lambda: {"keys": [public_half(load_or_create_signing_key(settings.keys / "access-signing.jwk"))]}
    return key_set(settings.keys, settings.jwks_url)


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
    try:
        tasks = tasks_of(name, env)
    except SettingError as refused:
        sys.stderr.write(f"{refused}\n")
        raise SystemExit(REFUSED) from None
    run_worker(tasks, control=control_of(name, env, tasks), internal_port=env.integer(INTERNAL_PORT))


if __name__ == "__main__":
    main()
