"""Reading the read models: one short transaction per question, on a database that this process never writes."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError, ProgrammingError

from services.chassis.domain import Unavailable
from services.chassis.projection import Projection, View
from services.chassis.projector.builds import active_view


class Reading:
    """One transaction: every view opened in it tells of the same moment."""

    def __init__(self, connection: Connection) -> None:
        """Read through a connection."""
        self._connection = connection

    def view(self, projection: Projection) -> View:
        """Open a read model.

        Raises:
            Unavailable: It is not built yet.
        """
        return active_view(self._connection, projection)


class ReadModels:
    """The reporting database, read only."""

    def __init__(self, engine: Engine) -> None:
        """Read through an engine."""
        self._engine = engine

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """Open a transaction for reading.

        Raises:
            Unavailable: The database is away, or the worker has not made it yet.
        """
        try:
            with self._engine.connect() as connection:
                yield Reading(connection)
        except (OperationalError, ProgrammingError) as error:
            raise Unavailable("the read models cannot be read now") from error
