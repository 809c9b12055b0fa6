"""ONLINE_SHARE: of the dossiers received, how many were filed online; postal ones count with the counter."""

from collections.abc import Iterator

from services.indicators.domain.running.dossier import Dossier
from services.indicators.domain.running.shares import Family, Figure, Share


def _shares(dossier: Dossier) -> Iterator[Share]:
    online = int(dossier.online)
    yield Share("ONLINE_SHARE", dossier.one_stop_id, dossier.received_on, numerator=online, denominator=1)


DOSSIERS_ONLINE = Family(source=Dossier, figures=(Figure(code="ONLINE_SHARE"),), shares=_shares)
