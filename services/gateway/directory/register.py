"""The units as the store tells them, folded once and kept up with the facts that follow."""

import threading
from datetime import date

from services.chassis.event_store.port import EventStore
from services.gateway.directory.domain import unit
from services.gateway.directory.domain.errors import UnitNotFound
from services.gateway.directory.domain.records import UnitRecord, holds_on
from services.gateway.directory.handlers import STREAM_PREFIX, UNIT_EVENTS

_PAGE = 1000


class UnitRegister:
    """Every unit's record, never older than the store at the moment of the question. Threads may share it."""

    def __init__(self, store: EventStore) -> None:
        """Read from `store`; nothing is read before the first question."""
        self._store = store
        self._position = 0
        self._units: dict[str, UnitRecord] = {}
        self._lock = threading.Lock()

    def units(self) -> dict[str, UnitRecord]:
        """Give every unit's record by id, those that ended included."""
        return self._caught_up()

    def units_on(self, day: date) -> list[UnitRecord]:
        """Give the units that exist on a day, in order of their ids."""
        return [record for record in self._caught_up().values() if holds_on(record, day)]

    def unit(self, unit_id: str) -> UnitRecord:
        """Give a unit's record.

        Raises:
            UnitNotFound: No unit has that id.
        """
        if (record := self._caught_up().get(unit_id)) is None:
            raise UnitNotFound(unit_id=unit_id)
        return record

    def _caught_up(self) -> dict[str, UnitRecord]:
        with self._lock:
            while facts := self._store.read(self._position, _PAGE):
                for fact in facts:
                    if fact.stream.startswith(STREAM_PREFIX):
                        event = UNIT_EVENTS.decode(fact.type, fact.data)
                        unit_id = fact.stream.removeprefix(STREAM_PREFIX)
                        self._units[unit_id] = unit.evolve(self._units.get(unit_id), event)
                self._position = facts[-1].position
            return dict(sorted(self._units.items()))
