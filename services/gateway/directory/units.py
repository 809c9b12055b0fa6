"""Recording units together: what one record says may contradict another's."""

from collections.abc import Sequence

from services.gateway.directory.domain.commands import RecordUnit
from services.gateway.directory.domain.errors import UnitNotFound
from services.gateway.directory.domain.records import UnitRecord
from services.gateway.directory.domain.tree import refuse_loops
from services.gateway.directory.handlers import Directory, record_unit
from services.gateway.directory.register import UnitRegister


def record_units(directory: Directory, register: UnitRegister, records: Sequence[UnitRecord]) -> int:
    """Record what is new about some units; return how many of them said something new.

    Raises:
        UnitNotFound: One stands under a unit that nobody knows; nothing was written.
        UnitLoop: One would stand above itself; nothing was written.
        UnitRecordInvalid: A record contradicts itself; those before it are recorded.
    """
    wanted = {record.id: record for record in records}
    whole = {**register.units(), **wanted}
    for record in records:
        for parent in record.parents:
            if parent.parent_id not in whole:
                raise UnitNotFound(unit_id=parent.parent_id)
    refuse_loops(whole, wanted)
    return sum(record_unit(directory, RecordUnit(record=record)) > 0 for record in records)
