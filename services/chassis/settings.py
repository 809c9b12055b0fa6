"""The only reader of the environment: settings are declared once, with their meaning, and read through typed getters."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class SettingError(Exception):
    """Raised when a setting is missing or cannot be read; the message names it and never shows its value."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """A variable that the product reads. `default` is `None` where the start has to stop without a value."""

    name: str
    meaning: str
    default: str | None = None
    unit: str = ""
    secret: bool = False


class Environment:
    """Reads declared settings from a mapping, the process environment unless told otherwise."""

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self._values = environment() if values is None else values

    def optional(self, setting: Setting) -> str | None:
        """Read a text; an empty one counts as absent, and then the default is given, which may be `None`."""
        return self._values.get(setting.name, "").strip() or setting.default

    def text(self, setting: Setting) -> str:
        """Read a text.

        Raises:
            SettingError: There is no value and no default.
        """
        value = self.optional(setting)
        if value is None:
            raise SettingError(f"{setting.name} is not set: {setting.meaning}")
        return value

    def integer(self, setting: Setting) -> int:
        """Read a whole number."""
        try:
            return int(self.text(setting))
        except ValueError:
            raise SettingError(f"{setting.name} is not a whole number") from None

    def number(self, setting: Setting) -> float:
        """Read a number."""
        try:
            return float(self.text(setting))
        except ValueError:
            raise SettingError(f"{setting.name} is not a number") from None

    def switch(self, setting: Setting) -> bool:
        """Read yes or no: `1 true yes on` or `0 false no off`."""
        value = self.text(setting).lower()
        if value in {"1", "true", "yes", "on"}:
            return True
        if value in {"0", "false", "no", "off"}:
            return False
        raise SettingError(f"{setting.name} is neither yes nor no")

    def path(self, setting: Setting) -> Path:
        """Read a path, made absolute against the working directory."""
        return Path(self.text(setting)).expanduser().absolute()

    def path_if_told(self, setting: Setting) -> Path | None:
        """Read a path that need not be told."""
        return self.path(setting) if self.optional(setting) else None

    def words(self, setting: Setting) -> tuple[str, ...]:
        """Read words separated by commas."""
        return tuple(word.strip() for word in self.text(setting).split(",") if word.strip())


def environment() -> Mapping[str, str]:
    """Give the process environment."""
    return os.environ  # noqa: TID251 - the one place


DATA = Setting(name="CCHC_DATA", default="var", meaning="Folder of every file that the embedded profile writes.")
PROFILE = Setting(name="CCHC_PROFILE", default="embedded", meaning="How it runs: embedded or distributed.")
HOST = Setting(name="CCHC_HOST", default="127.0.0.1", meaning="Address that the one door listens on.")
FORWARDED_ALLOW_IPS = Setting(
    name="CCHC_FORWARDED_ALLOW_IPS",
    default="",
    meaning="Addresses of the proxies whose X-Forwarded-For is believed, separated by commas; without any, nobody's is.",
)
PORT = Setting(name="PORT", default="8080", meaning="Port of the one door.")
INTERNAL_PORT = Setting(
    name="CCHC_INTERNAL_PORT",
    default="0",
    meaning="Port of health and metrics, on this machine alone; 0 takes a free one.",
)
PUBLIC_URL = Setting(
    name="CCHC_PUBLIC_URL", default="http://localhost:8080", meaning="Where people and tablets reach the one door."
)
TENANT = Setting(name="CCHC_TENANT", meaning="Short name of the tenant, part of every message's source.")
PACK = Setting(name="CCHC_PACK", meaning="Folder of the tenant pack: release rules, calendar, questionnaires.")
SHIFT_SECONDS = Setting(
    name="CCHC_SHIFT_SECONDS", default="0", unit="seconds", meaning="How far business time stands from real time."
)
CLOCK_FILE = Setting(
    name="CCHC_CLOCK_FILE",
    default="",
    meaning="File by which a demonstration's business time is driven; a real tenant has none.",
)
KEYS = Setting(name="CCHC_KEYS", default="", meaning="Folder of the key files; without one, `keys` in the data folder.")
JWKS_URL = Setting(
    name="CCHC_JWKS_URL",
    default="",
    meaning="Where the keys of access tokens are found; without one, the key file of this machine.",
)
KAFKA = Setting(
    name="CCHC_KAFKA", default="", meaning="Addresses of the event log; without any, the outboxes themselves are it."
)
KAFKA_COPIES = Setting(
    name="CCHC_KAFKA_COPIES",
    default="1",
    meaning="Copies of each record in the event log; 3 in production, where two have to be written before it counts.",
)
GATEWAY_URL = Setting(
    name="CCHC_GATEWAY_URL",
    default="",
    meaning="Where the other processes of the distributed profile reach the gateway.",
)
STREAMS_URL = Setting(
    name="CCHC_STREAMS_URL", default="", meaning="Where the door of the distributed profile reaches the streams."
)
DOOR_URL = Setting(
    name="CCHC_DOOR_URL",
    default="",
    meaning="Where the command line finds what runs; without one, where `cchc up` wrote that it listens.",
)
CALLER_RATE = Setting(
    name="CCHC_CALLER_RATE",
    default="50",
    unit="requests per second",
    meaning="How often one address may ask without proving who it is, a minute's worth at once; 0 for no limit.",
)
DEVICE_RATE = Setting(
    name="CCHC_DEVICE_RATE",
    default="20",
    unit="requests per second",
    meaning="How often one tablet may ask, a minute's worth at once; 0 for no limit.",
)
LIFELINE = Setting(
    name="CCHC_LIFELINE",
    default="",
    meaning="Descriptor of the supervisor's pipe; the supervisor sets it, nobody else.",
)
LOG_LEVEL = Setting(
    name="CCHC_LOG_LEVEL", default="info", meaning="Least level that is logged: debug, info, warning or error."
)
