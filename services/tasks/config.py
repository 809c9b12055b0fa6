"""What the tasks service is told by its surroundings."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from services.chassis.settings import (
    CLOCK_FILE,
    DATA,
    DOOR_URL,
    GATEWAY_URL,
    JWKS_URL,
    KAFKA,
    KEYS,
    PACK,
    PORT,
    SHIFT_SECONDS,
    TENANT,
    Environment,
    Setting,
)

DATABASE = Setting(
    name="CCHC_TASKS_DATABASE",
    meaning="URL of the tasks service's database; without one, a file in the data folder.",
    default="",
)
SETTINGS = (
    DATA,
    DATABASE,
    TENANT,
    KEYS,
    PACK,
    SHIFT_SECONDS,
    CLOCK_FILE,
    JWKS_URL,
    KAFKA,
    DOOR_URL,
    GATEWAY_URL,
    PORT,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """The tasks service's settings, read once."""

    database: str
    read_database: str
    keys: Path
    pack: Path
    tenant: str
    shift: timedelta = timedelta()
    clock_file: Path | None = None
    jwks_url: str = ""
    kafka: str = ""
    door_url: str = ""
    """Where the worker's schedule finds this service's API; without one it has no schedule."""
    gateway_url: str = ""
    """Where it finds the issuer of tokens."""

    @classmethod
    def from_env(cls, env: Environment | None = None) -> "Settings":
        """Read the settings.

        Raises:
            SettingError: One is missing or unreadable; the message names it.
        """
        env = env or Environment()
        data = env.path(DATA)
        database = env.optional(DATABASE)
        door = env.optional(DOOR_URL) or f"http://127.0.0.1:{env.integer(PORT)}"
        return cls(
            database=database or f"sqlite:///{data / 'tasks.db'}",
            read_database=database or f"sqlite:///{data / 'read_tasks.db'}",
            keys=env.path(KEYS) if env.optional(KEYS) else data / "keys",
            pack=env.path(PACK),
            tenant=env.text(TENANT),
            shift=timedelta(seconds=env.integer(SHIFT_SECONDS)),
            clock_file=env.path_if_told(CLOCK_FILE),
            jwks_url=env.optional(JWKS_URL) or "",
            kafka=env.optional(KAFKA) or "",
            door_url=door,
            gateway_url=env.optional(GATEWAY_URL) or door,
        )
