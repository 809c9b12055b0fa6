"""When a remainder has waited too long at its level, and where it waits on."""

from collections.abc import Iterable, Mapping
from datetime import date

from services.chassis.working_calendar import WorkingCalendar
from services.indicators.domain.ballot import Queue
from services.indicators.domain.events import MOVES, RemainderMovedUp
from services.indicators.domain.leaf import raised
from services.indicators.domain.rules import ReleaseRules


def overdue_since(today: date, rules: ReleaseRules, calendar: WorkingCalendar) -> str:
    """Give the newest day since which something that still waits has waited too long."""
    return calendar.newest_older_than(today, rules.move_up_after_working_days).isoformat()


def moved_up(
    queue: Queue, ballots: Iterable[str], rules: ReleaseRules, *, units: Mapping[str, str], on: str
) -> RemainderMovedUp | None:
    """Say where the overdue of a queue wait from now on; `None` where they wait on in their place.

    That is so at the last level, and while the directory does not know the one-stop.

    A late attribution within a one-stop says nothing at the level of its other fields: it waits where it is, for
    company of its own kind.

    Args:
        units: The unit above each one-stop, today. A one-stop that is itself a unit (a commune's) has its parent there:
            its remainders share a queue with those of its neighbours.
    """
    level = rules.above(queue.leaf.level)
    unit_id = units.get(queue.leaf.one_stop_id)
    if level is None or unit_id is None:
        return None
    to_leaf = raised(queue.leaf, level, unit_id)
    if queue.kind == MOVES and queue.to_leaf is not None and raised(queue.to_leaf, level, unit_id) == to_leaf:
        return None
    return RemainderMovedUp(kind=queue.kind, leaf=queue.leaf, to_leaf=to_leaf, on=on, ballots=tuple(ballots))
