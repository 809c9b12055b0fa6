"""The three on-time rates of dossiers, which differ in what they divide by, and the rate of late ones.

ONTIME_SOLVED divides by the dossiers solved in the period; ONTIME_766 by those received in it, and counts one that is
pending within its time as on time until it is overdue; ONTIME_RECEIVED by those received, and pending ones lower it.
"""

from collections.abc import Iterator

from services.indicators.domain.running.dossier import Dossier
from services.indicators.domain.running.shares import Family, Figure, Share, day_after


def _shares(dossier: Dossier) -> Iterator[Share]:
    if dossier.returned:
        return
    place, received, solved = dossier.one_stop_id, dossier.received_on, dossier.solved_on
    yield Share("ONTIME_766", place, received, numerator=1, denominator=1)
    yield Share("ONTIME_RECEIVED", place, received, denominator=1)
    if dossier.in_time:
        yield Share("ONTIME_RECEIVED", place, received, numerator=1, since=solved)
    else:
        yield Share("ONTIME_766", place, received, numerator=-1, since=day_after(dossier.due_on))
    if solved is not None:
        yield Share("ONTIME_SOLVED", place, solved, numerator=int(dossier.in_time), denominator=1)
        yield Share("DOSSIER_LATE_RATE", place, solved, numerator=int(not dossier.in_time), denominator=1)


DOSSIERS_ON_TIME = Family(
    source=Dossier,
    figures=(
        Figure(code="ONTIME_SOLVED"),
        Figure(code="ONTIME_766"),
        Figure(code="ONTIME_RECEIVED"),
        Figure(code="DOSSIER_LATE_RATE"),
    ),
    shares=_shares,
)
