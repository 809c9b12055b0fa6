"""Where adapters meet handlers: the one place that knows which database, which keys and which clock there are."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from services.chassis.clock import Clock, open_clock
from services.chassis.identity import DeviceNonces, DeviceVerifier, RegisteredDevice, TokenVerifier, load_device_key
from services.chassis.identity.key_sets import key_set
from services.chassis.identity.keys import load_or_create_secret, load_or_create_signing_key
from services.chassis.ids import new_code, new_id
from services.chassis.live_reads import LiveReads
from services.chassis.metrics import Metrics
from services.chassis.service_store import migrate_database, open_service_store
from services.chassis.streams import Streams
from services.chassis.units import unit_name
from services.survey.adapters.ballot_tables import BallotTables
from services.survey.adapters.strangers import Strangers
from services.survey.config import Settings
from services.survey.domain.abuse import RULE_SETS
from services.survey.handlers.around import Surroundings
from services.survey.handlers.ballots import Receiver
from services.survey.handlers.configuration import Configurations
from services.survey.handlers.counter_days import CounterDays
from services.survey.handlers.devices import Devices
from services.survey.handlers.kinds import REGISTRY
from services.survey.handlers.memory import BallotMemory
from services.survey.handlers.pack import load_pack
from services.survey.handlers.reports import Reports
from services.survey.handlers.service import Survey
from services.survey.handlers.staff import BallotDesk
from services.survey.projections.units import UNITS
from services.survey.published_events import Publisher

__all__ = ["build", "configuration_key", "load_pack", "migrate"]

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(settings: Settings) -> None:
    """Bring the service's database to this release's schema, making it where there is none."""
    migrate_database(settings.database, MIGRATIONS)


def build(
    settings: Settings,
    *,
    clock: Clock | None = None,
    verifier: TokenVerifier | None = None,
    metrics: Metrics | None = None,
) -> Survey:
    """Put the service together. Call it after fork; its database must be migrated."""
    clock = clock or open_clock(settings.shift, settings.clock_file)
    store = open_service_store(settings.database, "survey", metrics)
    publish = Publisher(settings.tenant, store.events.incarnation(), clock, new_id)
    streams = Streams(store.events, store.commits, REGISTRY, publish)
    tables = BallotTables(store.engine, store.reader)
    memory = BallotMemory(streams, tables)
    surroundings = Surroundings(streams, clock, RULE_SETS[settings.abuse_rules])
    secret = load_or_create_secret(settings.keys / "device-nonce.key")
    devices = Devices(streams, secret=secret, new_code=new_code)
    desk = BallotDesk(streams, memory, surroundings)
    reports = Reports(store.commits, publish.device_reported)
    models = LiveReads(settings.read_database)
    return Survey(
        clock=clock,
        streams=streams,
        tables=tables,
        memory=memory,
        receiver=Receiver(streams, memory, surroundings),
        reports=reports,
        devices=devices,
        counter_days=CounterDays(streams, desk, clock),
        desk=desk,
        configurations=Configurations(
            streams,
            clock,
            _unit_names(models, clock),
            timings=settings.timings,
            demonstration=settings.demonstration,
        ),
        device_verifier=DeviceVerifier(
            nonces=DeviceNonces(secret, clock),
            find_device=_registered(devices, Strangers(clock, metrics or Metrics())),
        ),
        token_verifier=verifier or TokenVerifier(key_set(settings.keys, settings.jwks_url), clock=clock),
        read_model=models.query,
        closing=(reports.close, store.close, models.close),
    )


def _registered(devices: Devices, strangers: Strangers) -> Callable[[str], RegisteredDevice | None]:
    def find(device_id: str) -> RegisteredDevice | None:
        device = devices.find(device_id)
        if device is None:
            strangers.note(device_id)
            return None
        return RegisteredDevice(public_key=load_device_key(device.public_jwk), revoked=device.revoked_at is not None)

    return find


def configuration_key(settings: Settings) -> dict[str, Any]:
    """Give the key that signs tablets' configurations."""
    return load_or_create_signing_key(settings.keys / "survey-configuration.jwk")


def _unit_names(models: LiveReads, clock: Clock) -> Callable[[str], Mapping[str, str]]:
    def name(unit_id: str) -> Mapping[str, str]:
        found = models.query(UNITS, lambda view: unit_name(view, unit_id, clock.business_now().date()))
        return found or {"vi": unit_id, "en": unit_id}

    return name
