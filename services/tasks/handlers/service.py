"""The tasks service as its edge sees it: everything a request may need, put together once by `bootstrap`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.chassis.clock import Clock
from services.chassis.identity import TokenVerifier
from services.chassis.live_reads import ReadModel
from services.chassis.streams import Streams
from services.tasks.adapters.file_table import FileTable
from services.tasks.domain.notice import Rule
from services.tasks.domain.working_days import WorkingDays
from services.tasks.handlers.actions import TaskDesk
from services.tasks.handlers.intake import Taker
from services.tasks.handlers.plans import Plans
from services.tasks.handlers.reports import Reports
from services.tasks.handlers.together import Together


@dataclass(frozen=True, kw_only=True, slots=True)
class Tasks:
    """The service. Threads share one; `close` gives back what it opened."""

    clock: Clock
    days: WorkingDays
    rules: Sequence[Rule]
    streams: Streams
    together: Together
    desk: TaskDesk
    plans: Plans
    reports: Reports
    taker: Taker
    files: FileTable
    token_verifier: TokenVerifier | None
    read_model: ReadModel
    closing: tuple[Callable[[], None], ...]

    def close(self) -> None:
        """Give connections back."""
        for close in self.closing:
            close()
