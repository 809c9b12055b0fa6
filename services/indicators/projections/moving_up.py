"""The schedule's part of the folder: what has waited too long moves up, in a transaction of its own."""

from collections.abc import Callable
from datetime import date

from sqlalchemy import Connection, Engine

from services.chassis.domain import Unavailable
from services.chassis.projector import active_view
from services.chassis.projector.builds import pointer_of, view_of
from services.indicators.projections.folder import Folder
from services.indicators.projections.units import UnitsView, units_above

Fence = Callable[[Connection], None]


def move_up(engine: Engine, folder: Folder, units: UnitsView, fence: Fence) -> int:
    """Move up what is overdue today, and release what becomes full by it; give how many ballots moved.

    The facts are the folder's own, so a rebuild repeats the moves instead of asking the calendar again. Readers are not
    switched to another build before the transaction ends.
    """
    with engine.begin() as connection:
        fence(connection)
        pointer = pointer_of(connection, folder.name, lock="share")
        if pointer is None or pointer.version != folder.version:
            return 0
        view = view_of(connection, folder, pointer.build, live=True)
        return folder.move_up(view, lambda day: _units_above(connection, units, day))


def _units_above(connection: Connection, units: UnitsView, day: date) -> dict[str, str]:
    try:
        return units_above(active_view(connection, units), day)
    except Unavailable:
        # Without the directory nothing may move to a unit that is only guessed at.
        return {}
