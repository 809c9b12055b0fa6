"""What the survey service is told by its surroundings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from services.chassis.settings import DATA, Environment, Setting

DATABASE = Setting(
    name="CCHC_SURVEY_DATABASE",
    meaning="URL of the survey service's database; without one, a file in the data folder.",
    default="",
)
TENANT = Setting(name="CCHC_TENANT", meaning="Short name of the tenant, part of every message's source.")
KEYS = Setting(name="CCHC_KEYS", meaning="Folder of the key files; without one, `keys` in the data folder.", default="")
SHIFT = Setting(
    name="CCHC_BUSINESS_SHIFT", meaning="How far business time stands from real time.", unit="seconds", default="0"
)
JWKS = Setting(
    name="CCHC_JWKS_URL",
    meaning="Where the keys of access tokens are found; without one, the key file of this machine.",
    default="",
)
KAFKA = Setting(
    name="CCHC_KAFKA", meaning="Addresses of the event log; without any, the outboxes themselves are it.", default=""
)
ABUSE_RULES = Setting(name="CCHC_ABUSE_RULES", meaning="The rule set that holds ballots back.", default="abuse-v1")
SETTINGS = (DATA, DATABASE, TENANT, KEYS, SHIFT, JWKS, KAFKA, ABUSE_RULES)


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """The survey service's settings, read once."""

    database: str
    read_database: str
    keys: Path
    tenant: str
    shift: timedelta = timedelta()
    jwks_url: str = ""
    kafka: str = ""
    abuse_rules: str = "abuse-v1"
    timings: Mapping[str, float] = field(default_factory=dict)
    """Idle times of tablets that overrule the questionnaire's own, such as `thanks_seconds`."""

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
            database=database or f"sqlite:///{data / 'survey.db'}",
            read_database=database or f"sqlite:///{data / 'read_survey.db'}",
            keys=env.path(KEYS) if env.optional(KEYS) else data / "keys",
            tenant=env.text(TENANT),
            shift=timedelta(seconds=env.integer(SHIFT)),
            jwks_url=env.optional(JWKS) or "",
            kafka=env.optional(KAFKA) or "",
            abuse_rules=env.text(ABUSE_RULES),
        )
