"""What the survey service is told by its surroundings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from services.chassis.settings import (
    CLOCK_FILE,
    DATA,
    JWKS_URL,
    KAFKA,
    KEYS,
    SHIFT_SECONDS,
    TENANT,
    Environment,
    Setting,
    SettingError,
)

DATABASE = Setting(
    name="CCHC_SURVEY_DATABASE",
    meaning="URL of the survey service's database; without one, a file in the data folder.",
    default="",
)
ABUSE_RULES = Setting(name="CCHC_ABUSE_RULES", meaning="The rule set that holds ballots back.", default="abuse-v1")
TIMINGS = Setting(
    name="CCHC_TABLET_TIMINGS",
    meaning="Times of tablets that overrule the questionnaire's own, such as `thanks_seconds=6,idle_seconds=30`.",
    default="",
)
DEMONSTRATION = Setting(
    name="CCHC_DEMONSTRATION",
    meaning="Whether tablets say that this is a demonstration; on one machine the tenant pack decides.",
    default="no",
)
SETTINGS = (
    DATA,
    DATABASE,
    TENANT,
    KEYS,
    SHIFT_SECONDS,
    CLOCK_FILE,
    JWKS_URL,
    KAFKA,
    ABUSE_RULES,
    TIMINGS,
    DEMONSTRATION,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """The survey service's settings, read once."""

    database: str
    read_database: str
    keys: Path
    tenant: str
    shift: timedelta = timedelta()
    clock_file: Path | None = None
    jwks_url: str = ""
    kafka: str = ""
    abuse_rules: str = "abuse-v1"
    timings: Mapping[str, float] = field(default_factory=dict)
    """Idle times of tablets that overrule the questionnaire's own, such as `thanks_seconds`."""
    demonstration: bool = False
    """Tablets say so."""

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
            shift=timedelta(seconds=env.integer(SHIFT_SECONDS)),
            clock_file=env.path_if_told(CLOCK_FILE),
            jwks_url=env.optional(JWKS_URL) or "",
            kafka=env.optional(KAFKA) or "",
            abuse_rules=env.text(ABUSE_RULES),
            timings=_timings(env),
            demonstration=env.switch(DEMONSTRATION),
        )


def _timings(env: Environment) -> dict[str, float]:
    try:
        pairs = (word.split("=") for word in env.words(TIMINGS))
        return {name: float(value) for name, value in pairs}
    except ValueError:
        raise SettingError(f"{TIMINGS.name} is not a list of name=number") from None
