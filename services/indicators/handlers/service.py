"""The commanding half of the indicators service, put together."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from services.chassis.clock import Clock
from services.chassis.domain import Command
from services.chassis.identity import TokenVerifier
from services.chassis.live_reads import ReadModel
from services.chassis.streams import Streams, Versioned
from services.indicators.handlers import administration


@dataclass(frozen=True, kw_only=True, slots=True)
class Indicators:
    """What takes commands, and what answers questions."""

    clock: Clock
    streams: Streams
    token_verifier: TokenVerifier
    read_model: ReadModel
    """The service's own read models."""
    folder_model: ReadModel
    """The figure folder's read models, running figures among them."""
    closing: tuple[Callable[[], None], ...]

    def handle(self, command: Command, *, expected_version: int | None = None) -> Versioned[Any]:
        """Handle a command of `administration.RULES`."""
        return administration.handle(self.streams, command, expected_version=expected_version)

    def close(self) -> None:
        """Give connections back."""
        for close in self.closing:
            close()
