"""The services and their stores: what each is put together from, imported when it is asked for.

A service has one store of its name; the indicators service has a second one, `folder`. A process imports what it runs
and nothing of the other services.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from services.chassis.settings import Environment


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """A package of `services/`: its settings, its migrations, its stores, what its worker does."""

    name: str
    stores: Mapping[str, str]
    """The setting that holds the URL of each event store, by the store's name; each has a database, a relay and a sealer."""
    migrations: Sequence[str] = field(default=("migrate",))

    def settings(self, env: Environment) -> Any:
        """Read the service's settings.

        Raises:
            SettingError: One is missing or wrong.
        """
        return self._part("config").Settings.from_env(env)

    def migrate(self, settings: Any) -> None:
        """Bring the service's databases to this release's schema."""
        for name in self.migrations:
            migration: Callable[[Any], None] = getattr(self._part("bootstrap"), name)
            migration(settings)

    def tasks(self, settings: Any, log: Any) -> Sequence[Any]:
        """Make everything that its worker does, following a log."""
        made: Sequence[Any] = self._part("worker").build_worker(settings, log)
        return made

    def url_of(self, store: str, settings: Any) -> str:
        """Give the URL of one of its stores."""
        return str(getattr(settings, self.stores[store]))

    def _part(self, name: str) -> Any:
        return import_module(f"services.{self.name}.{name}")


def _by_name(*services: Service) -> Mapping[str, Service]:
    return {service.name: service for service in services}


SERVICES = _by_name(
    Service(name="survey", stores={"survey": "database"}),
    Service(name="gateway", stores={"gateway": "database"}),
    Service(name="tasks", stores={"tasks": "database"}),
    Service(
        name="indicators",
        stores={"indicators": "database", "folder": "folder_database"},
        migrations=("migrate", "migrate_folder"),
    ),
)

STORES: Mapping[str, str] = {store: name for name, service in SERVICES.items() for store in service.stores}
"""Which service an event store belongs to."""
