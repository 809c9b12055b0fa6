"""What the indicators service is told by its surroundings."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from services.chassis.settings import (
    CLOCK_FILE,
    DATA,
    JWKS_URL,
    KAFKA,
    KEYS,
    PACK,
    SHIFT_SECONDS,
    TENANT,
    Environment,
    Setting,
    SettingError,
)

DATABASE = Setting(
    name="CCHC_INDICATORS_DATABASE",
    meaning="URL of the indicators service's own store; without one, a file in the data folder.",
    default="",
)
FOLDER_DATABASE = Setting(
    name="CCHC_FOLDER_DATABASE",
    meaning="URL of the figure folder's database, which is never that of the service; without one, `folder.db` in the data folder.",
    default="",
)
SETTINGS = (DATA, DATABASE, FOLDER_DATABASE, TENANT, PACK, SHIFT_SECONDS, CLOCK_FILE, KEYS, JWKS_URL, KAFKA)


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """The indicators service's settings, read once."""

    database: str
    """The service's own store: definitions, targets, measurements, registers, intake. The web process writes it."""
    read_database: str
    """Where the worker keeps the service's read models."""
    folder_database: str
    """The figure folder: an event store and read models of its own. The worker writes it."""
    keys: Path
    tenant: str
    pack: Path
    """Folder of the tenant pack: release rules, calendar, questionnaires."""
    shift: timedelta = timedelta()
    clock_file: Path | None = None
    jwks_url: str = ""
    kafka: str = ""

    @classmethod
    def from_env(cls, env: Environment | None = None) -> "Settings":
        """Read the settings.

        Raises:
            SettingError: One is missing or unreadable, or both stores would share a database; the message names it.
        """
        env = env or Environment()
        data = env.path(DATA)
        database, folder = env.optional(DATABASE), env.optional(FOLDER_DATABASE)
        if database and database == folder:
            raise SettingError(f"{FOLDER_DATABASE.name} names the database of {DATABASE.name}; each store has its own")
        return cls(
            database=database or f"sqlite:///{data / 'indicators.db'}",
            read_database=database or f"sqlite:///{data / 'read_indicators.db'}",
            folder_database=folder or f"sqlite:///{data / 'folder.db'}",
            keys=env.path(KEYS) if env.optional(KEYS) else data / "keys",
            tenant=env.text(TENANT),
            pack=env.path(PACK),
            shift=timedelta(seconds=env.integer(SHIFT_SECONDS)),
            clock_file=env.path_if_told(CLOCK_FILE),
            jwks_url=env.optional(JWKS_URL) or "",
            kafka=env.optional(KAFKA) or "",
        )
