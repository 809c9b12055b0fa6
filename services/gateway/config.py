"""What the gateway is told by its surroundings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from services.chassis.settings import (
    CLOCK_FILE,
    DATA,
    KAFKA,
    KEYS,
    PUBLIC_URL,
    SHIFT_SECONDS,
    TENANT,
    Environment,
    Setting,
)

DATABASE = Setting(
    name="CCHC_GATEWAY_DATABASE",
    meaning="URL of the gateway's database; without one, files in the data folder.",
    default="",
)
STREAMS_DATABASE = Setting(
    name="CCHC_STREAMS_DATABASE",
    meaning="URL of the stream log's database; without one, the gateway's, or a file in the data folder.",
    default="",
)
SUBSCRIBER_RATE = Setting(
    name="CCHC_SUBSCRIBER_RATE",
    meaning="How often one subscriber may ask the streams, a minute's worth at once; 0 for no limit.",
    unit="requests per second",
    default="20",
)
SILENT_AFTER = Setting(
    name="CCHC_SILENT_AFTER", meaning="How long a tablet may say nothing.", unit="seconds", default="300"
)
STALE_AFTER = Setting(
    name="CCHC_STALE_AFTER", meaning="How old released figures may be unmentioned.", unit="seconds", default="259200"
)
TASKS_URL = Setting(
    name="CCHC_TASKS_URL",
    meaning="Where the portal finds the tasks service; nothing where both are one process.",
    default="",
)
INDICATORS_URL = Setting(
    name="CCHC_INDICATORS_URL",
    meaning="Where the portal finds the indicators service; nothing where both are one process.",
    default="",
)
SURVEY_URL = Setting(
    name="CCHC_SURVEY_URL",
    meaning="Where the portal finds the survey service; nothing where both are one process.",
    default="",
)
_SERVICES = (("tasks", TASKS_URL), ("indicators", INDICATORS_URL), ("survey", SURVEY_URL))
SETTINGS = (
    DATA,
    DATABASE,
    STREAMS_DATABASE,
    SUBSCRIBER_RATE,
    TENANT,
    KEYS,
    SHIFT_SECONDS,
    CLOCK_FILE,
    KAFKA,
    PUBLIC_URL,
    SILENT_AFTER,
    STALE_AFTER,
    *(setting for _, setting in _SERVICES),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """The gateway's settings, read once."""

    database: str
    read_database: str
    streams_database: str
    keys: Path
    tenant: str
    subscriber_rate: float = 20.0
    shift: timedelta = timedelta()
    clock_file: Path | None = None
    kafka: str = ""
    public_url: str = "http://localhost:8080"
    silent_after: timedelta = timedelta(minutes=5)
    stale_after: timedelta = timedelta(days=3)
    service_urls: Mapping[str, str] = field(default_factory=dict)

    @property
    def secure(self) -> bool:
        """Whether browsers reach us by https."""
        return self.public_url.startswith("https://")

    @classmethod
    def from_env(cls, env: Environment | None = None) -> "Settings":
        """Read the settings.

        Raises:
            SettingError: One is missing or unreadable; the message names it.
        """
        env = env or Environment()
        data = env.path(DATA)
        database = env.optional(DATABASE)
        return cls(
            database=database or f"sqlite:///{data / 'gateway.db'}",
            read_database=database or f"sqlite:///{data / 'read_gateway.db'}",
            streams_database=env.optional(STREAMS_DATABASE) or database or f"sqlite:///{data / 'streams.db'}",
            subscriber_rate=env.number(SUBSCRIBER_RATE),
            keys=env.path(KEYS) if env.optional(KEYS) else data / "keys",
            tenant=env.text(TENANT),
            shift=timedelta(seconds=env.integer(SHIFT_SECONDS)),
            clock_file=env.path_if_told(CLOCK_FILE),
            kafka=env.optional(KAFKA) or "",
            public_url=env.text(PUBLIC_URL),
            silent_after=timedelta(seconds=env.integer(SILENT_AFTER)),
            stale_after=timedelta(seconds=env.integer(STALE_AFTER)),
            service_urls={name: url for name, setting in _SERVICES if (url := env.optional(setting))},
        )
