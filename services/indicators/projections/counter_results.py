"""Counter results: released blocks rolled up at read, by dated unit. Nothing here is finer than a block."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine

from services.chassis.domain import Unavailable
from services.chassis.projector import active_view
from services.indicators.domain.roll_ups import Question, Result, roll_up
from services.indicators.domain.units import Units
from services.indicators.projections.folder import Folder
from services.indicators.projections.sums import read_blocks, read_served
from services.indicators.projections.units import UnitsView, read_units


@dataclass(frozen=True, kw_only=True, slots=True)
class CounterResults:
    """Answers questions about released figures from the folder's tables."""

    engine: Engine
    folder: Folder
    units: UnitsView
    satisfied_scores: tuple[int, ...]

    def ask(self, question: Question, *, since: date | None, until: date) -> list[Result]:
        """Roll up what closed from `since` to `until`, both included.

        Raises:
            Unavailable: The folder has no build yet.
        """
        with self.engine.connect() as connection:
            view = active_view(connection, self.folder)
            blocks, served = read_blocks(view, since, until), read_served(view, since, until)
            try:
                units = read_units(active_view(connection, self.units))
            except Unavailable:
                units = Units(())
        return roll_up(blocks, served, units, question, self.satisfied_scores)
