"""The survey service as its edge sees it: everything a request may need, put together once by `bootstrap`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from services.chassis.clock import Clock
from services.chassis.domain import Command
from services.chassis.identity import DeviceVerifier, TokenVerifier
from services.chassis.live_reads import ReadModel
from services.chassis.streams import Streams, Versioned
from services.survey.adapters.ballot_tables import BallotTables
from services.survey.handlers import administration, backups
from services.survey.handlers.ballots import Receiver
from services.survey.handlers.configuration import Configurations
from services.survey.handlers.counter_days import CounterDays
from services.survey.handlers.devices import Devices
from services.survey.handlers.memory import BallotMemory
from services.survey.handlers.reports import Reports
from services.survey.handlers.staff import BallotDesk


@dataclass(frozen=True, kw_only=True, slots=True)
class Survey:
    """The service. Threads share one; `close` gives back what it opened."""

    clock: Clock
    streams: Streams
    tables: BallotTables
    memory: BallotMemory
    receiver: Receiver
    reports: Reports
    devices: Devices
    counter_days: CounterDays
    desk: BallotDesk
    configurations: Configurations
    device_verifier: DeviceVerifier
    token_verifier: TokenVerifier | None
    read_model: ReadModel
    closing: tuple[Callable[[], None], ...]

    def handle(self, command: Command, *, expected_version: int | None = None) -> Versioned[Any]:
        """Handle a command of `administration.RULES`."""
        return administration.handle(self.streams, command, expected_version=expected_version)

    def mark_backed_up(self, position: int) -> int:
        """Mark what a backup that reached `position` holds of every tablet; give how many tablets' marks moved."""
        return backups.mark_backed_up(self.streams, self.tables, position)

    def close(self) -> None:
        """Send what waits, then give connections back."""
        for close in self.closing:
            close()
