"""Reading a service's own read models, which its worker may not have made yet."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, inspect

from services.chassis.database import open_database
from services.chassis.domain import Unavailable
from services.chassis.projection import Projection, View
from services.chassis.projector import active_view

ReadModel = Callable[[Projection, Callable[[View], Any]], Any]
"""Runs a query on the live build of a read model; `None` where there is none yet."""


class LiveReads:
    """The worker's read models, which may not be there yet; opened when first asked for."""

    def __init__(self, url: str) -> None:
        """Read from the database at `url`."""
        self._url = url
        self._engine: Engine | None = None

    def query(self, projection: Projection, ask: Callable[[View], Any]) -> Any:
        """Run a query on the live build; `None` where there is none."""
        if (engine := self._open()) is None:
            return None
        with engine.connect() as connection:
            if not inspect(connection).has_table("projection_pointers"):
                return None
            try:
                view = active_view(connection, projection)
            except Unavailable:
                return None
            return ask(view)

    def close(self) -> None:
        """Give connections back."""
        if self._engine is not None:
            self._engine.dispose()

    def _open(self) -> Engine | None:
        if self._engine is None:
            file = self._url.removeprefix("sqlite:///")
            if file != self._url and not Path(file).exists():
                return None
            self._engine = open_database(self._url, read_only=True)
        return self._engine
