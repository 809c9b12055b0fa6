"""HANDLING_TIME_MEAN: working days from receipt to result, per dossier solved in a period."""

from collections.abc import Iterator

from services.indicators.domain.running.dossier import Dossier
from services.indicators.domain.running.shares import Family, Figure, Share, Shows


def _shares(dossier: Dossier) -> Iterator[Share]:
    if dossier.solved_on is not None and not dossier.returned:
        days = dossier.working_days
        yield Share("HANDLING_TIME_MEAN", dossier.one_stop_id, dossier.solved_on, numerator=days, denominator=1)


HANDLING_TIME = Family(source=Dossier, figures=(Figure(code="HANDLING_TIME_MEAN", shows=Shows.MEAN),), shares=_shares)
