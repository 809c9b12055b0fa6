"""Opening the doors of the streams over the worker's log."""

from dataclasses import dataclass

from sqlalchemy import Engine
from starlette.routing import Route

from services.chassis.clock import Clock
from services.chassis.database import open_database
from services.chassis.http.rates import TokenBuckets
from services.chassis.identity.tokens import TokenVerifier
from services.gateway.config import Settings
from services.gateway.streams.bell import LogBell
from services.gateway.streams.channel_routes import channel_routes
from services.gateway.streams.doors import Doors
from services.gateway.streams.health import health_routes
from services.gateway.streams.reading import StreamReader
from services.gateway.streams.snapshots import Snapshots

_CONNECTIONS = 8


@dataclass(frozen=True, slots=True)
class OpenStreams:
    """The doors, and what has to be given back in the end."""

    doors: Doors
    engine: Engine

    @property
    def routes(self) -> list[Route]:
        """Give the addresses of the doors, and of the process's health."""
        return [*channel_routes(self.doors), *health_routes(self.doors.reader)]

    def close(self) -> None:
        """Stop watching, give connections back."""
        self.doors.bell.close()
        self.engine.dispose()


def open_streams(settings: Settings, verifier: TokenVerifier, clock: Clock) -> OpenStreams:
    """Open the doors; the worker may make the log later."""
    engine = open_database(settings.streams_database, read_only=True, pool_size=_CONNECTIONS)
    reader = StreamReader(engine)
    doors = Doors(
        reader=reader,
        bell=LogBell(engine),
        snapshots=Snapshots(reader),
        verifier=verifier,
        clock=clock,
        tenant=settings.tenant,
        subscribers=TokenBuckets(settings.subscriber_rate),
    )
    return OpenStreams(doors, engine)
