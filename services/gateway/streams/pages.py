"""Which pages move, how far each has come, and one watcher that tells all their readers."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from sqlalchemy import Engine

from services.chassis.changes import ChangeTeller
from services.chassis.domain import Unavailable
from services.chassis.projection import Projection
from services.gateway.reporting.freshness import freshness_of
from services.gateway.reporting.projections.counter_results import COUNTER_RESULTS
from services.gateway.reporting.projections.fleet import FLEET
from services.gateway.reporting.projections.page_changes import TARGET_CHANGES, TASK_CHANGES
from services.gateway.reporting.read_models import ReadModels

PAGES: Mapping[str, Projection] = {
    "counter-results": COUNTER_RESULTS,
    "fleet": FLEET,
    "targets": TARGET_CHANGES,
    "tasks": TASK_CHANGES,
}
"""The pages that move by themselves, and what each waits on."""

_WAIT_SECONDS = 1.0


@dataclass(slots=True)
class _Readers:
    """The newest version of one page, and a bell for those who wait. Belongs to the event loop."""

    version: int = 0
    bell: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, version: int) -> None:
        self.version = version
        self.bell.set()
        self.bell = asyncio.Event()


class PageChanges:
    """Watches the read models with one thread and wakes every reader of a page that changed.

    A reader keeps nothing: it hears the newest version, so that a slow one costs no memory and misses nothing that
    still matters.
    """

    def __init__(self, engine: Engine) -> None:
        """Watch the database behind `engine`; nothing is opened before the first reader."""
        self._teller = ChangeTeller("page-changes", engine, self._tell_all)
        self._read_models = ReadModels(engine)
        self._pages = {page: _Readers() for page in PAGES}
        self._looked = asyncio.Event()

    async def first_look(self) -> None:
        """Wait a moment, after the first reader came, for the watcher to know how far the pages have come."""
        self._teller.start()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._looked.wait(), _WAIT_SECONDS)

    def version(self, page: str) -> int:
        """Give the newest version known of a page."""
        return self._pages[page].version

    async def wait(self, page: str, seconds: float) -> bool:
        """Wait until a page changes, or for `seconds`; tell which it was."""
        bell = self._pages[page].bell
        with suppress(TimeoutError):
            await asyncio.wait_for(bell.wait(), seconds)
            return True
        return False

    def close(self) -> None:
        """Stop watching."""
        self._teller.close()

    def _tell_all(self) -> None:
        with suppress(Unavailable), self._read_models.reading() as reading:
            for page, projection in PAGES.items():
                with suppress(Unavailable):
                    self._tell(page, freshness_of(reading.view(projection)).messages)
        self._teller.tell(self._looked.set)

    def _tell(self, page: str, version: int) -> None:
        readers = self._pages[page]
        if version != readers.version:
            self._teller.tell(lambda: readers.tell(version))
