"""Which pages move, how far each has come, and one watcher that tells all their readers."""

import asyncio
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from services.chassis.changes import ChangeWatcher
from services.chassis.domain import Unavailable
from services.chassis.logging import get_logger
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
_AWAY_SECONDS = 0.5
_log = get_logger()


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
        self._engine = engine
        self._read_models = ReadModels(engine)
        self._pages = {page: _Readers() for page in PAGES}
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._looked = asyncio.Event()

    async def first_look(self) -> None:
        """Wait a moment, after the first reader came, for the watcher to know how far the pages have come."""
        self._start()
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
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _start(self) -> None:
        if self._thread is None:
            self._loop = asyncio.get_running_loop()
            self._thread = threading.Thread(target=self._run, name="page-changes", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                watcher = ChangeWatcher(self._engine)
            except DBAPIError:
                self._stop.wait(_AWAY_SECONDS)
                continue
            try:
                self._watch(watcher)
            except DBAPIError:
                _log.warning("page_changes_database_away")
                self._stop.wait(_AWAY_SECONDS)
            finally:
                watcher.close()

    def _watch(self, watcher: ChangeWatcher) -> None:
        self._tell_all()
        while not self._stop.is_set():
            if watcher.wait(_WAIT_SECONDS):
                self._tell_all()

    def _tell_all(self) -> None:
        with suppress(Unavailable), self._read_models.reading() as reading:
            for page, projection in PAGES.items():
                with suppress(Unavailable):
                    self._tell(page, freshness_of(reading.view(projection)).messages)
        self._call(self._looked.set)

    def _tell(self, page: str, version: int) -> None:
        readers = self._pages[page]
        if version != readers.version:
            self._call(lambda: readers.tell(version))

    def _call(self, told: Callable[[], None]) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(told)
