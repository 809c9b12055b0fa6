"""The tree that dated records make together: on no day may a unit stand above itself. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from services.gateway.directory.domain.errors import UnitLoop
from services.gateway.directory.domain.records import Dated, UnitRecord

Days = tuple[date, date]
"""The first day, and the first day no longer."""

ALWAYS: Days = (date.min, date.max)


def refuse_loops(records: Mapping[str, UnitRecord], changed: Iterable[str]) -> None:
    """Refuse records by which a unit would stand above itself on some day, through however many others.

    Args:
        records: Every unit's record as it is to be, by id.
        changed: The ids of the records that are new; a loop goes through one of them.

    Raises:
        UnitLoop: `units` names the loop from the unit up to itself.
    """
    for unit_id in changed:
        if (loop := _loop_through(unit_id, records)) is not None:
            raise UnitLoop("A unit would stand above itself.", units=loop)


def _loop_through(unit_id: str, records: Mapping[str, UnitRecord]) -> list[str] | None:
    waiting: list[tuple[list[str], Days]] = [([unit_id], ALWAYS)]
    seen: set[tuple[str, Days]] = set()
    while waiting:
        path, days = waiting.pop()
        for above, common in _above(records.get(path[-1]), days):
            if above == unit_id:
                return [*path, above]
            if (above, common) not in seen:
                seen.add((above, common))
                waiting.append(([*path, above], common))
    return None


def _above(record: UnitRecord | None, days: Days) -> Iterator[tuple[str, Days]]:
    for parent in record.parents if record else ():
        begins, ends = _days_of(parent)
        common = max(begins, days[0]), min(ends, days[1])
        if common[0] < common[1]:
            yield parent.parent_id, common


def _days_of(statement: Dated) -> Days:
    return statement.valid_from or date.min, statement.valid_to or date.max
