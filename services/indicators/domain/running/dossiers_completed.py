"""DOSSIER_COMPLETION: dossiers solved in a period over those received in it; clearing old ones may pass 100 %."""

from collections.abc import Iterator

from services.indicators.domain.running.dossier import Dossier
from services.indicators.domain.running.shares import Family, Figure, Share


def _shares(dossier: Dossier) -> Iterator[Share]:
    if dossier.returned:
        return
    yield Share("DOSSIER_COMPLETION", dossier.one_stop_id, dossier.received_on, denominator=1)
    if dossier.solved_on is not None:
        yield Share("DOSSIER_COMPLETION", dossier.one_stop_id, dossier.solved_on, numerator=1)


DOSSIERS_COMPLETED = Family(source=Dossier, figures=(Figure(code="DOSSIER_COMPLETION"),), shares=_shares)
