"""The process of the embedded profile that keeps everything in step: read models, the folder, the stream log, seals."""

from collections.abc import Sequence
from datetime import timedelta

from cchc.catalog import STORES
from cchc.data_folder import DataFolder
from cchc.log_of_outboxes import log_of
from cchc.noted_stores import require_noted_stores
from services.chassis.clock import open_clock
from services.chassis.database import open_database
from services.chassis.event_store.opening import open_event_store
from services.chassis.identity.keys import load_or_create_signing_key, public_half
from services.chassis.identity.tokens import TokenVerifier
from services.chassis.logging import configure_logging
from services.chassis.projector.projector import Projector
from services.chassis.seals import Sealer, Seals, create_seals
from services.chassis.settings import CLOCK_FILE, DATA, INTERNAL_PORT, LOG_LEVEL, SHIFT_SECONDS, Environment
from services.chassis.worker import Task, run_worker
from services.chassis.worker_control import WorkerControl
from services.gateway import worker as gateway_worker
from services.gateway.config import Settings as GatewaySettings
from services.indicators import bootstrap as indicators
from services.indicators import worker as indicators_worker
from services.indicators.config import Settings as IndicatorsSettings
from services.survey import worker as survey_worker
from services.survey.config import Settings as SurveySettings
from services.tasks import worker as tasks_worker
from services.tasks.config import Settings as TasksSettings


def run(env: Environment) -> None:
    """Work until told to stop."""
    configure_logging("worker", level=env.text(LOG_LEVEL))
    folder = DataFolder(env.path(DATA))
    require_noted_stores(folder)
    work = [*_service_tasks(env), *sealers(folder)]
    clock = open_clock(timedelta(seconds=env.integer(SHIFT_SECONDS)), env.path_if_told(CLOCK_FILE))
    control = WorkerControl(_projectors(work), verifier=_verifier(folder), clock=clock)
    run_worker(work, control=control, internal_port=env.integer(INTERNAL_PORT))


def projectors_of(env: Environment) -> list[Projector]:
    """Make every projector of the worker, for a program that holds the data folder alone."""
    return _projectors(_service_tasks(env))


def _service_tasks(env: Environment) -> list[Task]:
    settings = IndicatorsSettings.from_env(env)
    indicators.migrate_folder(settings)
    log = log_of(DataFolder(env.path(DATA)))
    return [
        *survey_worker.build_worker(SurveySettings.from_env(env), log),
        *tasks_worker.build_worker(TasksSettings.from_env(env), log),
        *indicators_worker.build_worker(settings, log),
        *gateway_worker.build_worker(GatewaySettings.from_env(env), log),
    ]


def _projectors(work: Sequence[Task]) -> list[Projector]:
    return [task for task in work if isinstance(task, Projector)]


def sealers(folder: DataFolder) -> list[Sealer]:
    """Make a sealer for each store; they write `seals.db` and nothing else."""
    engine = open_database(f"sqlite:///{folder.database('seals')}")
    with engine.begin() as connection:
        create_seals(connection)
    stores = [(name, open_database(f"sqlite:///{folder.database(name)}", read_only=True)) for name in STORES]
    return [Sealer(open_event_store(reader), Seals(engine, store_name=name)) for name, reader in stores]


def _verifier(folder: DataFolder) -> TokenVerifier:
    path = folder.keys / "access-signing.jwk"
    return TokenVerifier(lambda: {"keys": [public_half(load_or_create_signing_key(path))]})
