"""What survey said of each ballot, written down."""

from collections.abc import Mapping

from services.chassis.projection import View
from services.chassis.upsert import upsert
from services.indicators.domain.ballot import Target
from services.indicators.projections.dimensions import number_of


def save_targets(view: View, targets: Mapping[str, Target]) -> None:
    """Write what these ballots say now, and name their cells."""
    cells = {target.cell: 0 for target in targets.values()}
    cells = {cell: number_of(cell) for cell in cells}
    rows = [
        (ballot, cells[cell], int(accepted), int(held), score, ",".join(reasons), arrival, since)
        for ballot, (cell, accepted, held, score, reasons, arrival, since) in sorted(targets.items())
    ]
    upsert(view.connection, view.table("cells"), [(number, *cell) for cell, number in sorted(cells.items())])
    upsert(view.connection, view.table("ballots"), rows)
