"""Follows a store and seals what it has committed."""

import threading

from services.chassis.clock import Clock, SystemClock
from services.chassis.event_store.port import EventStore
from services.chassis.passing import suppress_passing
from services.chassis.seals.chain import seal_of
from services.chassis.seals.ledgers import RANGE_LIMIT, Ledger, reader_of
from services.chassis.seals.sealed import Seals

SEAL_EVERY_SECONDS = 0.25
"""How often a sealer looks; what is committed is sealed within a second."""


class Sealer:
    """Seals what a store has committed. Several for one store do not harm each other."""

    def __init__(self, store: EventStore, seals: Seals, *, clock: Clock | None = None) -> None:
        """Follow `store`, of which only reading is asked."""
        self.name = f"seals-{seals.store_name}"
        self._store = store
        self._seals = seals
        self._clock = clock or SystemClock()
        # How far the seals reach. Only a restore lets go of seals, and nothing runs then.
        self._reach: dict[Ledger, int] = {}

    def run(self, stop: threading.Event) -> None:
        """Seal until told to stop, and once more then."""
        while not stop.wait(SEAL_EVERY_SECONDS):
            self._run_if_possible()
        self._run_if_possible()

    def _run_if_possible(self) -> None:
        # A database that is away comes back, a full disk is emptied; no seal is lost by waiting.
        with suppress_passing():
            self.run_once()

    def run_once(self) -> int:
        """Seal everything that is committed, and tell how many rows that was."""
        return sum(self._seal(ledger) for ledger in Ledger)

    def _seal(self, ledger: Ledger) -> int:
        read, sealed = reader_of(self._store, ledger), 0
        if ledger in self._reach and not read(self._reach[ledger], 1):
            return 0
        last = self._seals.last(ledger)
        while rows := read(last.last_position if last else 0, RANGE_LIMIT):
            last = seal_of(rows, last)
            if not self._seals.add(ledger, last, sealed_at=self._clock.now()):
                return sealed
            sealed += len(rows)
        self._reach[ledger] = last.last_position if last else 0
        return sealed
