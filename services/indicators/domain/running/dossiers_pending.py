"""DOSSIER_PENDING_OVERDUE: dossiers past their due day and not solved; the denominator counts all that are pending."""

from collections.abc import Iterator

from services.indicators.domain.running.dossier import Dossier
from services.indicators.domain.running.shares import Family, Figure, Share, Shows, day_after

_CODE = "DOSSIER_PENDING_OVERDUE"


def _shares(dossier: Dossier) -> Iterator[Share]:
    if dossier.returned:
        return
    place, received, solved = dossier.one_stop_id, dossier.received_on, dossier.solved_on
    yield Share(_CODE, place, received, denominator=1)
    if not dossier.in_time:
        yield Share(_CODE, place, received, numerator=1, since=day_after(dossier.due_on))
    if solved is not None:
        yield Share(_CODE, place, received, numerator=-int(not dossier.in_time), denominator=-1, since=solved)


DOSSIERS_PENDING = Family(source=Dossier, figures=(Figure(code=_CODE, shows=Shows.COUNT, stock=True),), shares=_shares)
