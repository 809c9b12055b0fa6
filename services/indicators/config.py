"""What the indicators service is told by its surroundings."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from services.chassis.settings import (
    DATA,
    JWKS_URL,
    KAFKA,
    KEYS,
    PACK,
    SHIFT_SECONDS,
    TENANT,
    Environment,
    Setting,
)

DATABASE = Setting(
    name="CCHC_INDICATORS_DATABASE",
    meaning="URL of the indicators service's database; without one, `folder.db` in the data folder.",
    default="",
)
SETTINGS = (DATA, DATABASE, TENANT, PACK, SHIFT_SECONDS, KEYS, JWKS_URL, KAFKA)


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """The indicators service's settings, read once."""

    database: str
    keys: Path
    tenant: str
    pack: Path
    """Folder of the tenant pack: release rules, calendar, questionnaires."""
    shift: timedelta = timedelta()
    jwks_url: str = ""
    kafka: str = ""

    @classmethod
    def from_env(cls, env: Environment | None = None) -> "Settings":
        """Read the settings.

        Raises:
            SettingError: One is missing or unreadable; the message names it.
        """
        env = env or Environment()
        data = env.path(DATA)
        return cls(
            database=env.optional(DATABASE) or f"sqlite:///{data / 'folder.db'}",
            keys=env.path(KEYS) if env.optional(KEYS) else data / "keys",
            tenant=env.text(TENANT),
            pack=env.path(PACK),
            shift=timedelta(seconds=env.integer(SHIFT_SECONDS)),
            jwks_url=env.optional(JWKS_URL) or "",
            kafka=env.optional(KAFKA) or "",
        )
